package main

import (
	"testing"
	"time"
)

func lossy(lost uint64) workload {
	return func(operations uint64) run {
		expected := seriesOf(operations)
		received := tally{expected.count - lost, expected.sum}
		return run{time.Duration(operations) * time.Millisecond, received, expected}
	}
}

var testPlan = plan{4 * time.Millisecond, 70 * time.Millisecond, 7}

func TestFlatSamplesShareTheMeasuredTime(t *testing.T) {
	got, err := sample(lossy(0), testPlan, flat, 0)
	if err != nil || len(got.iterations) != 7 || got.iterations[0] != 10 {
		t.Fatal(got, err)
	}
}

func TestWholeRunsAreCapped(t *testing.T) {
	got, err := sample(lossy(0), testPlan, wholeRuns, 0)
	if err != nil || len(got.iterations) != mostWholeRuns || got.iterations[0] != 1 {
		t.Fatal(got, err)
	}
}

func TestALostMessageFailsTheRow(t *testing.T) {
	if _, err := sample(lossy(1), testPlan, flat, 0); err == nil {
		t.Fatal("no error")
	}
}
