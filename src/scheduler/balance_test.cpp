// Proves what one worker gives to another, and that nothing goes back and forth.

#include "scheduler/balance.hpp"

#include <array>

#include <gtest/gtest.h>

#include "base/limits.hpp"

namespace troupe {
namespace {

class Balance : public testing::Test {
 protected:
  std::optional<Transfer> surplus_of(std::uint16_t own) { return surplus(own, loads_); }
  void give(std::uint16_t from, const Transfer& transfer) {
    loads_.at(from) -= transfer.actors;
    loads_.at(transfer.to) += transfer.actors;
  }

  std::array<std::uint32_t, 3> loads_{};
};

TEST_F(Balance, GivesHalfOfTheDifferenceToTheOneWhoHasLeast) {
  loads_[0] = 100;
  loads_[1] = 20;
  loads_[2] = 10;
  const auto transfer = surplus_of(0);
  ASSERT_TRUE(transfer);
  EXPECT_EQ(transfer->to, 2);
  EXPECT_EQ(transfer->actors, 45U);
}

TEST_F(Balance, LeavesOneThatWaitsAlone) {
  loads_[0] = 1;
  EXPECT_FALSE(surplus_of(0));
  loads_[0] = 2;
  ASSERT_TRUE(surplus_of(0));
  EXPECT_EQ(surplus_of(0)->actors, 1U);
}

TEST_F(Balance, BoundsWhatMovesAtOneTime) {
  loads_[0] = 1'000'000;
  EXPECT_EQ(surplus_of(0)->actors, limits::move_actors_max);
}

TEST_F(Balance, ComesToRest) {
  for (const std::uint32_t total : {2U, 3U, 7U, 100U, 101U, 5'000U}) {
    loads_[0] = 0;
    loads_[1] = total;
    loads_[2] = 0;
    int transfers = 0;
    for (int quiet = 0; quiet < 3;) {
      for (std::uint16_t own = 0; own < 3; ++own) {
        const auto transfer = surplus_of(own);
        quiet = transfer ? 0 : quiet + 1;
        if (!transfer) continue;
        ASSERT_LT(++transfers, 200) << total;
        give(own, *transfer);
      }
    }
    for (const std::uint32_t load : loads_) {
      EXPECT_LE(load, total / 3 + total / 6 + 1) << total;
      EXPECT_GE(load + 1, total / 3 - total / 6) << total;
    }
  }
}

}  // namespace
}  // namespace troupe
