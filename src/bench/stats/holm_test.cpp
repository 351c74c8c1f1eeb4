#include "bench/stats/holm.hpp"

#include <algorithm>
#include <vector>

#include <gtest/gtest.h>

#include "bench/stats/pcg32.hpp"

namespace troupe::bench {
namespace {

using PValues = std::vector<double>;

void expect_near(const PValues& got, const PValues& expected) {
  ASSERT_EQ(got.size(), expected.size());
  for (std::size_t index = 0; index < got.size(); ++index)
    EXPECT_NEAR(got[index], expected[index], 1e-15) << index;
}

TEST(Holm, StepsDown) {
  // Sorted: .005 * 4, .01 * 3, .03 * 2, and .04 * 1 is held up by the .06 before it.
  expect_near(holm_adjusted(PValues{0.01, 0.04, 0.03, 0.005}), {0.03, 0.06, 0.06, 0.02});
}

TEST(Holm, StaysWithinOne) { expect_near(holm_adjusted(PValues{0.9, 0.6, 1.0}), {1.0, 1.0, 1.0}); }

TEST(Holm, LeavesASingleOneAlone) {
  expect_near(holm_adjusted(PValues{0.04}), {0.04});
  expect_near(holm_adjusted(PValues{}), {});
}

TEST(Holm, TreatsEqualsAlike) { expect_near(holm_adjusted(PValues{0.01, 0.01}), {0.02, 0.02}); }

TEST(Holm, KeepsTheFamilysErrorAtItsLevel) {
  Pcg32 generator(11);
  int alarms = 0;
  int uncorrected = 0;
  for (int trial = 0; trial < 2'000; ++trial) {
    PValues p_values(10);
    for (double& p : p_values) p = generator.unit();
    uncorrected += std::ranges::min(p_values) < 0.05;
    alarms += std::ranges::min(holm_adjusted(p_values)) < 0.05;
  }
  // 1 - 0.995^10 = 4.9 % of 2,000, give or take 10; without it, 40 %.
  EXPECT_GE(alarms, 60);
  EXPECT_LE(alarms, 136);
  EXPECT_GT(uncorrected, 700);
}

TEST(HolmDeathTest, RefusesWhatIsNoProbability) {
  EXPECT_DEATH((void)holm_adjusted(PValues{0.5, 1.1}), "a p-value is a probability");
  EXPECT_DEATH((void)holm_adjusted(PValues{-0.1}), "a p-value is a probability");
}

}  // namespace
}  // namespace troupe::bench
