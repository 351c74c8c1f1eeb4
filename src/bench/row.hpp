#pragma once
// What a benchmark is: rows, each of which answers one question with one number, in blocks of rows
// that are measured side by side in one process.

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "bench/raw.hpp"
#include "bench/stats/comparison.hpp"
#include "bench/stats/variation.hpp"
#include "troupe/result.hpp"
#include "troupe/time.hpp"

namespace troupe::bench {

// What a row leans on; its machine probes must not move while it is measured.
enum class Leans : std::uint8_t { one_core, two_cores, memory, kernel };

// What is known of a row before anything is measured.
struct RowInfo {
  std::string id;     // "W10/sdk/1KiB": a workload of docs/performance.md, then what is special.
  std::string title;  // What happens once in an operation.
  // Of value and goal: "ns", "bytes", "1/s", "count", "percent"; "x" for a multiple of `base`.
  std::string unit = "ns";
  std::string base = {};  // The row of the same block that this one is a multiple of.
  std::optional<double> goal = std::nullopt;
  Better better = Better::lower;
  RowKind kind = RowKind::micro;  // How far apart the processes of a stable row may lie.
  Leans leans = Leans::one_core;
  std::string peer_id = {};  // The row of the peers that does the same; empty: none does.
  // At most (where higher is better: at least) so many times the best peer's figure of the run.
  std::optional<double> peer_goal = std::nullopt;
};

// What an operation did, counted by whoever received it.
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

// A row that can be measured in this process.
struct Row {
  std::string id;
  // Does `iterations` times `each` operations.
  std::function<Work(std::uint64_t iterations)> run;
  // What each operation adds to the sum; none: anything.
  std::optional<std::uint64_t> sum_each = std::nullopt;
  Timer timer = Timer::thread;
  // Operations in one iteration, where they don't come singly: a publication has as many deliveries
  // as there are subscribers.
  std::uint64_t each = 1;
  // Called after the warm-up and after the last sample: why nothing counts, if it does not. Empty:
  // all counts.
  std::function<Result<void>()> audit = {};
};

// How long and how often a block is measured in one process.
struct Effort {
  Duration warm_up = std::chrono::milliseconds(300);  // Of each row.
  Duration measure = std::chrono::seconds(1);         // Of each row, over all samples.
  std::uint32_t samples = 30;                         // Of each row.
  // Exactly so many operations of each row, once, untimed: for a count of instructions. 0: timed.
  std::uint64_t exactly = 0;
  // Everything works and all counts are right; the figures say nothing.
  bool is_smoke = false;

  // Rows that take as long as they take do with less then, and say so in their titles.
  [[nodiscard]] bool is_brief() const { return measure < std::chrono::seconds(2); }
};

struct Request {
  Effort effort;
  // The rows wanted, with the rows that they are multiples of; rows of a block that can't be
  // measured apart are measured together.
  std::vector<std::string> ids;

  [[nodiscard]] bool wants(std::string_view id) const;
};

// Where a measurement goes. Thread: one.
class RawSink {
 public:
  RawSink() = default;
  RawSink(const RawSink&) = delete;
  RawSink& operator=(const RawSink&) = delete;
  virtual ~RawSink() = default;

  virtual void take(RawRow row) = 0;
};

// Rows that share what they are measured with and are sampled in turns.
struct Block {
  std::string_view name;  // "call"
  std::string_view title;
  std::vector<RowInfo> (*rows)();
  // Measures in this process. What can't be measured is handed over as failed.
  void (*measure)(const Request& request, RawSink& sink);
  // About how long all its rows take, on a machine that is not slow, where that is not for the
  // effort to say. Null: the effort's time for each row.
  Duration (*takes)(const Effort& effort) = nullptr;
};

// A goal in ns stands for its ratio to the unchecked no-op call, which takes 11 ns on the machine
// that the goals were set on.
[[nodiscard]] constexpr double times_no_op(double goal_ns) { return goal_ns / 11.0; }

}  // namespace troupe::bench
