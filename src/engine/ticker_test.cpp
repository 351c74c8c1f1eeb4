#include "engine/ticker.hpp"

#include <atomic>
#include <cstdint>

#include <gtest/gtest.h>

namespace troupe {
namespace {

TEST(Ticker, TicksWhileItIsHeld) {
  std::atomic<std::uint32_t> ticks = 0;
  Ticker ticker([&] {
    ++ticks;
    ticks.notify_all();
  });
  EXPECT_EQ(ticks, 0U);
  for (int round = 0; round < 20; ++round) {
    ticker.hold();
    // However short it slept: a hold always wakes it.
    const std::uint32_t before = ticks;
    for (std::uint32_t seen = before; seen < before + 2; seen = ticks) ticks.wait(seen);
    ticker.release();
  }
}

TEST(Ticker, CountsItsHolds) {
  std::atomic<std::uint32_t> ticks = 0;
  Ticker ticker([&] {
    ++ticks;
    ticks.notify_all();
  });
  ticker.hold();
  ticker.hold();
  ticker.release();
  const std::uint32_t before = ticks;
  for (std::uint32_t seen = before; seen < before + 3; seen = ticks) ticks.wait(seen);
  ticker.release();
}

}  // namespace
}  // namespace troupe
