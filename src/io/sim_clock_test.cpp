#include "io/sim_clock.hpp"

#include <chrono>

#include <gtest/gtest.h>

namespace troupe {
namespace {

using namespace std::chrono_literals;

TEST(SimClock, StandsStillUntilItIsMoved) {
  SimClock clock(1'000);
  EXPECT_EQ(clock.now(), Instant{});
  EXPECT_EQ(clock.wall_ms(), 1'000U);
  clock.advance(1500us);
  EXPECT_EQ(clock.now(), Instant{1'500'000});
  EXPECT_EQ(clock.wall_ms(), 1'001U);
  clock.set(Instant{5'000'000});
  EXPECT_EQ(clock.wall_ms(), 1'005U);
}

TEST(SimClock, HasACalendarThatMayJump) {
  SimClock clock(1'000);
  clock.advance(5s);
  clock.set_wall_ms(2'000);
  EXPECT_EQ(clock.wall_ms(), 2'000U) << "although it has moved further already";
  EXPECT_EQ(clock.now(), Instant{5'000'000'000});
  clock.advance(1s);
  EXPECT_EQ(clock.wall_ms(), 3'000U);
  clock.set_wall_ms(1);
  EXPECT_EQ(clock.wall_ms(), 1U);
}

TEST(SimClockDeathTest, NeverGoesBack) {
  SimClock clock;
  clock.advance(1s);
  EXPECT_DEATH(clock.advance(-1ns), "never goes back");
  EXPECT_DEATH(clock.set(Instant{0}), "never goes back");
}

}  // namespace
}  // namespace troupe
