#include "bench/stats/variation.hpp"

#include <cmath>
#include <limits>
#include <random>
#include <vector>

#include <gtest/gtest.h>

namespace troupe::bench {
namespace {

using Medians = std::vector<double>;

// Three values with mean 100 and the standard deviation asked for.
Medians with_spread(double sd) { return {100 - sd, 100, 100 + sd}; }

TEST(Variation, IsTheDeviationOverTheMean) {
  EXPECT_DOUBLE_EQ(coefficient_of_variation(Medians{9, 10, 11}).value(), 0.1);
  EXPECT_DOUBLE_EQ(coefficient_of_variation(Medians{7, 7}).value(), 0.0);
}

TEST(Variation, OpensUpToItsLimitAndNotBeyond) {
  const auto gated = [](double sd, RowKind kind) {
    return gate_variation(with_spread(sd), kind).stability;
  };
  EXPECT_EQ(gated(4.99, RowKind::micro), Stability::stable);
  EXPECT_EQ(gated(5.0, RowKind::micro), Stability::stable);
  EXPECT_EQ(gated(5.01, RowKind::micro), Stability::unstable);
  EXPECT_EQ(gated(5.01, RowKind::macro), Stability::stable);
  EXPECT_EQ(gated(10.0, RowKind::macro), Stability::stable);
  EXPECT_EQ(gated(10.01, RowKind::macro), Stability::unstable);
}

TEST(Variation, NeverCallsTooFewProcessesStable) {
  for (const Medians& medians : {Medians{}, Medians{5}}) {
    const Variation variation = gate_variation(medians, RowKind::macro);
    EXPECT_EQ(variation.stability, Stability::unknown);
    EXPECT_FALSE(variation.coefficient.has_value());
  }
  EXPECT_EQ(gate_variation(Medians{5, 5}, RowKind::macro).stability, Stability::stable);
}

TEST(Variation, NeverCallsStableWhatHasNoRelativeSpread) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  for (const Medians& medians : {Medians{0, 0}, Medians{-1, 1}, Medians{-5, -5}, Medians{nan, 5}}) {
    EXPECT_EQ(gate_variation(medians, RowKind::micro).stability, Stability::unknown);
  }
}

TEST(Variation, ComesOutSmallOfFewValuesAsDocumented) {
  std::mt19937_64 generator(1);
  std::normal_distribution<double> normal(100, 10);
  double sum = 0;
  const int trials = 20'000;
  for (int trial = 0; trial < trials; ++trial) {
    Medians medians(5);
    for (double& value : medians) value = normal(generator);
    sum += coefficient_of_variation(medians).value() / trials;
  }
  EXPECT_NEAR(sum, 0.1 * (1 - 1.0 / 20), 0.001);
}

}  // namespace
}  // namespace troupe::bench
