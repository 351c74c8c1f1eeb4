// The Go peer of Troupe's benchmarks: one goroutine and one channel per actor.
package main

import (
	"flag"
	"fmt"
	"io"
	"os"
	"runtime"
	"runtime/debug"
	"strconv"
	"strings"
	"time"
)

const usage = `usage: peer --list
       peer ROW CONFIG [--warmup-ms N] [--measure-ms N] [--samples N] [--actors N]`

// A request is the command line of one measurement.
type request struct {
	row, config string
	plan        plan
	// How many actors W7 spawns and how many leaves the skynet of W9 has.
	actors uint64
}

func main() {
	if len(os.Args) == 2 && os.Args[1] == "--list" {
		for _, entry := range catalog {
			for _, config := range entry.configs {
				fmt.Println(entry.row, config)
			}
		}
		return
	}
	asked, err := parse(os.Args[1:])
	if err != nil {
		refuse(err)
	}
	entry, err := find(asked.row, asked.config)
	if err != nil {
		refuse(err)
	}
	os.Exit(measureRow(asked, entry))
}

func refuse(err error) {
	fmt.Fprintf(os.Stderr, "peer: %v\n%s\n", err, usage)
	os.Exit(2)
}

func parse(arguments []string) (request, error) {
	if len(arguments) < 2 {
		return request{}, fmt.Errorf("the row or the configuration is missing")
	}
	flags := flag.NewFlagSet("peer", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	warmup := flags.Uint64("warmup-ms", 300, "")
	measure := flags.Uint64("measure-ms", 1000, "")
	samples := flags.Uint64("samples", 30, "")
	actors := flags.Uint64("actors", 1_000_000, "")
	if err := flags.Parse(arguments[2:]); err != nil {
		return request{}, err
	}
	if flags.NArg() > 0 {
		return request{}, fmt.Errorf("unexpected argument %s", flags.Arg(0))
	}
	if *warmup == 0 || *measure == 0 || *samples == 0 || *actors == 0 {
		return request{}, fmt.Errorf("every option needs a positive number")
	}
	return request{
		row:    arguments[0],
		config: arguments[1],
		plan: plan{
			warmup:  time.Duration(*warmup) * time.Millisecond,
			measure: time.Duration(*measure) * time.Millisecond,
			samples: *samples,
		},
		actors: *actors,
	}, nil
}

// measureRow prints the JSON line of the row and returns the exit code.
func measureRow(asked request, entry row) int {
	// A configuration starts with the number of processors, where it names one.
	processors, err := strconv.Atoi(strings.SplitN(asked.config, "-", 2)[0])
	if err != nil {
		processors = entry.threads
	}
	runtime.GOMAXPROCS(processors)
	if strings.HasSuffix(asked.config, "-gogc400") {
		debug.SetGCPercent(400)
	}

	result := outcome{}
	if entry.bytes != nil {
		result.bytes, err = entry.bytes(asked)
	} else {
		result.series, err = sample(entry.setUp(asked), asked.plan, entry.pace, asked.actors)
	}
	fmt.Println(jsonLine(asked, result, err))
	if err != nil {
		return 1
	}
	return 0
}
