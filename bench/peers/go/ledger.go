package main

import (
	"sync"
	"sync/atomic"
)

// A ledger is where receivers acknowledge: each posts its tally once per run. Two atomic
// additions and a WaitGroup are cheaper than a channel to the driver, so that acknowledging
// 10,000 subscribers does not show up in the time per delivery.
type ledger struct {
	open       sync.WaitGroup
	count, sum atomic.Uint64
}

func (l *ledger) post(part tally) {
	l.count.Add(part.count)
	l.sum.Add(part.sum)
	l.open.Done()
}

// take returns what was posted since the last take; every receiver must have posted.
func (l *ledger) take() tally {
	return tally{l.count.Swap(0), l.sum.Swap(0)}
}
