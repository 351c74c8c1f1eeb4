#include "bench/stats/summary.hpp"

#include <cmath>
#include <span>
#include <vector>

#include <gtest/gtest.h>

namespace troupe::bench {
namespace {

using Sample = std::vector<double>;

TEST(Summary, KnowsMeanAndDeviation) {
  const Sample sample = {2, 4, 4, 4, 5, 5, 7, 9};
  EXPECT_DOUBLE_EQ(mean(sample), 5.0);
  EXPECT_DOUBLE_EQ(sample_sd(sample), std::sqrt(32.0 / 7.0));
}

TEST(Summary, KeepsTheDigitsOfValuesFarFromZero) {
  // The mean of the squares less the square of the mean would be 0 or negative here.
  EXPECT_DOUBLE_EQ(sample_sd(Sample{1e9 + 1, 1e9 + 2, 1e9 + 3}), 1.0);
}

TEST(Summary, InterpolatesQuantiles) {
  const Sample sample = {40, 10, 30, 20};
  EXPECT_DOUBLE_EQ(quantile(sample, 0.0), 10.0);
  EXPECT_DOUBLE_EQ(quantile(sample, 0.25), 17.5);
  EXPECT_DOUBLE_EQ(quantile(sample, 0.5), 25.0);
  EXPECT_DOUBLE_EQ(quantile(sample, 0.9), 37.0);
  EXPECT_DOUBLE_EQ(quantile(sample, 1.0), 40.0);
}

TEST(Summary, FindsTheMedianOfOddEvenAndSingle) {
  EXPECT_DOUBLE_EQ(median(Sample{3, 1, 2}), 2.0);
  EXPECT_DOUBLE_EQ(median(Sample{4, 1, 3, 2}), 2.5);
  EXPECT_DOUBLE_EQ(median(Sample{7}), 7.0);
}

TEST(Summary, LeavesTheSampleAsItWas) {
  const Sample sample = {5, 1, 4, 2, 3};
  (void)median(sample);
  (void)median_absolute_deviation(sample);
  EXPECT_EQ(sample, (Sample{5, 1, 4, 2, 3}));
}

TEST(Summary, DoesNotScaleTheMedianAbsoluteDeviation) {
  // Distances from the median 2 are 1, 1, 0, 0, 2, 4, 7.
  EXPECT_DOUBLE_EQ(median_absolute_deviation(Sample{1, 1, 2, 2, 4, 6, 9}), 1.0);
}

TEST(Summary, IsNotMovedFarByAFewWildValues) {
  const Sample wild = {10, 11, 12, 13, 14, 1e6, 1e7};
  EXPECT_DOUBLE_EQ(median(wild), 13.0);
  EXPECT_DOUBLE_EQ(median_absolute_deviation(wild), 2.0);
  EXPECT_GT(mean(wild), 1e6);
}

TEST(Summary, GathersEverything) {
  Sample sample;
  for (int value = 100; value >= 0; --value) sample.push_back(value);
  const Summary summary = summarize(sample);
  EXPECT_EQ(summary.count, 101U);
  EXPECT_DOUBLE_EQ(summary.min, 0.0);
  EXPECT_DOUBLE_EQ(summary.p5, 5.0);
  EXPECT_DOUBLE_EQ(summary.median, 50.0);
  EXPECT_DOUBLE_EQ(summary.p95, 95.0);
  EXPECT_DOUBLE_EQ(summary.max, 100.0);
  EXPECT_DOUBLE_EQ(summary.mean, 50.0);
  EXPECT_DOUBLE_EQ(summary.sd, std::sqrt(858.5));
  EXPECT_DOUBLE_EQ(summary.mad, 25.0);
}

TEST(Summary, TakesASingleValue) {
  const Summary summary = summarize(Sample{3});
  EXPECT_DOUBLE_EQ(summary.median, 3.0);
  EXPECT_DOUBLE_EQ(summary.p95, 3.0);
  EXPECT_DOUBLE_EQ(summary.sd, 0.0);
  EXPECT_DOUBLE_EQ(summary.mad, 0.0);
}

TEST(SummaryDeathTest, RefusesWhatHasNoAnswer) {
  const Sample none;
  EXPECT_DEATH((void)mean(none), "nothing has no mean");
  EXPECT_DEATH((void)median(none), "nothing has no quantiles");
  EXPECT_DEATH((void)summarize(none), "nothing has no summary");
  EXPECT_DEATH((void)sample_sd(Sample{1}), "one value says nothing");
  EXPECT_DEATH((void)quantile(Sample{1}, 1.01), "a quantile is a share");
  EXPECT_DEATH((void)quantile(Sample{1}, -0.01), "a quantile is a share");
}

}  // namespace
}  // namespace troupe::bench
