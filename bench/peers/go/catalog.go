package main

import "fmt"

// A row of the catalog measures times by setUp or values by bytes.
type row struct {
	row     string
	configs []string
	pace    pace
	// For configurations that name no number of processors.
	threads int
	setUp   func(asked request) workload
	bytes   func(asked request) ([]float64, error)
}

var (
	processors = []string{"1", "2"}
	// Which kind of channel is faster for one message at a time depends on the machine.
	withBuffers = []string{"1", "2", "1-buffered", "2-buffered"}
	// The collector may let the heap grow further, for rows that mostly allocate.
	collectors = []string{"1", "2", "1-gogc400", "2-gogc400"}
	maps       = []string{"sync-map", "rwmutex"}
)

const subscribersFew, subscribersMany = 100, 10_000

var catalog = []row{
	{row: "W1", configs: withBuffers, setUp: pingPong},
	{row: "W3", configs: processors, setUp: flood(1)},
	{row: "W4", configs: processors, setUp: flood(20)},
	{row: "W5/100", configs: processors, setUp: fanOut(subscribersFew)},
	{row: "W5/10000", configs: processors, setUp: fanOut(subscribersMany)},
	{row: "W6", configs: processors, setUp: requestResponse},
	{row: "W6/timeout", configs: processors, setUp: requestWithTimeout},
	{row: "W7", configs: collectors, pace: once, setUp: population},
	{row: "W7/bytes", configs: collectors, bytes: residentBytesPerActor},
	{row: "W8/ordered", configs: processors, setUp: ring(ordered)},
	{row: "W8/shuffled", configs: processors, setUp: ring(shuffled)},
	{row: "W9", configs: collectors, pace: wholeRuns, setUp: skynet},
	{row: "W12", configs: processors, setUp: crashAndRestart},
	{row: "W14/1k", configs: maps, threads: 1, setUp: registry(1_000, 1)},
	{row: "W14/100k", configs: maps, threads: 1, setUp: registry(100_000, 1)},
	{row: "W14/1M", configs: maps, threads: 1, setUp: registry(1_000_000, 1)},
	{row: "W14/1k/2-threads", configs: maps, threads: 2, setUp: registry(1_000, 2)},
	{row: "W14/100k/2-threads", configs: maps, threads: 2, setUp: registry(100_000, 2)},
	{row: "W14/1M/2-threads", configs: maps, threads: 2, setUp: registry(1_000_000, 2)},
}

func find(name, config string) (row, error) {
	for _, entry := range catalog {
		for _, known := range entry.configs {
			if entry.row == name && known == config {
				return entry, nil
			}
		}
	}
	return row{}, fmt.Errorf("no row %s %s", name, config)
}
