#include "timer/timers.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

namespace troupe {
namespace {

constexpr Instant at_ms(std::int64_t ms) { return {ms * 1'000'000}; }

// All that is due, in order, as one text.
std::string pop_all(Timers<char>& timers, Instant now) {
  std::string popped;
  while (auto due = timers.pop_due(now)) popped += *due;
  return popped;
}

TEST(Timers, AreDueInOrderOfTheirInstants) {
  Timers<char> timers;
  EXPECT_EQ(timers.next_due(), never);
  timers.schedule(at_ms(30), 'c');
  timers.schedule(at_ms(10), 'a');
  timers.schedule(at_ms(20), 'b');
  EXPECT_EQ(timers.next_due(), at_ms(10));
  EXPECT_EQ(pop_all(timers, {at_ms(10).ns - 1}), "");
  EXPECT_EQ(pop_all(timers, at_ms(20)), "ab") << "due at the instant itself";
  EXPECT_EQ(timers.next_due(), at_ms(30));
  EXPECT_EQ(pop_all(timers, at_ms(1000)), "c");
  EXPECT_TRUE(timers.is_empty());
}

TEST(Timers, AreNeverDueEarly) {
  Timers<char> timers;
  timers.schedule({at_ms(10).ns + 1}, 'a');
  EXPECT_EQ(pop_all(timers, {at_ms(11).ns - 1}), "") << "a tick is a millisecond";
  EXPECT_EQ(pop_all(timers, at_ms(11)), "a");
}

TEST(Timers, AreFirstInFirstOutAmongEqualInstants) {
  Timers<char> timers;
  // Far away, so that all of them move down through the levels together.
  for (const char entry : {'a', 'b', 'c', 'd'}) timers.schedule(at_ms(1'000'000), entry);
  EXPECT_EQ(pop_all(timers, at_ms(999'999)), "");
  timers.schedule(at_ms(1'000'000), 'e');
  EXPECT_EQ(pop_all(timers, at_ms(1'000'000)), "abcde");
}

TEST(Timers, TakeInstantsThatHavePassed) {
  Timers<char> timers;
  timers.schedule(at_ms(50), 'b');
  timers.schedule(at_ms(-10), 'a');
  EXPECT_EQ(pop_all(timers, at_ms(100)), "ab");
  timers.schedule(at_ms(20), 'c');
  EXPECT_LE(timers.next_due(), at_ms(100)) << "at once";
  EXPECT_EQ(pop_all(timers, at_ms(100)), "c");
}

TEST(Timers, TakeTheLastInstantThereIs) {
  Timers<char> timers;
  timers.schedule(never, 'z');
  timers.schedule(at_ms(86'400'000LL * 365 * 100), 'y');  // A hundred years.
  EXPECT_EQ(pop_all(timers, at_ms(86'400'000LL * 365 * 100 - 1)), "");
  EXPECT_EQ(pop_all(timers, at_ms(86'400'000LL * 365 * 100)), "y");
  EXPECT_EQ(timers.size(), 1U);
}

TEST(Timers, AreCancelledOnce) {
  Timers<std::unique_ptr<int>> timers;
  const TimerKey key = timers.schedule(at_ms(10), std::make_unique<int>(7));
  const TimerKey other = timers.schedule(at_ms(10), std::make_unique<int>(8));
  const auto entry = timers.cancel(key);
  ASSERT_TRUE(entry.has_value());
  EXPECT_EQ(**entry, 7);
  EXPECT_FALSE(timers.cancel(key).has_value());
  EXPECT_FALSE(timers.cancel({}).has_value()) << "a key that names nothing";
  EXPECT_EQ(**timers.pop_due(at_ms(10)), 8);
  EXPECT_FALSE(timers.cancel(other).has_value()) << "it was popped";
  const TimerKey again = timers.schedule(at_ms(20), std::make_unique<int>(9));
  EXPECT_FALSE(timers.cancel(key).has_value()) << "its place has a new owner";
  EXPECT_TRUE(timers.cancel(again).has_value());
}

// With spans that stay in one slot, cross levels, and jump over whole ones.
TEST(Timers, AgreeWithASortedList) {
  struct Scheduled {
    std::int64_t tick = 0;
    int order = 0;
    TimerKey key;
  };
  for (unsigned seed = 1; seed <= 60; ++seed) {
    SCOPED_TRACE(seed);
    std::mt19937 generator(seed);
    const auto reach = std::uint64_t{1} << (4 + seed % 30);
    Timers<int> timers;
    std::vector<Scheduled> model;
    std::int64_t now = 0;
    for (int step = 0; step < 1'000; ++step) {
      const unsigned choice = generator() % 4;
      if (choice <= 1) {
        const std::int64_t tick = now + static_cast<std::int64_t>(generator() % reach);
        model.push_back({tick, step, timers.schedule(at_ms(tick), step)});
      } else if (choice == 2 && !model.empty()) {
        const auto victim = model.begin() + static_cast<std::ptrdiff_t>(generator() % model.size());
        ASSERT_EQ(timers.cancel(victim->key), victim->order);
        model.erase(victim);
      } else {
        now += static_cast<std::int64_t>(generator() % reach) / 2;
        std::ranges::sort(model, {},
                          [](const Scheduled& one) { return std::pair(one.tick, one.order); });
        while (!model.empty() && model.front().tick <= now) {
          ASSERT_EQ(timers.pop_due(at_ms(now)), model.front().order);
          model.erase(model.begin());
        }
        ASSERT_FALSE(timers.pop_due(at_ms(now)).has_value());
        if (!model.empty()) {
          ASSERT_LE(timers.next_due(), at_ms(model.front().tick)) << "it would be late";
          ASSERT_GT(timers.next_due(), at_ms(now)) << "whoever waits for it would not get on";
        }
      }
      ASSERT_EQ(timers.size(), model.size());
    }
  }
}

}  // namespace
}  // namespace troupe
