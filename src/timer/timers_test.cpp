#include "timer/timers.hpp"

#include <algorithm>
#include <cstddef>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace troupe {
namespace {

// All that is due, in order, as one text.
std::string pop_all(Timers<char>& timers, std::int64_t now) {
  std::string popped;
  while (auto due = timers.pop_due({now})) popped += due->entry;
  return popped;
}

TEST(Timers, AreDueInOrderOfTheirInstants) {
  Timers<char> timers;
  EXPECT_EQ(timers.next_due(), never);
  timers.schedule({30}, 'c');
  timers.schedule({10}, 'a');
  timers.schedule({20}, 'b');
  EXPECT_EQ(timers.next_due(), Instant{10});
  EXPECT_EQ(pop_all(timers, 9), "");
  EXPECT_EQ(pop_all(timers, 20), "ab") << "due at the instant itself";
  EXPECT_EQ(timers.next_due(), Instant{30});
  EXPECT_EQ(pop_all(timers, 1000), "c");
  EXPECT_TRUE(timers.is_empty());
}

TEST(Timers, AreFirstInFirstOutAmongEqualInstants) {
  Timers<char> timers;
  for (const char entry : {'a', 'b', 'c', 'd'}) timers.schedule({10}, entry);
  EXPECT_EQ(pop_all(timers, 10), "abcd");
}

TEST(Timers, TakeInstantsThatHavePassed) {
  Timers<char> timers;
  timers.schedule({50}, 'b');
  timers.schedule({-10}, 'a');
  EXPECT_EQ(pop_all(timers, 100), "ab");
}

TEST(Timers, AreCancelledOnce) {
  Timers<std::unique_ptr<int>> timers;
  const TimerKey key = timers.schedule({10}, std::make_unique<int>(7));
  const TimerKey other = timers.schedule({10}, std::make_unique<int>(8));
  const auto entry = timers.cancel(key);
  ASSERT_TRUE(entry.has_value());
  EXPECT_EQ(**entry, 7);
  EXPECT_FALSE(timers.cancel(key).has_value());
  EXPECT_EQ(*timers.pop_due({10})->entry, 8);
  EXPECT_FALSE(timers.cancel(other).has_value()) << "it was popped";
}

TEST(Timers, AgreeWithASortedList) {
  for (unsigned seed = 1; seed <= 30; ++seed) {
    SCOPED_TRACE(seed);
    std::mt19937 generator(seed);
    Timers<int> timers;
    std::vector<std::pair<TimerKey, int>> model;
    std::int64_t now = 0;
    for (int step = 0; step < 1'000; ++step) {
      const unsigned choice = generator() % 4;
      if (choice <= 1) {
        const Instant at{now + static_cast<std::int64_t>(generator() % 50)};
        model.emplace_back(timers.schedule(at, step), step);
      } else if (choice == 2 && !model.empty()) {
        const auto victim = model.begin() + static_cast<std::ptrdiff_t>(generator() % model.size());
        ASSERT_EQ(timers.cancel(victim->first), victim->second);
        model.erase(victim);
      } else {
        now += static_cast<std::int64_t>(generator() % 20);
        // By instant, then by sequence: the order of scheduling.
        std::ranges::sort(model, {}, [](const auto& timer) { return timer.first; });
        while (!model.empty() && model.front().first.at.ns <= now) {
          const auto due = timers.pop_due({now});
          ASSERT_TRUE(due.has_value());
          ASSERT_EQ(due->entry, model.front().second);
          model.erase(model.begin());
        }
        ASSERT_FALSE(timers.pop_due({now}).has_value());
      }
      ASSERT_EQ(timers.size(), model.size());
    }
  }
}

}  // namespace
}  // namespace troupe
