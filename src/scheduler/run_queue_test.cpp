// Proves who runs after whom.

#include "scheduler/run_queue.hpp"

#include <array>
#include <cstdint>
#include <deque>
#include <random>
#include <string>

#include <gtest/gtest.h>

#include "base/limits.hpp"

namespace troupe {
namespace {

class RunQueueTest : public testing::Test {
 protected:
  Runnable& one(char name) { return all_.at(static_cast<std::size_t>(name - 'a')); }
  char take() {
    const Runnable* taken = queue_.take();
    return taken == nullptr ? '-' : static_cast<char>('a' + (taken - all_.data()));
  }
  std::string take_all() {
    std::string order;
    for (char name = take(); name != '-'; name = take()) order += name;
    return order;
  }

  RunQueue queue_;
  std::array<Runnable, 26> all_{};
};

TEST_F(RunQueueTest, IsFirstInFirstOut) {
  for (const char name : {'a', 'b', 'c', 'a'}) queue_.ready(one(name));
  EXPECT_EQ(queue_.count(), 3U);
  EXPECT_EQ(take_all(), "abc");
  EXPECT_TRUE(queue_.empty());
}

TEST_F(RunQueueTest, LetsOneGoFirst) {
  queue_.ready(one('a'));
  queue_.ready_next(one('b'));
  queue_.ready_next(one('c'));
  queue_.ready_next(one('a'));  // Queued already: it stays where it is.
  EXPECT_EQ(queue_.count(), 3U);
  EXPECT_EQ(take_all(), "cab");
}

TEST_F(RunQueueTest, LetsThoseWhoGoFirstNotTakeOver) {
  queue_.ready(one('z'));
  std::string order;
  for (int i = 0; i < 8; ++i) {
    queue_.ready_next(one(static_cast<char>('a' + i % 2)));
    order += take();
  }
  // Three in a row, then the one that waits; when nobody else waits, nobody is passed over.
  EXPECT_EQ(order, "abazabab");
}

TEST_F(RunQueueTest, LetsTheNewestGoBeforeThoseWhoWait) {
  queue_.ready(one('z'));
  for (const char name : {'a', 'b', 'c', 'a'}) queue_.ready_new(one(name));
  queue_.ready(one('b'));  // Queued already: it stays where it is.
  EXPECT_EQ(queue_.count(), 4U);
  queue_.ready_next(one('y'));
  EXPECT_EQ(take_all(), "ycbaz");
}

// However many there are: after so many in a row, all who wait have a turn.
TEST_F(RunQueueTest, LetsNewOnesPassOverNobodyForEver) {
  constexpr std::size_t in_a_row = limits::new_turns_in_a_row;
  for (const char name : {'x', 'y', 'z'}) queue_.ready(one(name));
  std::string order;
  while (order.size() < 2 * in_a_row) {
    for (char name = 'a'; name < 'x'; ++name) {
      if (one(name).is_queued) continue;
      queue_.ready_new(one(name));
      break;
    }
    order += take();
  }
  EXPECT_EQ(order.find_first_of("xyz"), in_a_row);
  EXPECT_EQ(order.substr(in_a_row, 3), "xyz");
}

TEST_F(RunQueueTest, LetsAllWhoWaitGoBeforeNewOnesWhoseTimeIsOver) {
  for (const char name : {'a', 'b', 'c', 'd'}) queue_.ready_new(one(name));
  for (const char name : {'w', 'x', 'y'}) queue_.ready(one(name));
  EXPECT_EQ(take(), 'd');
  queue_.end_favour();
  queue_.ready(one('z'));  // Too late for this time.
  queue_.remove(one('x'));
  EXPECT_EQ(take_all(), "wycbaz");
}

TEST_F(RunQueueTest, KeepsTheNewestFirstWhileNobodyWaits) {
  for (const char name : {'a', 'b', 'c', 'd'}) queue_.ready_new(one(name));
  queue_.end_favour();
  EXPECT_EQ(take_all(), "dcba");
}

TEST_F(RunQueueTest, LeavesNoPlaceToWhoIsGone) {
  for (const char name : {'a', 'b', 'c'}) queue_.ready(one(name));
  queue_.remove(one('b'));
  EXPECT_EQ(queue_.waiting(1), nullptr);
  EXPECT_EQ(queue_.waiting(2), &one('c'));
  queue_.remove(one('c'));
  queue_.remove(one('a'));
  EXPECT_TRUE(queue_.empty());
  EXPECT_EQ(take(), '-');
}

// While the ring grows, which it first does at 64, and turns round.
TEST(RunQueueRemoval, AgreesWithAList) {
  constexpr std::uint32_t seed = 7;
  std::mt19937 chance(seed);
  RunQueue queue;
  std::deque<Runnable> all(1'000);
  std::deque<Runnable*> expected;
  for (int i = 0; i < 100'000; ++i) {
    Runnable& one = all.at(chance() % all.size());
    const bool grows = (i / 5'000) % 2 == 0;
    switch (chance() % (grows ? 3 : 5)) {
      case 0:
      case 1:
        if (!one.is_queued) expected.push_back(&one);
        queue.ready(one);
        break;
      case 2:
        queue.remove(one);
        std::erase(expected, &one);
        break;
      default:
        ASSERT_EQ(queue.take(), expected.empty() ? nullptr : expected.front()) << "seed " << seed;
        if (!expected.empty()) expected.pop_front();
    }
    ASSERT_EQ(queue.count(), expected.size()) << "seed " << seed;
  }
}

TEST_F(RunQueueTest, GivesUpWhoIsAboutToBeDestroyed) {
  for (const char name : {'a', 'b', 'c'}) queue_.ready(one(name));
  queue_.ready_next(one('d'));
  for (const char name : {'e', 'f', 'g'}) queue_.ready_new(one(name));
  for (const char name : {'b', 'd', 'f', 'c', 'b', 'f', 'g', 'e'}) queue_.remove(one(name));
  EXPECT_EQ(queue_.count(), 1U);
  queue_.ready(one('c'));
  EXPECT_EQ(take_all(), "ac");
}

TEST_F(RunQueueTest, GivesAwayTheOldestOfTheNew) {
  queue_.ready(one('z'));
  for (const char name : {'a', 'b', 'c'}) queue_.ready_new(one(name));
  EXPECT_EQ(queue_.take_for_another(), &one('a')) << "perhaps with the most to come";
  EXPECT_FALSE(one('a').is_queued);
  EXPECT_EQ(queue_.count(), 3U);
  queue_.remove(one('b'));
  EXPECT_EQ(queue_.take_for_another(), &one('c'));
  EXPECT_EQ(queue_.take_for_another(), &one('z')) << "then as take()";
  EXPECT_EQ(queue_.take_for_another(), nullptr);
  EXPECT_TRUE(queue_.empty());
  queue_.ready_new(one('a'));
  EXPECT_EQ(take_all(), "a");
}

}  // namespace
}  // namespace troupe
