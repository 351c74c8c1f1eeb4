#include "bench/statistics.hpp"

#include <gtest/gtest.h>

namespace troupe::bench {
namespace {

TEST(Statistics, SummarizesOneValue) {
  const Summary summary = summarize({7});
  EXPECT_EQ(summary.median, 7);
  EXPECT_EQ(summary.mad, 0);
  EXPECT_EQ(summary.min, 7);
  EXPECT_EQ(summary.max, 7);
}

TEST(Statistics, TakesTheMiddleOfUnsortedValues) {
  EXPECT_EQ(summarize({9, 1, 5}).median, 5);
  EXPECT_EQ(summarize({4, 1, 3, 100}).median, 3.5);
}

TEST(Statistics, IsNotMovedByOneOutlier) {
  const Summary summary = summarize({10, 11, 10, 9, 100000});
  EXPECT_EQ(summary.median, 10);
  EXPECT_EQ(summary.mad, 1);
  EXPECT_EQ(summary.max, 100000);
  EXPECT_DOUBLE_EQ(summary.spread(), 0.1);
}

TEST(Statistics, HasNoSpreadAroundZero) { EXPECT_EQ(summarize({0, 0, 0}).spread(), 0); }

TEST(Statistics, DividesPairByPair) {
  EXPECT_EQ(ratios({4, 9}, {2, 3}), (std::vector<double>{2, 3}));
}

}  // namespace
}  // namespace troupe::bench
