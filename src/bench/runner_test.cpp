// The order of processes, and what becomes of those that fail, hang on, or ran while the machine
// moved; with a launcher that knows its lines.

#include "bench/runner.hpp"

#include <deque>
#include <set>

#include <gtest/gtest.h>

#include "base/format.hpp"
#include "io/sim_clock.hpp"

namespace troupe::bench {
namespace {

using namespace std::chrono_literals;

class ScriptedLauncher final : public Launcher {
 public:
  explicit ScriptedLauncher(SimClock& clock) : clock_(clock) {}

  Result<std::string> run(const std::vector<std::string>& command,
                          std::chrono::milliseconds) override {
    clock_.advance(1s);
    commands.push_back(command);
    if (lines.empty()) return std::string(R"({"id":"a","values":[1]})");
    Result<std::string> line = std::move(lines.front());
    lines.pop_front();
    return line;
  }

  std::vector<std::vector<std::string>> commands;
  std::deque<Result<std::string>> lines;

 private:
  SimClock& clock_;
};

class Runner : public testing::Test {
 protected:
  static Job job(std::string name, std::size_t round, std::size_t side = 0) {
    return {.label = name,
            .command = {name},
            .expected = 2s,
            .round = round,
            .side = side,
            .rows = {{.id = "a"}}};
  }
  Outcomes run(std::vector<Job> jobs, std::uint64_t seed = 1) {
    return run_jobs(
        {.launcher = launcher_,
         .clock = clock_,
         .on_step = [this](const Step& step) { steps_.push_back(step); },
         .is_interrupted = [this] { return launcher_.commands.size() >= interrupted_after_; }},
        std::move(jobs), seed);
  }
  static std::string line(double alu_before, double alu_after) {
    return fmt::format("{}\n{}\n{}\n",
                       to_line(RawProbes{.when = "before", .ns = {{"alu", alu_before}}}),
                       R"({"id":"a","iterations":[2],"ns":[10]})",
                       to_line(RawProbes{.when = "after", .ns = {{"alu", alu_after}}}));
  }

  SimClock clock_;
  ScriptedLauncher launcher_{clock_};
  std::vector<Step> steps_;
  std::size_t interrupted_after_ = SIZE_MAX;
};

TEST_F(Runner, RunsRoundAfterRoundInAnOrderOfItsSeed) {
  std::vector<Job> jobs;
  for (std::size_t round = 0; round < 4; ++round)
    for (const char* name : {"a", "b", "c", "d", "e"}) jobs.push_back(job(name, round));
  std::set<std::vector<std::vector<std::string>>> orders;
  for (const std::uint64_t seed : {1U, 1U, 2U}) {
    launcher_.commands.clear();
    const Outcomes outcomes = run(jobs, seed);
    EXPECT_EQ(outcomes.jobs_done, jobs.size());
    for (std::size_t round = 0; round < 4; ++round) {
      const auto begin = launcher_.commands.begin() + static_cast<std::ptrdiff_t>(round * 5);
      EXPECT_EQ((std::set<std::vector<std::string>>(begin, begin + 5).size()), 5U)
          << "every program once a round";
    }
    orders.insert(launcher_.commands);
  }
  EXPECT_EQ(orders.size(), 2U) << "equal seeds, equal orders; others differ";
}

TEST_F(Runner, GathersByRoundAndSide) {
  launcher_.lines = {std::string(R"({"id":"a","values":[1]})"),
                     std::string(R"({"id":"a","values":[2]})")};
  const Outcomes outcomes = run({job("one", 1, 1), job("zero", 0, 1)});
  ASSERT_EQ(outcomes.sides.size(), 2U);
  EXPECT_TRUE(outcomes.sides[0].empty());
  EXPECT_EQ(outcomes.sides[1].at({.id = "a"}).figures,
            (std::vector<std::vector<double>>{{1}, {2}}));
}

TEST_F(Runner, RunsAgainWhileTheMachineMoves) {
  launcher_.lines = {line(1.0, 1.2), line(1.0, 1.05)};
  Outcomes outcomes = run({job("a", 0)});
  EXPECT_EQ(outcomes.jobs_again, 1U);
  EXPECT_EQ(launcher_.commands.size(), 2U);
  EXPECT_TRUE(outcomes.sides[0].at({.id = "a"}).moved.empty());
  EXPECT_EQ(outcomes.sides[0].at({.id = "a"}).probes.at("alu"), (std::vector<double>{1.0, 1.05}));
}

TEST_F(Runner, GivesUpRunningAgainAfterTwoTimesAndSaysSo) {
  launcher_.lines = {line(1.0, 1.2), line(1.0, 1.3), line(1.0, 1.4), line(1.0, 1.0)};
  const Outcomes outcomes = run({job("a", 0)});
  EXPECT_EQ(outcomes.jobs_again, 2U);
  EXPECT_EQ(launcher_.commands.size(), 3U);
  EXPECT_EQ(outcomes.sides[0].at({.id = "a"}).moved, std::vector<std::string>{"alu"});
}

TEST_F(Runner, KeepsTheOthersWhenOneFails) {
  launcher_.lines = {fail(ErrorCode::internal, "it ended with code 134"), std::string("no JSON\n"),
                     std::string(R"({"id":"b","values":[3]})")};
  const Outcomes outcomes = run({job("x", 0), job("y", 1), job("z", 2)});
  EXPECT_EQ(outcomes.jobs_done, 3U);
  const auto& failures = outcomes.sides[0].at({.id = "a"}).failures;
  ASSERT_EQ(failures.size(), 3U);
  EXPECT_EQ(failures[0], "it ended with code 134");
  EXPECT_NE(failures[1].find("line 1"), std::string::npos);
  EXPECT_EQ(failures[2], "its process ended without measuring it") << "it spoke of another row";
  EXPECT_EQ(outcomes.sides[0].at({.id = "b"}).figures.back(), std::vector<double>{3});
}

TEST_F(Runner, KeepsWhatIsDoneWhenItIsInterrupted) {
  interrupted_after_ = 2;
  const Outcomes outcomes = run({job("a", 0), job("b", 1), job("c", 2)});
  EXPECT_TRUE(outcomes.was_interrupted);
  EXPECT_EQ(outcomes.jobs_done, 2U);
  EXPECT_EQ(outcomes.sides[0].at({.id = "a"}).figures.size(), 2U);
}

TEST_F(Runner, DropsTheProcessThatWasInterrupted) {
  launcher_.lines = {std::string(R"({"id":"a","values":[1]})"),
                     fail(ErrorCode::cancelled, "it was interrupted")};
  const Outcomes outcomes = run({job("a", 0), job("b", 1), job("c", 2)});
  EXPECT_TRUE(outcomes.was_interrupted);
  EXPECT_EQ(outcomes.jobs_done, 1U);
  EXPECT_TRUE(outcomes.sides[0].at({.id = "a"}).failures.empty());
}

TEST_F(Runner, SaysHowMuchTimeIsLeftByThePaceSoFar) {
  const Outcomes outcomes = run({job("a", 0), job("b", 1), job("c", 2)});
  ASSERT_EQ(steps_.size(), 3U);
  EXPECT_EQ(steps_[0].left, 6s) << "as expected, before anything is known";
  EXPECT_EQ(steps_[1].left, 2s) << "twice as fast as expected";
  EXPECT_EQ(steps_[2].left, 1s);
  EXPECT_EQ(outcomes.jobs_done, 3U);
}

TEST(Jobs, AskAProgramForTheRowsOfABlock) {
  static constexpr Block block = {.name = "call", .title = "", .rows = nullptr, .measure = nullptr};
  const Selection selection{
      .block = &block,
      .rows = {{.id = "W10/sdk", .title = "", .base = "W10/no-op", .leans = Leans::memory}}};
  const Job job =
      block_job("/bin/troupe", selection, {.warm_up = 300ms, .measure = 1s, .samples = 30});
  EXPECT_EQ(fmt::format("{}", fmt::join(job.command, " ")),
            "/bin/troupe bench measure call --rows W10/no-op,W10/sdk --warmup-ms 300 --measure-ms "
            "1000 --samples 30");
  EXPECT_EQ(job.leans, Leans::memory);
  EXPECT_GT(job.expected, 2600ms);
  ASSERT_EQ(job.rows.size(), 1U);
  EXPECT_EQ(job.rows.front().id, "W10/sdk");
}

TEST(Jobs, ExpectABlockThatTakesAsLongAsItTakes) {
  static constexpr Block block = {
      .name = "skynet",
      .title = "",
      .rows = nullptr,
      .measure = nullptr,
      .takes = [](const Effort& effort) -> Duration { return effort.is_brief() ? 20s : 300s; }};
  const Selection selection{.block = &block, .rows = {{.id = "W9/native", .title = ""}}};
  EXPECT_GT(block_job("/bin/troupe", selection, {.measure = 1s}).expected, 20s);
  EXPECT_LT(block_job("/bin/troupe", selection, {.measure = 1s}).expected, 22s);
  EXPECT_GT(block_job("/bin/troupe", selection, {.measure = 5s}).expected, 300s);
}

}  // namespace
}  // namespace troupe::bench
