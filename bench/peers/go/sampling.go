package main

import (
	"fmt"
	"math"
	"runtime"
	"time"
)

// A tally is what receivers saw: how many messages, and the sum of their payloads.
type tally struct {
	count, sum uint64
}

func (t *tally) add(payload uint64) {
	t.count++
	t.sum += payload
}

func (t *tally) merge(other tally) {
	t.count += other.count
	t.sum += other.sum
}

func (t tally) times(factor uint64) tally {
	return tally{t.count * factor, t.sum * factor}
}

// seriesOf is the tally of a receiver that got 0, 1, ..., count-1 in any order.
func seriesOf(count uint64) tally {
	if count == 0 {
		return tally{}
	}
	return tally{count, count * (count - 1) / 2}
}

// A run is what one call of a workload did. The count of expected is the number of operations
// that were run: a workload may round up.
type run struct {
	elapsed            time.Duration
	received, expected tally
}

// A workload is one row, set up once and called many times. Set-up and clean-up stay outside the
// elapsed time that it returns.
type workload func(operations uint64) run

type plan struct {
	warmup, measure time.Duration
	samples         uint64
}

// A pace says how the operations of a row are cut into samples.
type pace int

const (
	flat      pace = iota // Every sample runs the same number of operations.
	wholeRuns             // One long operation per sample, at most five samples.
	once                  // One sample without warm-up: only the first touch of memory counts.
)

const mostWholeRuns = 5

type series struct {
	iterations, nanoseconds []uint64
	received                tally
}

func sample(work workload, plan plan, pace pace, actors uint64) (series, error) {
	result := series{}
	samples, operations := plan.samples, uint64(1)
	switch pace {
	case flat:
		perOperation, err := warmUp(work, plan.warmup)
		if err != nil {
			return result, err
		}
		budget := float64(plan.measure.Nanoseconds()) / float64(plan.samples)
		operations = uint64(math.Max(1, math.Round(budget/perOperation)))
	case wholeRuns:
		if samples > mostWholeRuns {
			samples = mostWholeRuns
		}
		for spent := time.Duration(0); spent < plan.warmup; {
			done, err := checked(work(1))
			if err != nil {
				return result, err
			}
			spent += done.elapsed
		}
	case once:
		samples, operations = 1, actors
	}

	for i := uint64(0); i < samples; i++ {
		// The garbage of one sample must not be collected in the time of the next.
		runtime.GC()
		done, err := checked(work(operations))
		if err != nil {
			return result, err
		}
		result.iterations = append(result.iterations, done.received.count)
		result.nanoseconds = append(result.nanoseconds, uint64(done.elapsed.Nanoseconds()))
		result.received.merge(done.received)
	}
	return result, nil
}

// warmUp returns nanoseconds per operation, taken from the last and largest run.
func warmUp(work workload, warmup time.Duration) (float64, error) {
	// The first run also waits for actors that were spawned but have not run yet.
	if _, err := checked(work(1)); err != nil {
		return 0, err
	}
	spent := time.Duration(0)
	for operations := uint64(1); ; operations *= 2 {
		done, err := checked(work(operations))
		if err != nil {
			return 0, err
		}
		spent += done.elapsed
		if spent >= warmup {
			return float64(done.elapsed.Nanoseconds()) / float64(done.received.count), nil
		}
	}
}

func checked(done run) (run, error) {
	if done.received != done.expected {
		return done, fmt.Errorf("received %+v, expected %+v", done.received, done.expected)
	}
	return done, nil
}
