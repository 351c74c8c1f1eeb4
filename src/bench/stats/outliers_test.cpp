#include "bench/stats/outliers.hpp"

#include <vector>

#include <gtest/gtest.h>

namespace troupe::bench {
namespace {

// Quartiles 10 and 20 whatever the two ends are: fences at -20, -5, 35 and 50.
std::vector<double> between(double lowest, double highest) {
  return {lowest, 10, 10, 15, 20, 20, highest};
}

TEST(Outliers, PutsTheFencesWhereTukeyDid) {
  const Fences fences = tukey_fences(between(9, 21));
  EXPECT_DOUBLE_EQ(fences.outer_low, -20);
  EXPECT_DOUBLE_EQ(fences.inner_low, -5);
  EXPECT_DOUBLE_EQ(fences.inner_high, 35);
  EXPECT_DOUBLE_EQ(fences.outer_high, 50);
}

TEST(Outliers, CountsAtBelowAndAboveEachFence) {
  const Outliers none;
  EXPECT_EQ(count_outliers(between(-4.9, 34.9)), none);
  EXPECT_EQ(count_outliers(between(-5, 35)), none) << "on the fence is inside";
  EXPECT_EQ(count_outliers(between(-5.1, 35.1)), (Outliers{.low_mild = 1, .high_mild = 1}));
  EXPECT_EQ(count_outliers(between(-20, 50)), (Outliers{.low_mild = 1, .high_mild = 1}));
  EXPECT_EQ(count_outliers(between(-20.1, 50.1)), (Outliers{.low_severe = 1, .high_severe = 1}));
}

TEST(Outliers, AddsThemUp) {
  EXPECT_EQ((Outliers{.low_severe = 1, .low_mild = 2, .high_mild = 3, .high_severe = 4}).total(),
            10U);
}

TEST(Outliers, FindsNoneAmongEqualValues) {
  EXPECT_EQ(count_outliers(std::vector<double>{4, 4, 4, 4}).total(), 0U);
  EXPECT_EQ(count_outliers(std::vector<double>{4}).total(), 0U);
}

}  // namespace
}  // namespace troupe::bench
