#pragma once
// Measures rows that are compared side by side: A B A B ..., one short sample of each in turn, so
// that what else the machine does falls on all of them alike.

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "bench/report.hpp"

namespace troupe::bench {

// What a row did, counted by whoever received it.
struct Work {
  std::uint64_t count = 0;  // Operations that arrived. Anything but what was asked fails the row.
  std::uint64_t sum = 0;    // Of what they carried.
};

// What a sample's time is read from.
enum class Timer : std::uint8_t {
  // Time of the measuring thread on a core: other programs of a busy machine do not count. For rows
  // of one thread that never waits.
  thread,
  wall,
};

struct Row {
  std::string name;
  // Does `iterations` operations.
  std::function<Work(std::uint64_t iterations)> run;
  // What each operation adds to the sum; none: anything.
  std::optional<std::uint64_t> sum_each = std::nullopt;
  // The row of the same comparison that this one is a multiple of; empty: of none.
  std::string against = {};
  // Met if the row takes at most this many times as long as `against`.
  std::optional<double> goal = std::nullopt;
  Timer timer = Timer::thread;
  std::string unit = "ns";  // Or "us", "ms".
};

struct RunOptions {
  std::uint32_t samples = 31;  // Of each row.
  double sample_ms = 15;       // About how long one takes.
};

// Runs the rows in turns and reports each. A row with wrong counts or sums fails the report.
void compare(const RunOptions& options, const std::string& section, const std::vector<Row>& rows,
             Report& report);

// A goal in ns is its ratio to the unchecked no-op call, which takes 11 ns on the machine that the
// goals were set on.
[[nodiscard]] constexpr double times_no_op(double goal_ns) { return goal_ns / 11.0; }

}  // namespace troupe::bench
