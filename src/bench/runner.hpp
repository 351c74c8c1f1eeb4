#pragma once
// Runs measuring processes one after the other, in an order drawn from a seed, and gathers what
// they say. Two programs that are compared take turns: what the machine does meanwhile falls on
// both.

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "bench/measurements.hpp"
#include "bench/process.hpp"
#include "bench/row.hpp"
#include "bench/select.hpp"

namespace troupe::bench {

// One process that is to measure.
struct Job {
  std::string label;  // "call", "tokio/1 W1"
  std::vector<std::string> command;
  Leans leans = Leans::one_core;
  Duration expected{};         // How long it should take.
  std::size_t round = 0;       // Which process of its rows it is; rounds run in order.
  std::size_t side = 0;        // Which of the programs that are compared.
  std::vector<RowKey> rows{};  // What fails if it fails.
};

// What is measured by one process: the rows of a block, by `program`.
[[nodiscard]] Job block_job(std::string program, const Selection& selection, const Effort& effort);

struct Step {
  std::size_t done = 0;
  std::size_t jobs = 0;
  std::string label;
  Duration left{};  // As far as can be told.
};

struct RunnerWorld {
  Launcher& launcher;
  const Clock& clock;
  std::function<void(const Step&)> on_step;
  // The user wants to end: what is done is kept, nothing more is started.
  std::function<bool()> is_interrupted;
};

struct Outcomes {
  std::vector<Measurements> sides;
  std::size_t jobs_done = 0;
  std::size_t jobs_again = 0;  // Runs that were repeated, since the machine had not held still.
  bool was_interrupted = false;
};

// Runs the jobs: round after round, within a round in random order. A job during which a probe
// that its rows lean on moved is run again, twice at most; then its last run counts and is marked.
// REQUIRES: at least one job
[[nodiscard]] Outcomes run_jobs(const RunnerWorld& world, std::vector<Job> jobs,
                                std::uint64_t seed);

// The sum of what they are expected to take.
[[nodiscard]] Duration expected_time(const std::vector<Job>& jobs);

}  // namespace troupe::bench
