#include "bench/stats/comparison.hpp"

#include <cmath>
#include <cstddef>
#include <random>
#include <vector>

#include <gtest/gtest.h>

namespace troupe::bench {
namespace {

// Skewed, as times are: 100 and something, with a spread of about 2 %.
std::vector<double> times(unsigned seed, double factor, std::size_t count = 50) {
  std::mt19937_64 generator(seed);
  std::lognormal_distribution<double> noise(0.0, 0.02);
  std::vector<double> sample(count);
  for (double& value : sample) value = 100.0 * factor * noise(generator);
  return sample;
}

Comparison compared(unsigned seed, double factor) {
  const auto baseline = times(seed, 1.0);
  const auto current = times(seed + 1'000'000, factor);
  return compare({.baseline = baseline, .current = current}, {.seed = seed, .resamples = 1'000});
}

TEST(Comparison, MeasuresAChange) {
  const Comparison comparison = compared(1, 1.10);
  EXPECT_NEAR(comparison.mean_change.value, 0.10, 0.01);
  EXPECT_NEAR(comparison.median_change.value, 0.10, 0.02);
  EXPECT_LT(comparison.mean_change.interval.low, comparison.mean_change.value);
  EXPECT_GT(comparison.mean_change.interval.high, comparison.mean_change.value);
  EXPECT_DOUBLE_EQ(comparison.p_value, 1.0 / 1'001.0) << "no draw is as extreme";
  EXPECT_GT(comparison.cliffs_delta, 0.95);
}

TEST(Comparison, TellsWhatIsBetter) {
  const Comparison slower = compared(2, 1.10);
  const Comparison faster = compared(2, 0.90);
  EXPECT_EQ(judge(slower, {.better = Better::lower}), Verdict::regressed);
  EXPECT_EQ(judge(slower, {.better = Better::higher}), Verdict::improved);
  EXPECT_EQ(judge(faster, {.better = Better::lower}), Verdict::improved);
  EXPECT_EQ(judge(faster, {.better = Better::higher}), Verdict::regressed);
}

TEST(Comparison, CallsASmallChangeNoise) {
  const Comparison comparison = compared(3, 1.02);
  EXPECT_EQ(judge(comparison, {.noise_threshold = 0.0}), Verdict::regressed);
  EXPECT_EQ(judge(comparison, {.noise_threshold = 0.05}), Verdict::within_noise);
}

TEST(Comparison, JudgesAtItsLimits) {
  const Estimate clear{.value = 0.03, .interval = {.low = 0.02, .high = 0.04}};
  const Comparison comparison{.mean_change = clear, .median_change = clear, .p_value = 0.05};
  EXPECT_EQ(judge(comparison, {.significance = 0.05}), Verdict::no_change);
  EXPECT_EQ(judge(comparison, {.significance = 0.0501}), Verdict::regressed);
  EXPECT_EQ(judge(comparison, {.significance = 0.0501, .noise_threshold = 0.02}),
            Verdict::within_noise);
}

TEST(Comparison, FindsNoChangeWhereNoneIs) {
  int significant = 0;
  int called = 0;
  for (unsigned seed = 1; seed <= 300; ++seed) {
    const Comparison comparison = compared(seed, 1.0);
    significant += comparison.p_value < 0.05;
    const Verdict verdict = judge(comparison, {});
    called += verdict == Verdict::improved || verdict == Verdict::regressed;
  }
  // 5 % of 300 are 15, give or take 3.8.
  EXPECT_GE(significant, 4);
  EXPECT_LE(significant, 27);
  EXPECT_EQ(called, 0) << "nor is any beyond the threshold of 1 %";
}

TEST(Comparison, CountsWhoDominates) {
  const std::vector<double> low = {1, 2, 3};
  const std::vector<double> high = {4, 5};
  const std::vector<double> mixed = {2, 2};
  EXPECT_DOUBLE_EQ(cliffs_delta({.baseline = low, .current = high}), 1.0);
  EXPECT_DOUBLE_EQ(cliffs_delta({.baseline = high, .current = low}), -1.0);
  EXPECT_DOUBLE_EQ(cliffs_delta({.baseline = low, .current = low}), 0.0);
  EXPECT_DOUBLE_EQ(cliffs_delta({.baseline = low, .current = mixed}), 0.0);
  // 4 above all three, 2 above one, level with one and below one: (3 + 0) / 6.
  EXPECT_DOUBLE_EQ(cliffs_delta({.baseline = low, .current = std::vector<double>{4, 2}}), 0.5);
}

TEST(Comparison, TakesSamplesThatDoNotVary) {
  const std::vector<double> four(5, 4.0);
  const std::vector<double> five(5, 5.0);
  const Resampling how{.seed = 1, .resamples = 1'000};
  const Comparison same = compare({.baseline = four, .current = four}, how);
  EXPECT_DOUBLE_EQ(same.p_value, 1.0);
  EXPECT_EQ(judge(same, {}), Verdict::no_change);
  const Comparison other = compare({.baseline = four, .current = five}, how);
  EXPECT_DOUBLE_EQ(other.mean_change.interval.low, 0.25);
  EXPECT_LT(other.p_value, 0.01);
  EXPECT_EQ(judge(other, {}), Verdict::regressed);
}

TEST(ComparisonDeathTest, RefusesWhatCannotBeCompared) {
  const std::vector<double> one = {1};
  const std::vector<double> two = {1, 2};
  const std::vector<double> zero = {0, 2};
  const Resampling how{.seed = 1, .resamples = 10};
  EXPECT_DEATH((void)compare({.baseline = one, .current = two}, how), "one value says nothing");
  EXPECT_DEATH((void)compare({.baseline = two, .current = one}, how), "one value says nothing");
  EXPECT_DEATH((void)compare({.baseline = zero, .current = two}, how), "something positive");
}

}  // namespace
}  // namespace troupe::bench
