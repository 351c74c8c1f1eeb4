// Signals and events arrive, once, where they are waited for.

#include "cli/wakeup.hpp"

#include <csignal>
#include <thread>

#include <gtest/gtest.h>

namespace troupe {
namespace {

TEST(Event, WakesWhoWaitsForIt) {
  Event event;
  EXPECT_FALSE(event.is_raised());
  std::jthread raiser([&] { event.raise(); });
  wait_for_any({event.fd()}, std::nullopt);
  EXPECT_TRUE(event.is_raised());
  EXPECT_TRUE(event.is_raised());
}

TEST(Signals, AreTakenOneByOne) {
  Signals signals;
  EXPECT_FALSE(signals.take().has_value());
  ASSERT_EQ(::raise(SIGTERM), 0);
  wait_for_any({signals.fd()}, std::nullopt);
  EXPECT_EQ(signals.take(), SIGTERM);
  EXPECT_FALSE(signals.take().has_value());
}

}  // namespace
}  // namespace troupe
