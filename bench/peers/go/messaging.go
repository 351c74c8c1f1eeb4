package main

import (
	"strings"
	"time"
)

const (
	floodCapacity = 1024
	// Small, because channels reserve their buffers at once and there may be 10,000 of them.
	subscriberCapacity = 64
	answerLimit        = 5 * time.Second
)

// pingPong is W1: one message there and one back.
func pingPong(asked request) workload {
	capacity := 0
	if strings.HasSuffix(asked.config, "-buffered") {
		capacity = 1
	}
	pings, pongs := make(chan uint64, capacity), make(chan uint64, capacity)
	go func() {
		for ping := range pings {
			pongs <- ping
		}
	}()
	return func(operations uint64) run {
		received := tally{}
		start := time.Now()
		for ping := uint64(0); ping < operations; ping++ {
			pings <- ping
			received.add(<-pongs)
		}
		return run{time.Since(start), received, seriesOf(operations)}
	}
}

// sink counts payloads. Senders count down, so a zero is the last payload of one of them: when
// all have said it, the sink acknowledges and starts again.
func sink(inbox <-chan uint64, senders int, books *ledger) {
	received, finished := tally{}, 0
	for left := range inbox {
		received.add(left)
		if left != 0 {
			continue
		}
		finished++
		if finished == senders {
			books.post(received)
			received, finished = tally{}, 0
		}
	}
}

// flood is W3 and W4: one or many senders, one receiver.
func flood(senders int) func(request) workload {
	return func(request) workload {
		books := &ledger{}
		inbox := make(chan uint64, floodCapacity)
		go sink(inbox, senders, books)
		return func(operations uint64) run {
			share := (operations + uint64(senders) - 1) / uint64(senders)
			books.open.Add(1)
			start := time.Now()
			for i := 0; i < senders; i++ {
				go func() {
					for left := share; left > 0; left-- {
						inbox <- left - 1
					}
				}()
			}
			books.open.Wait()
			elapsed := time.Since(start)
			return run{elapsed, books.take(), seriesOf(share).times(uint64(senders))}
		}
	}
}

// fanOut is W5: one publisher, many subscribers; an operation is one delivery.
func fanOut(width int) func(request) workload {
	return func(request) workload {
		books := &ledger{}
		subscribers := make([]chan uint64, width)
		for i := range subscribers {
			subscribers[i] = make(chan uint64, subscriberCapacity)
			go sink(subscribers[i], 1, books)
		}
		return func(operations uint64) run {
			rounds := (operations + uint64(width) - 1) / uint64(width)
			books.open.Add(width)
			start := time.Now()
			for left := rounds; left > 0; left-- {
				for _, subscriber := range subscribers {
					subscriber <- left - 1
				}
			}
			books.open.Wait()
			elapsed := time.Since(start)
			return run{elapsed, books.take(), seriesOf(rounds).times(uint64(width))}
		}
	}
}

type question struct {
	payload uint64
	// Has room for one answer, so that a server never waits for a caller that gave up.
	answer chan<- uint64
}

func startServer() chan<- question {
	questions := make(chan question)
	go func() {
		for asked := range questions {
			asked.answer <- asked.payload
		}
	}()
	return questions
}

// requestResponse is W6: a question that carries the channel for its answer. Who waits for every
// answer can use one channel for all of them.
func requestResponse(request) workload {
	server := startServer()
	answer := make(chan uint64, 1)
	return func(operations uint64) run {
		received := tally{}
		start := time.Now()
		for payload := uint64(0); payload < operations; payload++ {
			server <- question{payload, answer}
			received.add(<-answer)
		}
		return run{time.Since(start), received, seriesOf(operations)}
	}
}

// requestWithTimeout is W6/timeout: one timer, armed anew for every question.
func requestWithTimeout(request) workload {
	server := startServer()
	answer := make(chan uint64, 1)
	limit := time.NewTimer(answerLimit)
	return func(operations uint64) run {
		received := tally{}
		start := time.Now()
		for payload := uint64(0); payload < operations; payload++ {
			if !limit.Stop() {
				select {
				case <-limit.C:
				default:
				}
			}
			limit.Reset(answerLimit)
			server <- question{payload, answer}
			select {
			case got := <-answer:
				received.add(got)
			case <-limit.C:
				// A late answer must not be taken for the next one.
				answer = make(chan uint64, 1)
			}
		}
		return run{time.Since(start), received, seriesOf(operations)}
	}
}
