#include "bench/stats/regression.hpp"

#include <cstdint>
#include <random>
#include <vector>

#include <gtest/gtest.h>

namespace troupe::bench {
namespace {

using std::chrono::nanoseconds;

TEST(Regression, FindsTheSlopeOfALine) {
  const std::vector<Timing> timings = {
      {10, nanoseconds(120)}, {20, nanoseconds(240)}, {30, nanoseconds(360)}};
  EXPECT_DOUBLE_EQ(slope_through_origin(timings), 12.0);
  EXPECT_DOUBLE_EQ(r_squared(timings), 1.0);
}

TEST(Regression, WeighsLongSamplesMore) {
  // sum(xy) = 1 * 3 + 2 * 2 = 7, sum(xx) = 5. About the line: 1.6^2 + 0.8^2; about 2.5: 0.5.
  const std::vector<Timing> timings = {{1, nanoseconds(3)}, {2, nanoseconds(2)}};
  EXPECT_DOUBLE_EQ(slope_through_origin(timings), 1.4);
  EXPECT_DOUBLE_EQ(r_squared(timings), 1.0 - 3.2 / 0.5) << "worse than the mean of the times";
}

TEST(Regression, IsHardlyMovedByWhatEverySampleCosts) {
  std::vector<Timing> timings;
  double mean_of_ratios = 0;
  for (std::uint64_t k = 1; k <= 100; ++k) {
    timings.push_back({k * 100, nanoseconds(k * 100 * 10 + 500)});
    mean_of_ratios += (static_cast<double>(k) * 1'000 + 500) / (static_cast<double>(k) * 100) / 100;
  }
  EXPECT_NEAR(slope_through_origin(timings), 10.0, 0.08);
  EXPECT_GT(mean_of_ratios, 10.25);
}

TEST(Regression, BracketsTheTruthWithItsInterval) {
  int covered = 0;
  for (unsigned seed = 1; seed <= 200; ++seed) {
    std::mt19937_64 generator(seed);
    std::normal_distribution<double> noise(1.0, 0.05);
    std::vector<Timing> timings;
    for (std::uint64_t k = 1; k <= 50; ++k) {
      const double elapsed = 12.0 * static_cast<double>(k) * 1'000 * noise(generator);
      timings.push_back({k * 1'000, nanoseconds(static_cast<std::int64_t>(elapsed))});
    }
    const Slope slope = estimate_slope(timings, {.seed = seed, .resamples = 400});
    const Interval interval = slope.ns_per_iteration.interval;
    covered += interval.low <= 12.0 && 12.0 <= interval.high;
    ASSERT_LT(interval.low, slope.ns_per_iteration.value);
    ASSERT_GT(interval.high, slope.ns_per_iteration.value);
    ASSERT_GT(slope.r_squared, 0.9);
  }
  EXPECT_GE(covered, 175);  // 190 expected; pairs are resampled from 50 only.
}

TEST(Regression, HasNothingToExplainWhereTimesAreEqual) {
  const std::vector<Timing> flat = {{10, nanoseconds(100)}, {10, nanoseconds(100)}};
  EXPECT_DOUBLE_EQ(slope_through_origin(flat), 10.0);
  EXPECT_DOUBLE_EQ(r_squared(flat), 0.0);
}

TEST(RegressionDeathTest, RefusesSamplesWithoutIterations) {
  const std::vector<Timing> none;
  const std::vector<Timing> one_empty = {{0, nanoseconds(5)}, {1, nanoseconds(5)}};
  EXPECT_DEATH((void)slope_through_origin(none), "needs a sample with iterations");
  EXPECT_DEATH((void)estimate_slope(one_empty, {.seed = 1}), "a sample without iterations");
}

}  // namespace
}  // namespace troupe::bench
