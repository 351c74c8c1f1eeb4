#pragma once
// Flat sampling: every sample of a row runs the same number of operations. Receivers count, and a
// run whose counts are off throws, which fails the row.

#include <chrono>
#include <cstdint>
#include <functional>
#include <vector>

namespace peer {

using Clock = std::chrono::steady_clock;

// What receivers saw: how many messages, and the sum of their payloads.
struct Tally {
  int64_t count = 0;
  int64_t sum = 0;

  void add(int64_t payload) {
    ++count;
    sum += payload;
  }
  void merge(Tally other) {
    count += other.count;
    sum += other.sum;
  }
  Tally times(int64_t factor) const { return {count * factor, sum * factor}; }
  bool operator==(Tally other) const { return count == other.count && sum == other.sum; }
};

// The tally of a receiver that got 0, 1, ..., count - 1 in any order.
inline Tally series_of(int64_t count) { return {count, count * (count - 1) / 2}; }

// What one call of a workload did. The count of `expected` is the number of operations that were
// run: a workload may round up.
struct Run {
  Clock::duration elapsed;
  Tally received;
  Tally expected;
};

// One row, set up once and called many times with a number of operations; set-up and clean-up
// stay outside the elapsed time.
using Workload = std::function<Run(int64_t)>;

struct Plan {
  std::chrono::milliseconds warmup{300};
  std::chrono::milliseconds measure{1000};
  int64_t samples = 30;
  // How many actors W7 spawns and how many leaves the skynet of W9 has.
  int64_t actors = 1'000'000;
};

enum class Pace {
  flat,
  whole_runs,  // One long operation per sample, at most five samples.
  once,        // One sample without warm-up: only the first touch of memory counts.
};

struct Series {
  std::vector<int64_t> iterations;
  std::vector<int64_t> nanoseconds;
  Tally received;
};

Series sample(const Workload& workload, const Plan& plan, Pace pace);

}  // namespace peer
