package main

import (
	"errors"
	"fmt"
	"math"
	"os"
	"runtime"
	"sync"
	"time"
)

// A census knows the actors of W7, and how many of them have come to their mailbox.
type census struct {
	parked    sync.WaitGroup
	books     ledger
	addresses []chan uint64
}

// spawn returns when every actor waits for its first message.
func (c *census) spawn(actors uint64) {
	c.parked.Add(int(actors))
	c.addresses = make([]chan uint64, actors)
	for i := range c.addresses {
		inbox := make(chan uint64)
		c.addresses[i] = inbox
		go c.park(inbox)
	}
	c.parked.Wait()
}

func (c *census) park(inbox <-chan uint64) {
	c.parked.Done()
	for index := range inbox {
		c.books.post(tally{1, index})
	}
}

// rollCall sends each actor its index and returns what they received.
func (c *census) rollCall() tally {
	c.books.open.Add(len(c.addresses))
	for index, address := range c.addresses {
		address <- uint64(index)
	}
	c.books.open.Wait()
	return c.books.take()
}

// population is W7: goroutines with a mailbox each, spawned and parked.
func population(request) workload {
	return func(operations uint64) run {
		actors := census{}
		start := time.Now()
		actors.spawn(operations)
		elapsed := time.Since(start)
		return run{elapsed, actors.rollCall(), seriesOf(operations)}
	}
}

// residentBytesPerActor is W7/bytes: what the resident set grows by, per parked actor.
func residentBytesPerActor(asked request) ([]float64, error) {
	runtime.GC()
	before, err := residentBytes()
	if err != nil {
		return nil, err
	}
	actors := census{}
	actors.spawn(asked.actors)
	after, err := residentBytes()
	if err != nil {
		return nil, err
	}
	if actors.rollCall() != seriesOf(asked.actors) {
		return nil, errors.New("an actor did not answer")
	}
	return []float64{math.Max(0, after-before) / float64(asked.actors)}, nil
}

func residentBytes() (float64, error) {
	text, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		return 0, err
	}
	var size, resident int
	if _, err := fmt.Sscan(string(text), &size, &resident); err != nil {
		return 0, err
	}
	return float64(resident * os.Getpagesize()), nil
}

// crash makes a worker panic; no payload of a run is so large.
const crash = math.MaxUint64

var errOrdered = errors.New("ordered to crash")

// crashAndRestart is W12: from the order that crashes a worker to the answer of the one that
// replaces it. The driver is the supervisor.
func crashAndRestart(request) workload {
	crashes, answers := make(chan any, 1), make(chan uint64, 1)
	mailbox := startWorker(crashes, answers)
	return func(operations uint64) run {
		received := tally{}
		start := time.Now()
		for payload := uint64(0); payload < operations; payload++ {
			mailbox <- crash
			if reason := <-crashes; reason != errOrdered {
				panic(reason)
			}
			mailbox = startWorker(crashes, answers)
			mailbox <- payload
			received.add(<-answers)
		}
		return run{time.Since(start), received, seriesOf(operations)}
	}
}

func startWorker(crashes chan<- any, answers chan<- uint64) chan<- uint64 {
	mailbox := make(chan uint64, 1)
	go func() {
		defer func() { crashes <- recover() }()
		for order := range mailbox {
			if order == crash {
				panic(errOrdered)
			}
			answers <- order
		}
	}()
	return mailbox
}
