#include "grant/grant.hpp"

#include <string>

#include <gtest/gtest.h>

#include "base/limits.hpp"

namespace troupe {
namespace {

GrantSet compiled(const GrantLists& lists) { return GrantSet::compile(lists, "bank").value(); }

TEST(GrantSet, GrantsNothingUnlessListed) {
  const GrantSet nothing;
  EXPECT_FALSE(nothing.may_find("ledger"));
  EXPECT_FALSE(nothing.may_publish("orders"));
  EXPECT_FALSE(nothing.may_subscribe("orders"));
  EXPECT_FALSE(nothing.may_spawn("worker"));
}

TEST(GrantSet, KnowsAnActorOfTheOwnAppByBothNames) {
  const GrantSet grants = compiled({.find = {"ledger", "bank/teller", "shop/till"}});
  EXPECT_TRUE(grants.may_find("ledger"));
  EXPECT_TRUE(grants.may_find("bank/ledger"));
  EXPECT_TRUE(grants.may_find("teller"));
  EXPECT_TRUE(grants.may_find("shop/till"));
  EXPECT_FALSE(grants.may_find("till"));
  EXPECT_FALSE(grants.may_find("shop/ledger"));
  EXPECT_FALSE(grants.may_find("ledge"));
}

TEST(GrantSet, LetsPublishAndSubscribeWithinAFilter) {
  const GrantSet grants = compiled({.publish = {"orders.*", "audit.#"}, .subscribe = {"orders.#"}});
  EXPECT_TRUE(grants.may_publish("orders.eu"));
  EXPECT_FALSE(grants.may_publish("orders.eu.new"));
  EXPECT_TRUE(grants.may_publish("audit.a.b.c"));
  EXPECT_FALSE(grants.may_publish("orders.*")) << "a filter is no topic";
  EXPECT_TRUE(grants.may_subscribe("orders.*.new"));
  EXPECT_TRUE(grants.may_subscribe("orders.#"));
  EXPECT_TRUE(grants.may_subscribe("orders"));
  EXPECT_FALSE(grants.may_subscribe("#"));
  EXPECT_FALSE(grants.may_subscribe("audit.a")) << "publishing is another right";
}

TEST(GrantSet, DoesNotAddUpTwoGrants) {
  const GrantSet grants = compiled({.subscribe = {"orders.eu", "orders.us"}});
  EXPECT_FALSE(grants.may_subscribe("orders.*"));
}

TEST(GrantSet, LetsSpawnByTemplate) {
  const GrantSet grants = compiled({.spawn = {"worker"}});
  EXPECT_TRUE(grants.may_spawn("worker"));
  EXPECT_FALSE(grants.may_spawn("workers"));
  EXPECT_FALSE(grants.may_spawn(""));
}

TEST(GrantSet, DeniesWhatIsMalformed) {
  const GrantSet grants = compiled({.find = {"a"}, .publish = {"#"}, .subscribe = {"#"}});
  for (const std::string text : {"", "a/", "/a", "a b", "..", "a..b", "\xFF"}) {
    EXPECT_FALSE(grants.may_find(text)) << text;
    EXPECT_FALSE(grants.may_publish(text)) << text;
    EXPECT_FALSE(grants.may_subscribe(text)) << text;
  }
}

TEST(GrantSet, SaysWhichEntryIsWrong) {
  const auto error_of = [](const GrantLists& lists) {
    return GrantSet::compile(lists, "bank").error().message;
  };
  EXPECT_TRUE(error_of({.find = {"Ledger"}}).starts_with("grants.find: 'Ledger' is not an actor"));
  EXPECT_TRUE(error_of({.publish = {"a..b"}}).starts_with("grants.publish: 'a..b' is not a topic"));
  EXPECT_TRUE(error_of({.subscribe = {"a.#.b"}}).starts_with("grants.subscribe: 'a.#.b' is not"));
  EXPECT_TRUE(error_of({.spawn = {"a/b"}}).starts_with("grants.spawn: 'a/b' is not the name"));
}

TEST(GrantSet, BoundsItsLists) {
  EXPECT_TRUE(
      GrantSet::compile({.publish = std::vector<std::string>(limits::grants_max, "a")}, "bank")
          .has_value());
  EXPECT_FALSE(
      GrantSet::compile({.publish = std::vector<std::string>(limits::grants_max + 1, "a")}, "bank")
          .has_value());
}

}  // namespace
}  // namespace troupe
