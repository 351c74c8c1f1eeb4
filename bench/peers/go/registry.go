package main

import (
	"strconv"
	"sync"
	"time"
)

type entry struct {
	id uint64
	// All entries share one channel: a million of them would measure memory, not look-ups.
	mailbox chan<- uint64
}

type directory interface {
	// lookUp finds the names one after the other and returns how many there were, and the sum
	// of their ids.
	lookUp(names []string) tally
}

// A lockedMap is a map that readers share and writers have for themselves.
type lockedMap struct {
	mutex   sync.RWMutex
	entries map[string]*entry
}

func (m *lockedMap) find(name string) *entry {
	m.mutex.RLock()
	defer m.mutex.RUnlock()
	return m.entries[name]
}

func (m *lockedMap) lookUp(names []string) tally {
	found := tally{}
	for _, name := range names {
		if entry := m.find(name); entry != nil {
			found.add(entry.id)
		}
	}
	return found
}

type syncMap struct {
	entries sync.Map
}

func (m *syncMap) lookUp(names []string) tally {
	found := tally{}
	for _, name := range names {
		if value, ok := m.entries.Load(name); ok {
			found.add(value.(*entry).id)
		}
	}
	return found
}

// A registration is a directory with the names to ask for: each once, in random order, allocated
// in that order, so that the misses are those of the directory.
type registration struct {
	directory directory
	names     []string
	ids       []int
}

func register(size int, config string) registration {
	mailbox := make(chan uint64)
	entries := make(map[string]*entry, size)
	for id := 0; id < size; id++ {
		entries[nameOf(id)] = &entry{uint64(id), mailbox}
	}
	seeded := random{state: 14}
	result := registration{ids: seeded.permutation(size)}
	for _, id := range result.ids {
		result.names = append(result.names, nameOf(id))
	}
	if config == "rwmutex" {
		result.directory = &lockedMap{entries: entries}
		return result
	}
	synced := &syncMap{}
	for name, entry := range entries {
		synced.entries.Store(name, entry)
	}
	result.directory = synced
	return result
}

func nameOf(id int) string {
	return "component-" + strconv.Itoa(id)
}

// lookUp asks for `lookups` names in their order, round and round, starting at index first.
func (r registration) lookUp(first int, lookups uint64) tally {
	found := tally{}
	r.walk(first, lookups, func(from, to int) {
		found.merge(r.directory.lookUp(r.names[from:to]))
	})
	return found
}

func (r registration) expected(first int, lookups uint64) tally {
	wanted := tally{}
	r.walk(first, lookups, func(from, to int) {
		for _, id := range r.ids[from:to] {
			wanted.add(uint64(id))
		}
	})
	return wanted
}

// walk cuts a way round and round through the names into ranges of indices.
func (r registration) walk(first int, lookups uint64, visit func(from, to int)) {
	for from := first; lookups > 0; from = 0 {
		to := len(r.names)
		if uint64(to-from) > lookups {
			to = from + int(lookups)
		}
		visit(from, to)
		lookups -= uint64(to - from)
	}
}

// registry is W14: finding an actor by its name, from one or several threads. A run goes on where
// the last one ended, or short runs would find the few names of all runs in the cache.
func registry(size, threads int) func(request) workload {
	return func(asked request) workload {
		names := register(size, asked.config)
		starts := make([]int, threads)
		for i := range starts {
			starts[i] = i * size / threads
		}
		return func(operations uint64) run {
			share := (operations + uint64(threads) - 1) / uint64(threads)
			books := &ledger{}
			books.open.Add(threads)
			start := time.Now()
			for _, first := range starts {
				first := first
				go func() { books.post(names.lookUp(first, share)) }()
			}
			books.open.Wait()
			elapsed := time.Since(start)
			expected := tally{}
			for i, first := range starts {
				expected.merge(names.expected(first, share))
				starts[i] = int((uint64(first) + share) % uint64(size))
			}
			return run{elapsed, books.take(), expected}
		}
	}
}
