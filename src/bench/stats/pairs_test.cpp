#include "bench/stats/pairs.hpp"

#include <cmath>
#include <cstddef>
#include <random>
#include <vector>

#include <gtest/gtest.h>

namespace troupe::bench {
namespace {

using Pairs = std::vector<Pair>;

// Pairs of which so many have the larger b, and so many the smaller.
Pairs with_signs(std::size_t larger, std::size_t smaller, std::size_t ties = 0) {
  Pairs pairs;
  pairs.insert(pairs.end(), larger, {1, 2});
  pairs.insert(pairs.end(), smaller, {2, 1});
  pairs.insert(pairs.end(), ties, {1, 1});
  return pairs;
}

TEST(SignTest, CountsExactly) {
  const SignTest test = sign_test(with_signs(8, 2, 3));
  EXPECT_EQ(test.larger, 8U);
  EXPECT_EQ(test.smaller, 2U);
  EXPECT_EQ(test.ties, 3U);
  // 2 * (1 + 10 + 45) / 1024
  EXPECT_NEAR(test.p_value, 0.109375, 1e-12);
  EXPECT_DOUBLE_EQ(sign_test(with_signs(2, 8)).p_value, sign_test(with_signs(8, 2)).p_value);
}

TEST(SignTest, IsNoProofWhereSignsAreEven) {
  EXPECT_DOUBLE_EQ(sign_test(with_signs(5, 5)).p_value, 1.0);
  EXPECT_NEAR(sign_test(with_signs(5, 4)).p_value, 1.0, 1e-12);
  EXPECT_DOUBLE_EQ(sign_test(with_signs(0, 0, 4)).p_value, 1.0) << "ties speak for neither";
  EXPECT_DOUBLE_EQ(sign_test(with_signs(0, 0)).p_value, 1.0);
}

TEST(SignTest, NeedsSixPairs) {
  EXPECT_NEAR(sign_test(with_signs(5, 0)).p_value, 0.0625, 1e-12);
  EXPECT_NEAR(sign_test(with_signs(6, 0)).p_value, 0.03125, 1e-12);
  EXPECT_EQ(fewest_pairs(0.05), 6U);
  EXPECT_EQ(fewest_pairs(0.0625), 6U) << "at alpha is not below it";
  EXPECT_EQ(fewest_pairs(0.0626), 5U);
  EXPECT_EQ(fewest_pairs(0.01), 8U);
  EXPECT_EQ(fewest_pairs(1), 2U);
}

TEST(SignTest, TakesThousandsOfPairs) {
  // Half a standard deviation from even, so p is 2 * (1 - Phi((50 - 0.5) / 50)) = 0.322.
  EXPECT_NEAR(sign_test(with_signs(5'050, 4'950)).p_value, 0.322, 0.001);
  EXPECT_LT(sign_test(with_signs(10'000, 0)).p_value, 1e-300);
}

TEST(Pairs, DoNotSeeWhatSlowsBothHalves) {
  Pairs pairs;
  for (int index = 0; index < 20; ++index) {
    const double drift = 100.0 * (1 + index);  // The machine becomes twenty times slower.
    pairs.push_back({drift, drift * 1.1});
  }
  const PairedComparison comparison = compare_pairs(pairs, {.seed = 1, .resamples = 1'000});
  EXPECT_NEAR(comparison.ratio.value, 1.1, 1e-12);
  EXPECT_NEAR(comparison.ratio.interval.low, 1.1, 1e-12);
  EXPECT_NEAR(comparison.ratio.interval.high, 1.1, 1e-12);
  EXPECT_EQ(decide(comparison, {}), Change::slower);
}

TEST(Pairs, AreJudgedAlikeInBothDirections) {
  std::mt19937_64 generator(1);
  std::normal_distribution<double> noise(0, 0.01);
  Pairs pairs;
  Pairs swapped;
  for (int index = 0; index < 21; ++index) {
    const double b = 1.05 * std::exp(noise(generator));
    pairs.push_back({1, b});
    swapped.push_back({b, 1});
  }
  const Resampling how{.seed = 1, .resamples = 1'000};
  const PairedComparison up = compare_pairs(pairs, how);
  const PairedComparison down = compare_pairs(swapped, how);
  EXPECT_NEAR(up.ratio.value * down.ratio.value, 1, 1e-12);
  EXPECT_NEAR(up.ratio.interval.low * down.ratio.interval.high, 1, 1e-12);
  EXPECT_EQ(decide(up, {}), Change::slower);
  EXPECT_EQ(decide(down, {}), Change::faster);
}

PairedComparison comparison_with(Interval interval, double p_value) {
  return {.ratio = {.value = 1, .interval = interval}, .sign = {.p_value = p_value}};
}

TEST(Pairs, AreDecidedByBothWitnessesOnly) {
  const PairedRule rule{.noise_threshold = 0.5, .alpha = 0.05};
  const auto decided = [&](Interval interval, double p_value) {
    return decide(comparison_with(interval, p_value), rule);
  };
  EXPECT_EQ(decided({.low = 1.51, .high = 2}, 0.049), Change::slower);
  EXPECT_EQ(decided({.low = 1.5, .high = 2}, 0.049), Change::no_change) << "at the threshold";
  EXPECT_EQ(decided({.low = 1.51, .high = 2}, 0.05), Change::no_change) << "at alpha";
  EXPECT_EQ(decided({.low = 0.2, .high = 0.49}, 0.049), Change::faster);
  EXPECT_EQ(decided({.low = 0.2, .high = 0.5}, 0.049), Change::no_change);
  EXPECT_EQ(decided({.low = 0.2, .high = 0.49}, 0.05), Change::no_change);
  EXPECT_EQ(decided({.low = 0.2, .high = 2}, 0.0), Change::no_change);
}

TEST(Pairs, AreNeverEnoughBelowSix) {
  const Resampling how{.seed = 1, .resamples = 100};
  EXPECT_EQ(decide(compare_pairs(with_signs(5, 0), how), {}), Change::no_change);
  EXPECT_EQ(decide(compare_pairs(with_signs(6, 0), how), {}), Change::slower);
}

TEST(PairsDeathTest, RefuseWhatHasNoRatio) {
  const Resampling how{.seed = 1, .resamples = 10};
  EXPECT_DEATH((void)compare_pairs(Pairs{{0, 1}}, how), "two positive times");
  EXPECT_DEATH((void)compare_pairs(Pairs{{1, -1}}, how), "two positive times");
  EXPECT_DEATH((void)compare_pairs(Pairs{}, how), "nothing has no quantiles");
  EXPECT_DEATH((void)fewest_pairs(0), "alpha is a probability");
}

}  // namespace
}  // namespace troupe::bench
