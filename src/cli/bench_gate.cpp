// troupe bench gate and selftest: programs that take turns.

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "base/format.hpp"
#include "bench/contest.hpp"
#include "bench/record.hpp"
#include "bench/rows/rows.hpp"
#include "cli/bench_session.hpp"
#include "cli/bench_table.hpp"
#include "io/posix_disk.hpp"

namespace troupe {
namespace {

// Many short processes rather than few long ones: what differs from process to process is what
// hides a change.
constexpr bench::Effort gate_effort = {.warm_up = std::chrono::milliseconds(60),
                                       .measure = std::chrono::milliseconds(200),
                                       .samples = 15};

// Which program is asked, of two that take turns.
enum Side : std::size_t { baseline_side = 0, current_side = 1 };

void add_pair(std::vector<bench::Job>& jobs, bench::Job baseline, bench::Job current,
              std::size_t round) {
  baseline.round = round;
  baseline.side = baseline_side;
  current.round = round;
  current.side = current_side;
  jobs.push_back(std::move(baseline));
  jobs.push_back(std::move(current));
}

std::vector<bench::RowInfo> rows_of(const std::vector<bench::Selection>& selections) {
  std::vector<bench::RowInfo> rows;
  for (const bench::Selection& selection : selections)
    rows.insert(rows.end(), selection.rows.begin(), selection.rows.end());
  return rows;
}

void print(Console& console, const std::vector<bench::Contest>& contests) {
  if (!console.is_json()) return console.print(contest_table(console, contests));
  for (const bench::Contest& contest : contests) console.print(to_json(contest) + '\n');
}

// --- selftest -----------------------------------------------------------------------------------

struct Case {
  const char* id;
  double slower;  // 0.05: 5 %.
  double noise;   // The threshold it must be told apart from.
};
constexpr Case cases[] = {{"loop/same", 0, 0.01},
                          {"loop/2%", 0.02, 0.01},
                          {"loop/5%", 0.05, 0.01},
                          {"loop/20%", 0.20, 0.01}};
constexpr std::size_t selftest_pairs = 60;
constexpr double right_share = 0.95;
constexpr bench::Effort selftest_effort = {.warm_up = std::chrono::milliseconds(5),
                                           .measure = std::chrono::milliseconds(40),
                                           .samples = 10};

bench::Selection selftest_rows() {
  return {.block = &bench::selftest_block(), .rows = bench::selftest_block().rows()};
}

// Of a trial's rounds, side 0 has the loop and side 1 one of the longer ones, from processes of
// their own.
bench::Series part_of(const bench::Measurements& measurements, const char* id, std::size_t trial) {
  bench::Series part;
  const auto found = measurements.find({.id = id});
  if (found == measurements.end()) return part;
  const auto& all = found->second.figures;
  for (std::size_t round = trial * selftest_pairs; round < (trial + 1) * selftest_pairs; ++round)
    part.figures.push_back(round < all.size() ? all[round] : std::vector<double>{});
  return part;
}

bool is_right(const bench::Outcomes& outcomes, const Case& one, std::size_t trial) {
  std::vector<bench::Measurements> sides(2);
  sides[baseline_side][{.id = one.id}] = part_of(outcomes.sides[baseline_side], "loop/same", trial);
  sides[current_side][{.id = one.id}] = part_of(outcomes.sides[current_side], one.id, trial);
  const bench::RowInfo row{.id = one.id, .title = {}};
  const auto contests =
      bench::judge_pairs(std::span(&row, 1), sides, {.noise = one.noise, .seed = trial});
  const auto wanted =
      one.slower > 0 ? bench::Contest::Outcome::worse : bench::Contest::Outcome::same;
  return contests.front().outcome == wanted;
}

}  // namespace

Tried<ExitCode> bench_gate(Console& console, const BenchGate& command) {
  const auto selections = select_rows(command.filters);
  if (!selections) return std::unexpected(selections.error());
  PosixDisk disk;
  const bench::Records records(disk, bench_folder(command.folder));
  const auto baseline = records.load(command.baseline);
  if (!baseline) return complain(baseline.error());
  if (bench::is_debug_build()) {
    return complain(ExitCode::failed, "this is a debug build: its figures compare with nothing",
                    "build the preset release");
  }
  std::vector<bench::Job> jobs;
  for (std::uint32_t pair = 0; pair < command.pairs; ++pair) {
    for (const bench::Selection& selection : *selections) {
      add_pair(jobs, bench::block_job(records.program(command.baseline), selection, gate_effort),
               bench::block_job(std::string(bench::this_program), selection, gate_effort), pair);
    }
  }
  const std::uint64_t seed = fresh_seed();
  BenchSession session(console);
  if (!console.is_json()) {
    console.note(
        fmt::format("'{}' ({}) and this program in turns: {} pairs of processes for each "
                    "block, about {}; seed {}",
                    command.baseline, baseline->provenance.commit, command.pairs,
                    about(bench::expected_time(jobs)), seed));
  }
  bench::Outcomes outcomes = session.run(std::move(jobs), seed);
  outcomes.sides.resize(2);  // One of them, if it was interrupted at once.
  const auto contests = bench::judge_pairs(rows_of(*selections), outcomes.sides, {.seed = seed});
  print(console, contests);
  std::vector<std::string> offenders;
  for (const bench::Contest& contest : contests)
    if (bench::offends(contest, command.max_regress)) offenders.push_back(contest.id);
  const auto missing =
      std::ranges::count(contests, bench::Contest::Outcome::missing, &bench::Contest::outcome);
  if (!console.is_json()) {
    if (!offenders.empty()) {
      console.note(fmt::format("slower for certain, and perhaps by {} or more: {}",
                               percent_text(command.max_regress), fmt::join(offenders, ", ")));
    } else {
      console.note(
          fmt::format("no row is slower by {} or more", percent_text(command.max_regress)));
    }
    if (missing != 0) console.note(fmt::format("{} rows could not be compared", missing));
  }
  // A gate that compared nothing has not been passed.
  const bool is_open = offenders.empty() && missing < std::ssize(contests);
  return session.exit_code(is_open ? ExitCode::ok : ExitCode::failed);
}

Tried<ExitCode> bench_selftest(Console& console, const BenchSelftest& command) {
  const bench::Selection selection = selftest_rows();
  std::vector<bench::Job> jobs;
  for (std::size_t round = 0; round < command.trials * selftest_pairs; ++round) {
    add_pair(jobs, bench::block_job(std::string(bench::this_program), selection, selftest_effort),
             bench::block_job(std::string(bench::this_program), selection, selftest_effort), round);
  }
  const std::uint64_t seed = fresh_seed();
  BenchSession session(console);
  if (!console.is_json()) {
    console.note(fmt::format("{} trials of {} pairs of processes, about {}; seed {}",
                             command.trials, selftest_pairs, about(bench::expected_time(jobs)),
                             seed));
  }
  bench::Outcomes outcomes = session.run(std::move(jobs), seed);
  outcomes.sides.resize(2);
  bool is_good = true;
  for (const Case& one : cases) {
    std::size_t right = 0;
    for (std::size_t trial = 0; trial < command.trials; ++trial)
      if (is_right(outcomes, one, trial)) ++right;
    const double share = static_cast<double>(right) / command.trials;
    is_good = is_good && share >= right_share;
    if (console.is_json()) {
      console.print(fmt::format(R"({{"id":"{}","slower":{},"trials":{},"right":{}}})"
                                "\n",
                                one.id, one.slower, command.trials, right));
    } else {
      console.print(fmt::format("{:<14} called right in {} of {} trials\n",
                                one.slower > 0 ? percent_text(one.slower) + " slower" : "no change",
                                right, command.trials));
    }
  }
  return session.exit_code(is_good ? ExitCode::ok : ExitCode::failed);
}

}  // namespace troupe
