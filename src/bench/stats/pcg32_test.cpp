#include "bench/stats/pcg32.hpp"

#include <array>
#include <cstdint>

#include <gtest/gtest.h>

namespace troupe::bench {
namespace {

TEST(Pcg32, GivesThePublishedNumbers) {
  Pcg32 generator(42);
  for (const std::uint32_t expected :
       {0xa15c02b7U, 0x7b47f409U, 0xba1d3330U, 0x83d2f293U, 0xbfa4784bU, 0xcbed606eU}) {
    EXPECT_EQ(generator.next(), expected);
  }
}

TEST(Pcg32, RepeatsItselfUnderOneSeedOnly) {
  Pcg32 one(1);
  Pcg32 same(1);
  Pcg32 other(2);
  EXPECT_EQ(one.next(), same.next());
  EXPECT_NE(one.next(), other.next());
}

TEST(Pcg32, DrawsEveryIndexEquallyOften) {
  Pcg32 generator(7);
  std::array<int, 6> counts{};
  for (int draw = 0; draw < 60'000; ++draw) ++counts.at(generator.below(6));
  // A count is binomial with a standard deviation of 91; six of them stay within five.
  for (const int count : counts) EXPECT_NEAR(count, 10'000, 456);
}

TEST(Pcg32, StaysBelowItsBound) {
  Pcg32 generator(7);
  for (const std::uint32_t bound : {1U, 2U, 3U, 0x8000'0001U, UINT32_MAX}) {
    for (int draw = 0; draw < 1'000; ++draw) ASSERT_LT(generator.below(bound), bound);
  }
}

TEST(Pcg32, IsNotBiasedByALargeBound) {
  // Three quarters of 2^32: a plain remainder would draw the lower third twice as often.
  constexpr std::uint32_t bound = 0xC000'0000U;
  Pcg32 generator(7);
  int lower_third = 0;
  for (int draw = 0; draw < 30'000; ++draw) lower_third += generator.below(bound) < bound / 3;
  EXPECT_NEAR(lower_third, 10'000, 410);
}

TEST(Pcg32, DrawsBetweenZeroAndOne) {
  Pcg32 generator(7);
  double sum = 0;
  for (int draw = 0; draw < 10'000; ++draw) {
    const double unit = generator.unit();
    ASSERT_GT(unit, 0.0);
    ASSERT_LT(unit, 1.0);
    sum += unit;
  }
  EXPECT_NEAR(sum / 10'000, 0.5, 0.015);
}

TEST(Pcg32DeathTest, RefusesAnEmptyRange) {
  EXPECT_DEATH((void)Pcg32(1).below(0), "CHECK failed: bound > 0");
}

}  // namespace
}  // namespace troupe::bench
