package main

// random is SplitMix64 (Steele, Lea, Flood 2014): enough for shuffles that every run repeats,
// whatever generator the Go version at hand has.
type random struct {
	state uint64
}

func (r *random) next() uint64 {
	r.state += 0x9e3779b97f4a7c15
	mixed := r.state
	mixed = (mixed ^ (mixed >> 30)) * 0xbf58476d1ce4e5b9
	mixed = (mixed ^ (mixed >> 27)) * 0x94d049bb133111eb
	return mixed ^ (mixed >> 31)
}

// permutation returns 0, 1, ..., size-1 in random order (Fisher-Yates; the bias of the remainder
// is far below what a benchmark sees).
func (r *random) permutation(size int) []int {
	order := make([]int, size)
	for i := range order {
		order[i] = i
	}
	for last := size - 1; last > 0; last-- {
		chosen := int(r.next() % uint64(last+1))
		order[last], order[chosen] = order[chosen], order[last]
	}
	return order
}
