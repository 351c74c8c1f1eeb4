#include "bench/stats/nested.hpp"

#include <cstddef>
#include <random>
#include <vector>

#include <gtest/gtest.h>

#include "bench/stats/bootstrap.hpp"
#include "bench/stats/summary.hpp"

namespace troupe::bench {
namespace {

using Processes = std::vector<std::vector<double>>;

struct Noise {
  double within_sd = 0;
  double between_sd = 0;
};

// 100 plus an offset for each process, plus noise for each sample.
Processes simulated(std::size_t count, Noise noise, unsigned seed) {
  std::mt19937_64 generator(seed);
  std::normal_distribution<double> normal;
  Processes processes(count);
  for (auto& samples : processes) {
    const double offset = noise.between_sd * normal(generator);
    for (int index = 0; index < 20; ++index)
      samples.push_back(100 + offset + noise.within_sd * normal(generator));
  }
  return processes;
}

TEST(Nested, SplitsTheVarianceOfASmallExample) {
  // Means 2 and 6, grand mean 4: within (1+1+1+1) / (4-2) = 2, between (2*4 + 2*4) / 1 = 16,
  // so (16 - 2) / 2 samples each = 7.
  const VarianceParts parts = split_variance(Processes{{1, 3}, {5, 7}});
  EXPECT_DOUBLE_EQ(parts.within, 2);
  EXPECT_DOUBLE_EQ(parts.between, 7);
}

TEST(Nested, SplitsTheVarianceOfUnequalCounts) {
  // Means 2 and 5, grand mean 3: within 2 / (3-2), between (2*1 + 1*4) / 1 = 6, and
  // (3 - 5/3) / 1 = 4/3 samples each.
  const VarianceParts parts = split_variance(Processes{{1, 3}, {5}});
  EXPECT_DOUBLE_EQ(parts.within, 2);
  EXPECT_DOUBLE_EQ(parts.between, 3);
}

TEST(Nested, FindsThePartsThatWereMixed) {
  double within = 0;
  double between = 0;
  for (unsigned seed = 1; seed <= 100; ++seed) {
    const VarianceParts parts =
        split_variance(simulated(20, {.within_sd = 3, .between_sd = 2}, seed));
    within += parts.within / 100;
    between += parts.between / 100;
  }
  EXPECT_NEAR(within, 9, 0.3);
  EXPECT_NEAR(between, 4, 0.6);
}

TEST(Nested, NeverReportsANegativeVariance) {
  EXPECT_DOUBLE_EQ(split_variance(Processes{{1, 9}, {2, 8}}).between, 0);
}

TEST(Nested, TakesTheMedianOfMedians) {
  const Processes processes = {{1, 2, 900}, {4, 5, 6}, {7, 8, 1'000}};
  EXPECT_EQ(process_medians(processes), (std::vector<double>{2, 5, 8}));
  EXPECT_DOUBLE_EQ(estimate_nested(processes, {.seed = 1, .resamples = 100}).center.value, 5);
}

TEST(Nested, CoversTheTruthWherePooledSamplesDoNot) {
  int nested_covered = 0;
  int pooled_covered = 0;
  for (unsigned seed = 1; seed <= 200; ++seed) {
    const Processes processes = simulated(15, {.within_sd = 1, .between_sd = 3}, seed);
    std::vector<double> pooled;
    for (const auto& samples : processes)
      pooled.insert(pooled.end(), samples.begin(), samples.end());
    const Resampling how{.seed = seed, .resamples = 300};
    const Interval nested = estimate_nested(processes, how).center.interval;
    const Interval flat = bootstrap(pooled, how, median_in_place).interval;
    nested_covered += nested.low <= 100 && 100 <= nested.high;
    pooled_covered += flat.low <= 100 && 100 <= flat.high;
  }
  EXPECT_GE(nested_covered, 178);  // 190 expected.
  EXPECT_LE(pooled_covered, 120) << "300 samples of 15 processes are not 300 facts";
}

TEST(Nested, RepeatsItselfUnderOneSeedOnly) {
  const Processes processes = simulated(10, {.within_sd = 1, .between_sd = 1}, 1);
  const auto low = [&](std::uint64_t seed) {
    return estimate_nested(processes, {.seed = seed, .resamples = 200}).center.interval.low;
  };
  EXPECT_EQ(low(1), low(1));
  EXPECT_NE(low(1), low(2));
}

TEST(NestedDeathTest, RefusesALevelOfOne) {
  EXPECT_DEATH((void)split_variance(Processes{{1, 2, 3}}), "one process says nothing");
  EXPECT_DEATH((void)split_variance(Processes{{1}, {2}}), "one sample each says nothing");
  EXPECT_DEATH((void)split_variance(Processes{{1, 2}, {}}), "nothing has no mean");
}

}  // namespace
}  // namespace troupe::bench
