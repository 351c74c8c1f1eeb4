#include "engine/ticker.hpp"

#include <atomic>
#include <chrono>
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

TEST(Ticker, KnowsWhenTheTickBeforeTheNewestWasOver) {
  using Time = std::chrono::steady_clock::time_point;
  std::atomic<const Ticker*> known = nullptr;
  std::atomic<std::uint32_t> checked = 0;
  Time before_this{};
  Ticker ticker([&] {
    const Time now = std::chrono::steady_clock::now();
    if (const Ticker* self = known; self != nullptr && before_this != Time{}) {
      EXPECT_GE(self->last_but_one(), before_this);
      EXPECT_LE(self->last_but_one(), now);
      ++checked;
      checked.notify_all();
    }
    before_this = now;
  });
  known = &ticker;
  ticker.hold();
  for (std::uint32_t seen = 0; seen < 20; seen = checked) checked.wait(seen);
  ticker.release();
}

}  // namespace
}  // namespace troupe
