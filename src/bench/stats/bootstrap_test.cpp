#include "bench/stats/bootstrap.hpp"

#include <algorithm>
#include <cmath>
#include <random>
#include <span>
#include <vector>

#include <gtest/gtest.h>

#include "bench/stats/summary.hpp"

namespace troupe::bench {
namespace {

std::vector<double> normal_sample(std::size_t count, unsigned seed) {
  std::mt19937_64 generator(seed);
  std::normal_distribution<double> normal(100.0, 10.0);
  std::vector<double> sample(count);
  for (double& value : sample) value = normal(generator);
  return sample;
}

TEST(Bootstrap, KnowsTheStandardErrorOfAMean) {
  const auto sample = normal_sample(50, 1);
  const Estimate estimate = bootstrap(sample, {.seed = 3}, mean);
  // The bootstrap of a mean divides by n where theory divides by n - 1: 1 % at 50 values.
  const double theory = sample_sd(sample) / std::sqrt(50.0);
  EXPECT_DOUBLE_EQ(estimate.value, mean(sample));
  EXPECT_NEAR(estimate.standard_error, theory, 0.04 * theory);
  EXPECT_NEAR(estimate.interval.low, estimate.value - 1.96 * theory, 0.2 * theory);
  EXPECT_NEAR(estimate.interval.high, estimate.value + 1.96 * theory, 0.2 * theory);
}

TEST(Bootstrap, CoversTheTruthAboutAsOftenAsItSays) {
  int mean_covered = 0;
  int median_covered = 0;
  const int trials = 400;
  for (unsigned trial = 1; trial <= trials; ++trial) {
    const auto sample = normal_sample(40, trial);
    const Estimates all = estimate_all(sample, {.seed = trial, .resamples = 500});
    mean_covered += all.mean.interval.low <= 100 && 100 <= all.mean.interval.high;
    median_covered += all.median.interval.low <= 100 && 100 <= all.median.interval.high;
  }
  // 95 % of 400 is 380, give or take 4.4; the percentile interval of 40 values falls a bit short.
  EXPECT_GE(mean_covered, 360);
  EXPECT_LE(mean_covered, 394);
  EXPECT_GE(median_covered, 360);
  EXPECT_LE(median_covered, 396);
}

TEST(Bootstrap, IsWiderAtHigherConfidence) {
  const auto sample = normal_sample(50, 1);
  const Estimate narrow = bootstrap(sample, {.seed = 3, .confidence = 0.5}, mean);
  const Estimate wide = bootstrap(sample, {.seed = 3, .confidence = 0.99}, mean);
  EXPECT_LT(wide.interval.low, narrow.interval.low);
  EXPECT_GT(wide.interval.high, narrow.interval.high);
  EXPECT_NEAR(wide.standard_error, narrow.standard_error, 1e-9);
}

TEST(Bootstrap, RepeatsItselfUnderOneSeedOnly) {
  const auto sample = normal_sample(50, 1);
  const Estimate one = bootstrap(sample, {.seed = 3}, mean);
  EXPECT_EQ(one.interval.low, bootstrap(sample, {.seed = 3}, mean).interval.low);
  EXPECT_NE(one.interval.low, bootstrap(sample, {.seed = 4}, mean).interval.low);
}

TEST(Bootstrap, TakesStatisticsThatReorderTheirSample) {
  const auto sample = normal_sample(21, 2);
  const Estimate sorted = bootstrap(sample, {.seed = 3, .resamples = 200}, [](auto values) {
    std::ranges::sort(values);
    return values[10];
  });
  const Estimate selected = bootstrap(sample, {.seed = 3, .resamples = 200}, median_in_place);
  EXPECT_DOUBLE_EQ(sorted.value, median(sample));
  EXPECT_DOUBLE_EQ(sorted.interval.low, selected.interval.low);
  EXPECT_DOUBLE_EQ(sorted.interval.high, selected.interval.high);
}

TEST(Bootstrap, TakesSamplesOfAnything) {
  struct Box {
    double width, height;
  };
  const std::vector<Box> boxes = {{1, 2}, {2, 2}, {3, 2}};
  const Estimate area = bootstrap(boxes, {.seed = 1, .resamples = 100}, [](std::span<Box> drawn) {
    double sum = 0;
    for (const Box& box : drawn) sum += box.width * box.height;
    return sum;
  });
  EXPECT_DOUBLE_EQ(area.value, 12);
  EXPECT_GE(area.interval.low, 6);
  EXPECT_LE(area.interval.high, 18);
}

TEST(Bootstrap, EstimatesAllFourInOnePassAsOneByOne) {
  const auto sample = normal_sample(30, 5);
  const Resampling how{.seed = 9, .resamples = 1'000};
  const Estimates all = estimate_all(sample, how);
  const auto expect_same = [](const Estimate& a, const Estimate& b) {
    EXPECT_DOUBLE_EQ(a.value, b.value);
    EXPECT_DOUBLE_EQ(a.interval.low, b.interval.low);
    EXPECT_DOUBLE_EQ(a.interval.high, b.interval.high);
    EXPECT_NEAR(a.standard_error, b.standard_error, 1e-9);
  };
  expect_same(all.mean, bootstrap(sample, how, mean));
  expect_same(all.median, bootstrap(sample, how, median_in_place));
  expect_same(all.sd, bootstrap(sample, how, sample_sd));
  expect_same(all.mad, bootstrap(sample, how, median_absolute_deviation_in_place));
}

TEST(Bootstrap, HasNoWidthWhereNothingVaries) {
  const std::vector<double> same(10, 4.0);
  const Estimates all = estimate_all(same, {.seed = 1, .resamples = 100});
  EXPECT_DOUBLE_EQ(all.mean.interval.low, 4);
  EXPECT_DOUBLE_EQ(all.mean.interval.high, 4);
  EXPECT_DOUBLE_EQ(all.sd.value, 0);
  EXPECT_DOUBLE_EQ(all.mad.interval.high, 0);
}

TEST(BootstrapDeathTest, RefusesWhatHasNoInterval) {
  const std::vector<double> sample = {1, 2};
  const std::vector<double> none;
  EXPECT_DEATH((void)bootstrap(sample, {.seed = 1, .resamples = 1}, mean), "needs resamples");
  EXPECT_DEATH((void)bootstrap(sample, {.seed = 1, .confidence = 1}, mean),
               "confidence is a share");
  EXPECT_DEATH((void)bootstrap(sample, {.seed = 1, .confidence = 0}, mean),
               "confidence is a share");
  EXPECT_DEATH((void)bootstrap(none, {.seed = 1}, mean), "nothing has no mean");
  EXPECT_DEATH((void)estimate_all(std::vector<double>{1}, {.seed = 1}), "one value says nothing");
}

}  // namespace
}  // namespace troupe::bench
