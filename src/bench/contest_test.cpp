// Which rows changed between two programs that took turns, or two runs that were saved.

#include "bench/contest.hpp"

#include <random>

#include <gtest/gtest.h>

namespace troupe::bench {
namespace {

constexpr std::size_t pairs = 15;
constexpr std::uint64_t seed = 11;

// A machine whose speed wanders by a tenth from pair to pair, and two programs on it.
std::vector<Measurements> sides_of(double times, const std::string& id = "a") {
  std::mt19937_64 random(seed);
  std::uniform_real_distribution<double> wander(1, 1.1);
  std::uniform_real_distribution<double> noise(0.999, 1.001);
  std::vector<Measurements> sides(2);
  for (std::size_t pair = 0; pair < pairs; ++pair) {
    const double machine = wander(random);
    for (std::size_t side = 0; side < 2; ++side) {
      std::vector<double> samples;
      samples.reserve(9);
      for (int sample = 0; sample < 9; ++sample)
        samples.push_back(100 * machine * (side == 1 ? times : 1) * noise(random));
      sides[side][{.id = id}].figures.push_back(samples);
    }
  }
  return sides;
}

Contest contest_of(double times, Better better = Better::lower) {
  RowInfo row{.id = "a", .title = ""};
  row.better = better;
  return judge_pairs(std::span(&row, 1), sides_of(times), {.seed = seed}).front();
}

TEST(Contests, FindWhatChangedBeneathAMachineThatWanders) {
  EXPECT_EQ(contest_of(1).outcome, Contest::Outcome::same);
  EXPECT_EQ(contest_of(1.005).outcome, Contest::Outcome::same) << "less than noise";
  EXPECT_EQ(contest_of(1.05).outcome, Contest::Outcome::worse);
  EXPECT_EQ(contest_of(0.95).outcome, Contest::Outcome::better);
  const Contest slower = contest_of(1.05);
  EXPECT_NEAR(slower.times, 1.05, 0.005);
  EXPECT_LE(slower.low, slower.times);
  EXPECT_LT(slower.p_value, 0.05);
  EXPECT_EQ(slower.pairs, pairs);
}

TEST(Contests, KnowThatMoreIsBetterOfRates) {
  EXPECT_EQ(contest_of(1.05, Better::higher).outcome, Contest::Outcome::better);
  EXPECT_EQ(contest_of(0.95, Better::higher).outcome, Contest::Outcome::worse);
}

TEST(Contests, SayWhatIsMissing) {
  const std::vector<RowInfo> rows = {{.id = "a", .title = ""}, {.id = "b", .title = ""}};
  std::vector<Measurements> sides = sides_of(1);
  sides[1][{.id = "b"}].failures = {"11 of 12"};
  auto contests = judge_pairs(rows, sides, {.seed = seed});
  EXPECT_EQ(contests[1].outcome, Contest::Outcome::missing);
  EXPECT_EQ(contests[1].why, "the baseline has no such row");
  sides[0][{.id = "b"}].figures = {{1}};
  contests = judge_pairs(rows, sides, {.seed = seed});
  EXPECT_EQ(contests[1].why, "the current program: 11 of 12");
}

TEST(Contests, OfManyRowsAskForMoreEvidence) {
  // With six pairs the sign test gives 0.031: enough for one row, not for two.
  std::vector<Measurements> sides = sides_of(1.05);
  for (Measurements& side : sides) side[{.id = "a"}].figures.resize(6);
  const std::vector<RowInfo> one = {{.id = "a", .title = ""}};
  EXPECT_EQ(judge_pairs(one, sides, {.seed = seed}).front().outcome, Contest::Outcome::worse);
  for (Measurements& side : sides) side[{.id = "b"}] = side[{.id = "a"}];
  const std::vector<RowInfo> two = {{.id = "a", .title = ""}, {.id = "b", .title = ""}};
  EXPECT_EQ(judge_pairs(two, sides, {.seed = seed}).front().outcome, Contest::Outcome::same);
}

TEST(Gate, ClosesForWhatIsWorseForCertainAndPerhapsByTooMuch) {
  EXPECT_FALSE(offends(contest_of(1), 0.05));
  EXPECT_FALSE(offends(contest_of(1.03), 0.05)) << "slower, but surely by less";
  EXPECT_TRUE(offends(contest_of(1.05), 0.05));
  EXPECT_TRUE(offends(contest_of(1.2), 0.05));
  EXPECT_FALSE(offends(contest_of(0.8), 0.05));
  EXPECT_TRUE(offends(contest_of(0.9, Better::higher), 0.05)) << "a rate that fell";
}

Record record_of(double times, Stability status = Stability::stable) {
  std::mt19937_64 random(seed);
  std::uniform_real_distribution<double> noise(0.99, 1.01);
  Record record{.provenance = {}, .profile = "quick", .seed = seed, .rows = {}};
  ResultRow row{.id = "a", .title = "", .unit = "x", .status = status};
  for (int process = 0; process < 5; ++process) {
    std::vector<double> samples;
    samples.reserve(30);
    for (int sample = 0; sample < 30; ++sample) samples.push_back(3 * times * noise(random));
    row.figures.push_back(samples);
  }
  record.rows.push_back(row);
  return record;
}

Contest::Outcome outcome_of(const Record& first, const Record& second, double threshold = 0.05) {
  return judge_records(first, second, {.noise = threshold, .seed = seed}).front().outcome;
}

TEST(SavedRuns, AreComparedRowByRow) {
  EXPECT_EQ(outcome_of(record_of(1), record_of(1)), Contest::Outcome::same);
  EXPECT_EQ(outcome_of(record_of(1), record_of(1.04)), Contest::Outcome::same) << "within noise";
  EXPECT_EQ(outcome_of(record_of(1), record_of(1.04), 0.01), Contest::Outcome::worse);
  EXPECT_EQ(outcome_of(record_of(1), record_of(1.1)), Contest::Outcome::worse);
  EXPECT_EQ(outcome_of(record_of(1.1), record_of(1)), Contest::Outcome::better);
}

TEST(SavedRuns, SayNothingOfRowsThatWereUnstable) {
  EXPECT_EQ(outcome_of(record_of(1, Stability::unstable), record_of(1.5)),
            Contest::Outcome::unstable);
  EXPECT_EQ(outcome_of(record_of(1), record_of(1.5, Stability::unstable)),
            Contest::Outcome::unstable);
}

TEST(SavedRuns, SayWhatOnlyOneOfThemHas) {
  Record first = record_of(1);
  first.rows[0].id = "old";
  const auto contests = judge_records(first, record_of(1), {.seed = seed});
  ASSERT_EQ(contests.size(), 2U);
  EXPECT_EQ(contests[0].why, "the first has no such row");
  EXPECT_EQ(contests[1].why, "the second has no such row");
}

TEST(SavedRuns, SayWhereTheMachineWasAnother) {
  Record first = record_of(1);
  Record second = record_of(1);
  EXPECT_TRUE(machine_changes(first, second).empty());
  second.provenance.cpu = "another";
  first.probes = {{.when = "beside", .ns = {{"alu", 1.0}, {"load", 1.0}}}};
  second.probes = {{.when = "beside", .ns = {{"alu", 1.09}, {"load", 9.0}}}};
  EXPECT_EQ(machine_changes(first, second).size(), 1U);
  second.probes[0].ns["alu"] = 1.11;
  EXPECT_EQ(machine_changes(first, second).size(), 2U);
}

}  // namespace
}  // namespace troupe::bench
