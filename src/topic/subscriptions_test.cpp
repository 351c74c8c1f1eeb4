// Proves that the trie finds what a look at each filter finds, in the same order, whatever was
// subscribed and taken back before; and that nothing of it is left when nobody listens.

#include "topic/subscriptions.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <random>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "base/format.hpp"
#include "base/limits.hpp"

namespace troupe {
namespace {

constexpr Address alice{.slot = 1, .generation = 1};
constexpr Address bob{.slot = 2, .generation = 1};

// The numbers of the subscriptions that a topic reaches, in order.
std::string reached(Subscriptions& subscriptions, std::string_view topic) {
  std::string numbers;
  for (const Listener& one : subscriptions.matching(topic)) {
    numbers += std::to_string(one.number) + " ";
  }
  return numbers;
}

TEST(Subscriptions, AreReachedByTheirTopicsInTheOrderOfSubscribing) {
  Subscriptions subscriptions;
  EXPECT_FALSE(subscriptions.any_match("orders.eu"));
  subscriptions.add({.filter = "orders.#", .subscriber = alice, .number = 1});
  subscriptions.add({.filter = "orders.eu", .subscriber = bob, .number = 2});
  subscriptions.add({.filter = "orders.*", .subscriber = alice, .number = 3});
  subscriptions.add({.filter = "orders.eu", .subscriber = alice, .number = 4});
  EXPECT_EQ(reached(subscriptions, "orders.eu"), "1 2 3 4 ");
  EXPECT_EQ(reached(subscriptions, "orders.us"), "1 3 ");
  EXPECT_EQ(reached(subscriptions, "orders"), "1 ");
  EXPECT_EQ(reached(subscriptions, "payments"), "");
  EXPECT_TRUE(subscriptions.any_match("orders.us.new"));
  EXPECT_FALSE(subscriptions.any_match("payments"));
}

TEST(Subscriptions, AreRemovedOneByOneOrAllOfAnActor) {
  Subscriptions subscriptions;
  subscriptions.add({.filter = "a", .subscriber = alice, .number = 1});
  subscriptions.add({.filter = "a", .subscriber = bob, .number = 1});
  subscriptions.add({.filter = "a", .subscriber = alice, .number = 2});
  EXPECT_FALSE(subscriptions.remove(alice, 3));
  EXPECT_FALSE(subscriptions.remove({.slot = 1, .generation = 2}, 1)) << "a later tenant";
  EXPECT_TRUE(subscriptions.remove(alice, 1));
  EXPECT_FALSE(subscriptions.remove(alice, 1));
  EXPECT_EQ(reached(subscriptions, "a"), "1 2 ");
  EXPECT_EQ(subscriptions.remove_all(alice), 1U);
  EXPECT_EQ(subscriptions.remove_all(alice), 0U);
  EXPECT_EQ(subscriptions.size(), 1U);
}

TEST(Subscriptions, LeaveNothingBehind) {
  Subscriptions subscriptions;
  const std::array<std::string_view, 6> filters{"#", "*", "a.b.c", "a.b.c.#", "a.*.c", "a.b"};
  for (std::uint64_t number = 1; number <= filters.size(); ++number) {
    subscriptions.add({.filter = filters[number - 1], .subscriber = alice, .number = number});
  }
  // `#`, `*`, `a`, `a.b`, `a.b.c`, `a.b.c.#`, `a.*`, `a.*.c`.
  EXPECT_EQ(subscriptions.node_count(), 8U);
  EXPECT_TRUE(subscriptions.remove(alice, 3));
  EXPECT_EQ(subscriptions.node_count(), 8U) << "something hangs below";
  EXPECT_TRUE(subscriptions.remove(alice, 4));
  EXPECT_EQ(subscriptions.node_count(), 6U) << "a.b has a listener";
  EXPECT_TRUE(subscriptions.remove(alice, 5));
  EXPECT_EQ(subscriptions.node_count(), 4U);
  EXPECT_EQ(subscriptions.remove_all(alice), 3U);
  EXPECT_EQ(subscriptions.node_count(), 0U);
  EXPECT_EQ(subscriptions.size(), 0U);
  EXPECT_FALSE(subscriptions.any_match("a"));
}

// One at the bounds of the grammar: so many segments, so many bytes.
TEST(Subscriptions, GoAsDeepAsFiltersMay) {
  Subscriptions subscriptions;
  std::string deepest = "a";
  for (std::size_t at = 1; at < limits::topic_segments_max; ++at) deepest += ".a";
  const std::string any = [&] {
    std::string filter = deepest;
    std::ranges::replace(filter, 'a', '*');
    return filter;
  }();
  const std::string longest(limits::topic_bytes_max, 'x');
  const std::string rest = deepest.substr(0, deepest.size() - 1) + "#";
  subscriptions.add({.filter = deepest, .subscriber = alice, .number = 1});
  subscriptions.add({.filter = any, .subscriber = alice, .number = 2});
  subscriptions.add({.filter = rest, .subscriber = alice, .number = 3});
  subscriptions.add({.filter = "#", .subscriber = alice, .number = 4});
  subscriptions.add({.filter = longest, .subscriber = alice, .number = 5});
  EXPECT_EQ(reached(subscriptions, deepest), "1 2 3 4 ");
  EXPECT_EQ(reached(subscriptions, deepest.substr(0, deepest.size() - 2)), "3 4 ");
  EXPECT_EQ(reached(subscriptions, longest), "4 5 ");
  EXPECT_EQ(subscriptions.remove_all(alice), 5U);
  EXPECT_EQ(subscriptions.node_count(), 0U);
}

// Each segment of the topic may be met by its name and by a star: all 65,536 filters select it.
TEST(Subscriptions, FindAllFiltersThatSelectTheDeepestTopic) {
  Subscriptions subscriptions;
  std::string topic = "a";
  for (std::size_t at = 1; at < limits::topic_segments_max; ++at) topic += ".a";
  constexpr std::uint64_t filters = std::uint64_t{1} << limits::topic_segments_max;
  for (std::uint64_t number = 1; number <= filters; ++number) {
    std::string filter = topic;
    for (std::size_t at = 0; at < limits::topic_segments_max; ++at) {
      if ((number >> at & 1U) != 0) filter[2 * at] = '*';
    }
    subscriptions.add({.filter = filter,
                       .subscriber = {.slot = static_cast<std::uint32_t>(number), .generation = 1},
                       .number = number});
  }
  const auto found = subscriptions.matching(topic);
  ASSERT_EQ(found.size(), filters);
  EXPECT_TRUE(std::ranges::is_sorted(found, {}, &Listener::number));
  EXPECT_TRUE(subscriptions.any_match(topic));
  EXPECT_EQ(subscriptions.matching(topic.substr(2)).size(), 0U);
}

// Ten thousand who come and go at one node: what is left is in order.
TEST(Subscriptions, KeepTheOrderOfACrowd) {
  Subscriptions subscriptions;
  constexpr std::uint32_t count = 10'000;
  for (std::uint32_t slot = 0; slot < count; ++slot) {
    subscriptions.add(
        {.filter = "crowd", .subscriber = {.slot = slot, .generation = 1}, .number = slot + 1});
  }
  std::mt19937_64 random(7);
  std::vector<std::uint32_t> leaving(count);
  for (std::uint32_t slot = 0; slot < count; ++slot) leaving[slot] = slot;
  std::ranges::shuffle(leaving, random);
  while (leaving.size() > 10) {
    EXPECT_EQ(subscriptions.remove_all({.slot = leaving.back(), .generation = 1}), 1U);
    leaving.pop_back();
    if (leaving.size() % 777 != 0) continue;
    const auto left = subscriptions.matching("crowd");
    ASSERT_EQ(left.size(), leaving.size());
    ASSERT_TRUE(std::ranges::is_sorted(left, {}, &Listener::since));
  }
  std::ranges::sort(leaving);
  std::vector<std::uint32_t> left;
  for (const Listener& one : subscriptions.matching("crowd")) left.push_back(one.subscriber.slot);
  EXPECT_EQ(left, leaving);
}

TEST(SubscriptionsDeathTest, TakeOnlyFilters) {
  Subscriptions subscriptions;
  EXPECT_DEATH(subscriptions.add({.filter = "a..b", .subscriber = alice, .number = 1}),
               "filters are checked");
}

// What the trie is held against: a list that is looked through.
class PlainList {
 public:
  void add(const Subscription& one) {
    list_.push_back({std::string(one.filter), one.subscriber, one.number});
  }
  bool remove(Address subscriber, std::uint64_t number) {
    return std::erase_if(list_, [&](const One& one) {
             return one.subscriber == subscriber && one.number == number;
           }) > 0;
  }
  std::size_t remove_all(Address subscriber) {
    return std::erase_if(list_, [&](const One& one) { return one.subscriber == subscriber; });
  }
  [[nodiscard]] std::vector<std::pair<Address, std::uint64_t>> matching(
      std::string_view topic) const {
    std::vector<std::pair<Address, std::uint64_t>> found;
    for (const One& one : list_) {
      if (matches({one.filter}, topic)) found.emplace_back(one.subscriber, one.number);
    }
    return found;
  }
  [[nodiscard]] std::size_t size() const { return list_.size(); }

 private:
  struct One {
    std::string filter;
    Address subscriber;
    std::uint64_t number = 0;
  };
  std::vector<One> list_;
};

// Few names, so that filters meet; some of one letter, some that end as others begin, and long
// ones.
class Chance {
 public:
  explicit Chance(std::uint64_t seed) : random_(seed) {}

  std::uint64_t below(std::uint64_t bound) { return random_() % bound; }
  std::string topic() {
    std::string topic = text(name());
    std::ranges::replace(topic, '*', 'a');
    return topic;
  }
  std::string filter() {
    if (below(12) == 0) return "#";
    std::string filter = text(part());
    if (below(3) == 0 && segments_ < limits::topic_segments_max) filter += ".#";
    return filter;
  }

 private:
  std::string_view name() {
    static constexpr std::array<std::string_view, 7> names{
        "a", "b", "ab", "a-b", "_", "B", "a-segment-that-is-longer-than-what-a-string-has-inside"};
    // The first are chosen more often.
    return names.at(below(1 + below(names.size())));
  }
  std::string_view part() { return below(3) == 0 ? "*" : name(); }
  std::string text(std::string_view first) {
    std::string text(first);
    segments_ = 1;
    const std::uint64_t wanted =
        below(20) == 0 ? limits::topic_segments_max : 1 + below(1 + below(6));
    for (; segments_ < wanted; ++segments_) {
      const std::string_view next = part();
      if (text.size() + 1 + next.size() + 2 > limits::topic_bytes_max) break;
      text.append(".").append(next);
    }
    return text;
  }

  std::mt19937_64 random_;
  std::uint64_t segments_ = 0;
};

class SubscriptionsAgainstAList : public testing::TestWithParam<std::uint64_t> {};

TEST_P(SubscriptionsAgainstAList, FindTheSame) {
  Chance chance(GetParam());
  Subscriptions trie(GetParam());
  PlainList list;
  std::vector<std::pair<Address, std::uint64_t>> numbers;  // Perhaps removed by now.
  // Every other seed has few subscribers, who hold many each.
  const std::uint32_t actors = GetParam() % 2 == 0 ? 5 : 60;
  std::uint64_t last_number = 0;
  std::uint64_t found_in_all = 0;
  for (int step = 0; step < 3'000; ++step) {
    const Address who{.slot = static_cast<std::uint32_t>(chance.below(actors)),
                      .generation = static_cast<std::uint32_t>(1 + chance.below(2))};
    const std::uint64_t what = chance.below(100);
    if (what < 45) {
      const std::string filter = chance.filter();
      ASSERT_TRUE(is_filter(filter)) << filter;
      const Subscription one{.filter = filter, .subscriber = who, .number = ++last_number};
      trie.add(one);
      list.add(one);
      numbers.emplace_back(who, last_number);
    } else if (what < 65 && !numbers.empty()) {
      const auto [whose, number] = numbers[chance.below(numbers.size())];
      ASSERT_EQ(trie.remove(whose, number), list.remove(whose, number));
    } else if (what < 67) {
      ASSERT_EQ(trie.remove_all(who), list.remove_all(who));
    } else {
      const std::string topic = chance.topic();
      ASSERT_TRUE(is_topic(topic)) << topic;
      std::vector<std::pair<Address, std::uint64_t>> found;
      const bool any = trie.any_match(topic);
      for (const Listener& one : trie.matching(topic)) {
        found.emplace_back(one.subscriber, one.number);
      }
      ASSERT_EQ(found, list.matching(topic)) << topic;
      ASSERT_EQ(any, !found.empty()) << topic;
      found_in_all += found.size();
    }
    ASSERT_EQ(trie.size(), list.size());
  }
  EXPECT_GT(found_in_all, 1'000U) << "so that nothing is proved";
  for (std::uint32_t slot = 0; slot < actors; ++slot) {
    for (std::uint32_t generation = 1; generation <= 2; ++generation) {
      const Address who{.slot = slot, .generation = generation};
      ASSERT_EQ(trie.remove_all(who), list.remove_all(who));
    }
  }
  EXPECT_EQ(trie.size(), 0U);
  EXPECT_EQ(trie.node_count(), 0U);
}

INSTANTIATE_TEST_SUITE_P(Seeds, SubscriptionsAgainstAList, testing::Range<std::uint64_t>(1, 41));

}  // namespace
}  // namespace troupe
