#include "base/check.hpp"

#include <gtest/gtest.h>

namespace {

TEST(Check, LetsATrueConditionPass) {
  CHECK(1 + 1 == 2);
  CHECK(1 + 1 == 2, "arithmetic holds");
}

TEST(CheckDeathTest, PrintsExpressionReasonAndPlaceAndAborts) {
  EXPECT_DEATH(CHECK(1 + 1 == 3, "arithmetic holds"),
               "CHECK failed: 1 \\+ 1 == 3 \\(arithmetic holds\\)\n +at .*check_test.cpp:");
}

TEST(CheckDeathTest, NeedsNoReason) { EXPECT_DEATH(CHECK(false), "CHECK failed: false\n"); }

}  // namespace
