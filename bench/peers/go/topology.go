package main

import (
	"math"
	"time"
)

const ringSize = 10_000

// report asks a node of the ring for its tally; no token carries so many hops.
const report = math.MaxUint64

// An order says whether a node's neighbour is also its neighbour in memory.
type order int

const (
	ordered order = iota
	shuffled
)

// ring is W8: the token is the number of hops that are left.
func ring(order order) func(request) workload {
	return func(request) workload {
		books := &ledger{}
		arrived := make(chan struct{}, 1)
		nodes := make([]chan uint64, ringSize)
		for i := range nodes {
			nodes[i] = make(chan uint64, 1)
		}
		for from, to := range successors(order) {
			go node(nodes[from], nodes[to], books, arrived)
		}
		return func(operations uint64) run {
			start := time.Now()
			nodes[0] <- operations - 1
			<-arrived
			elapsed := time.Since(start)

			books.open.Add(ringSize)
			for _, node := range nodes {
				node <- report
			}
			books.open.Wait()
			return run{elapsed, books.take(), seriesOf(operations)}
		}
	}
}

// successors holds for each node the one that it sends to; together they form one cycle.
func successors(order order) []int {
	seeded := random{state: 8}
	route := seeded.permutation(ringSize)
	if order == ordered {
		for i := range route {
			route[i] = i
		}
	}
	next := make([]int, ringSize)
	for place, index := range route {
		next[index] = route[(place+1)%ringSize]
	}
	return next
}

func node(inbox <-chan uint64, next chan<- uint64, books *ledger, arrived chan<- struct{}) {
	received := tally{}
	for left := range inbox {
		if left == report {
			books.post(received)
			received = tally{}
			continue
		}
		received.add(left)
		if left == 0 {
			arrived <- struct{}{}
		} else {
			next <- left - 1
		}
	}
}

const branches = 10

// skynet is W9: a ten-ary tree; every actor spawns its children, adds their answers and tells its
// parent. An operation is one whole tree.
func skynet(asked request) workload {
	leaves := asked.actors
	return func(operations uint64) run {
		received := tally{}
		start := time.Now()
		for i := uint64(0); i < operations; i++ {
			answer := make(chan uint64, 1)
			go branch(answer, 0, leaves)
			received.add(<-answer)
		}
		elapsed := time.Since(start)
		return run{elapsed, received, tally{1, seriesOf(leaves).sum}.times(operations)}
	}
}

func branch(parent chan<- uint64, first, leaves uint64) {
	if leaves <= 1 {
		parent <- first
		return
	}
	answers := make(chan uint64, branches)
	share := leaves / branches
	for child := uint64(0); child < branches; child++ {
		go branch(answers, first+child*share, share)
	}
	total := uint64(0)
	for child := 0; child < branches; child++ {
		total += <-answers
	}
	parent <- total
}
