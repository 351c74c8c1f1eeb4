package main

import "encoding/json"

// An outcome is what a row measured: times or bytes.
type outcome struct {
	series series
	bytes  []float64
}

type heading struct {
	ID   string `json:"id"`
	Peer string `json:"peer"`
}

type timedLine struct {
	heading
	Unit       string   `json:"unit"`
	Iterations []uint64 `json:"iterations"`
	Ns         []uint64 `json:"ns"`
	Count      uint64   `json:"count"`
	Sum        uint64   `json:"sum"`
}

type valueLine struct {
	heading
	Unit   string    `json:"unit"`
	Values []float64 `json:"values"`
}

type failureLine struct {
	heading
	Failed string `json:"failed"`
}

// jsonLine is the answer to a request, in the form that all peers share.
func jsonLine(asked request, result outcome, failure error) string {
	head := heading{asked.row, "go/" + asked.config}
	var line any
	switch {
	case failure != nil:
		line = failureLine{head, failure.Error()}
	case result.bytes != nil:
		line = valueLine{head, "bytes", result.bytes}
	default:
		times := result.series
		line = timedLine{head, "ns", times.iterations, times.nanoseconds,
			times.received.count, times.received.sum}
	}
	text, err := json.Marshal(line)
	if err != nil {
		panic(err) // Numbers and strings can always be written.
	}
	return string(text)
}
