#include "io/system_clock.hpp"

#include <gtest/gtest.h>

namespace troupe {
namespace {

TEST(SystemClock, NeverGoesBackAndBeginsAtItsConstruction) {
  const SystemClock clock;
  Instant last = clock.now();
  EXPECT_GE(last, Instant{});
  for (int round = 0; round < 1000; ++round) {
    const Instant now = clock.now();
    ASSERT_GE(now, last);
    last = now;
  }
}

TEST(SystemClock, KnowsTheYearRoughly) {
  EXPECT_GT(SystemClock().wall_ms(), 1'577'836'800'000U) << "2020-01-01";
}

}  // namespace
}  // namespace troupe
