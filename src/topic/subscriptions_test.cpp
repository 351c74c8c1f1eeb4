#include "topic/subscriptions.hpp"

#include <string>
#include <string_view>

#include <gtest/gtest.h>

namespace troupe {
namespace {

constexpr Address alice{.slot = 1, .generation = 1};
constexpr Address bob{.slot = 2, .generation = 1};

// The numbers of the subscriptions that a topic reaches, in order.
std::string reached(const Subscriptions& subscriptions, std::string_view topic) {
  std::string numbers;
  subscriptions.for_each_match(topic, [&](const Subscription& subscription) {
    numbers += std::to_string(subscription.number) + " ";
  });
  return numbers;
}

TEST(Subscriptions, AreReachedByTheirTopicsInTheOrderOfSubscribing) {
  Subscriptions subscriptions;
  EXPECT_FALSE(subscriptions.any_match("orders.eu"));
  subscriptions.add({.filter = "orders.#", .subscriber = alice, .number = 1});
  subscriptions.add({.filter = "orders.eu", .subscriber = bob, .number = 2});
  subscriptions.add({.filter = "orders.*", .subscriber = alice, .number = 3});
  EXPECT_EQ(reached(subscriptions, "orders.eu"), "1 2 3 ");
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

TEST(SubscriptionsDeathTest, TakeOnlyFilters) {
  Subscriptions subscriptions;
  EXPECT_DEATH(subscriptions.add({.filter = "a..b", .subscriber = alice, .number = 1}),
               "filters are checked");
}

}  // namespace
}  // namespace troupe
