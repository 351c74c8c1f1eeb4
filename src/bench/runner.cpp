#include "bench/runner.hpp"

#include <algorithm>
#include <chrono>
#include <random>
#include <utility>

#include "base/check.hpp"
#include "base/format.hpp"
#include "bench/probe.hpp"

namespace troupe::bench {
namespace {

using std::chrono::milliseconds;

constexpr int repeats_max = 2;
// What a process needs beyond its samples: to start, to compile its guests, for the probes.
constexpr Duration start_up = milliseconds(400);

std::int64_t in_ms(Duration span) { return std::chrono::duration_cast<milliseconds>(span).count(); }

// Much more than it should take, so that only a process that hangs is given up.
milliseconds patience(const Job& job) {
  return std::chrono::duration_cast<milliseconds>(job.expected * 20) + std::chrono::minutes(3);
}

RawRun failed_run(const Job& job, const std::string& why) {
  RawRun run;
  for (const RowKey& key : job.rows)
    run.rows.push_back({.id = key.id, .peer = key.peer, .failed = why});
  return run;
}

// A process that died in the middle of a block has said nothing of its other rows.
void add_unmeasured(RawRun& run, const Job& job) {
  for (const RowKey& key : job.rows) {
    const auto is_there = [&key](const RawRow& row) { return row.id == key.id; };
    if (std::ranges::none_of(run.rows, is_there)) {
      run.rows.push_back(
          {.id = key.id, .peer = key.peer, .failed = "its process ended without measuring it"});
    }
  }
}

// How far the run is, and how fast it was so far compared with what was expected.
class Pace {
 public:
  Pace(const Clock& clock, const std::vector<Job>& jobs)
      : clock_(clock), began_(clock.now()), left_(expected_time(jobs)) {}

  void finish(const Job& job) {
    expected_ += job.expected;
    left_ -= job.expected;
  }
  [[nodiscard]] Duration left() const {
    if (expected_.count() == 0) return left_;
    const auto took = static_cast<double>((clock_.now() - began_).count());
    const double factor = took / static_cast<double>(expected_.count());
    return Duration(static_cast<std::int64_t>(static_cast<double>(left_.count()) * factor));
  }

 private:
  const Clock& clock_;
  const Instant began_;
  Duration expected_{};  // Of the jobs that are done.
  Duration left_;
};

struct Ran {
  RawRun run;
  std::vector<std::string> moved;
  int repeats = 0;
  bool was_cancelled = false;
};

Ran run_job(const RunnerWorld& world, const Job& job) {
  Ran ran;
  while (true) {
    auto output = world.launcher.run(job.command, patience(job));
    if (!output) {
      ran.was_cancelled = output.error().code == ErrorCode::cancelled;
      ran.run = failed_run(job, output.error().message);
      ran.moved.clear();
      return ran;
    }
    auto run = parse_raw_run(*output);
    if (!run) {
      ran.run = failed_run(job, run.error().message);
      return ran;
    }
    ran.run = *std::move(run);
    add_unmeasured(ran.run, job);
    ran.moved = moved(ran.run.before, ran.run.after, job.leans);
    if (ran.moved.empty() || ran.repeats == repeats_max || world.is_interrupted()) return ran;
    ++ran.repeats;
  }
}

}  // namespace

Job block_job(std::string program, const Selection& selection, const Effort& effort) {
  const std::vector<std::string> ids = ids_to_measure(selection);
  Job job{.label = std::string(selection.block->name),
          .command = {std::move(program), "bench", "measure", std::string(selection.block->name),
                      "--rows", fmt::format("{}", fmt::join(ids, ",")), "--warmup-ms",
                      std::to_string(in_ms(effort.warm_up)), "--measure-ms",
                      std::to_string(in_ms(effort.measure)), "--samples",
                      std::to_string(effort.samples)},
          .expected = start_up + (selection.block->takes != nullptr
                                      ? selection.block->takes(effort)
                                      : (effort.warm_up + effort.measure) *
                                            static_cast<std::int64_t>(ids.size()))};
  if (effort.is_smoke) job.command.emplace_back("--smoke");
  for (const RowInfo& row : selection.rows) {
    job.leans = std::max(job.leans, row.leans);
    job.rows.push_back({.id = row.id});
  }
  return job;
}

Duration expected_time(const std::vector<Job>& jobs) {
  Duration sum{};
  for (const Job& job : jobs) sum += job.expected;
  return sum;
}

Outcomes run_jobs(const RunnerWorld& world, std::vector<Job> jobs, std::uint64_t seed) {
  CHECK(!jobs.empty());
  std::ranges::shuffle(jobs, std::mt19937_64(seed));
  std::ranges::stable_sort(jobs, {}, &Job::round);
  Outcomes outcomes;
  outcomes.sides.resize(std::ranges::max(jobs, {}, &Job::side).side + 1);
  Pace pace(world.clock, jobs);
  for (const Job& job : jobs) {
    if (world.is_interrupted()) break;
    world.on_step(
        {.done = outcomes.jobs_done, .jobs = jobs.size(), .label = job.label, .left = pace.left()});
    const Ran ran = run_job(world, job);
    if (ran.was_cancelled) {
      outcomes.was_interrupted = true;
      break;
    }
    add_run(outcomes.sides[job.side], job.round, ran.run, ran.moved);
    outcomes.jobs_again += static_cast<std::size_t>(ran.repeats);
    ++outcomes.jobs_done;
    pace.finish(job);
  }
  outcomes.was_interrupted = outcomes.was_interrupted || world.is_interrupted();
  return outcomes;
}

}  // namespace troupe::bench
