// Who fits a query, and that the first by name are kept whatever the order of the offers.

#include "runtime/actor_filter.hpp"

#include <algorithm>
#include <iostream>
#include <random>

#include <gtest/gtest.h>

#include "base/format.hpp"

namespace troupe {
namespace {

using std::chrono::seconds;

constexpr ActorGlance ledger{.name = "bank/ledger",
                             .component = "local/ledger@0.0.0",
                             .state = ActorState::ready,
                             .age = seconds(60)};

bool takes(const ActorQuery& query, const ActorGlance& actor = ledger) {
  return ActorFilter(query, "bank").takes(actor);
}

TEST(ActorFilter, TakesAllWithoutConditions) { EXPECT_TRUE(takes({})); }

TEST(ActorFilter, LooksForNamesInItsOwnAppUnlessOneIsNamed) {
  for (const char* fits : {"ledger", "led*", "*", "?edger", "bank/ledger", "*/ledger", "b*/*"}) {
    EXPECT_TRUE(takes({.name = fits})) << fits;
  }
  for (const char* misses : {"Ledger", "ledge", "shop/ledger", "shop/*", "#*", "b*r"}) {
    EXPECT_FALSE(takes({.name = misses})) << misses;
  }
  EXPECT_FALSE(takes({.name = "*"}, {.name = "shop/ledger"})) << "another app's";
  EXPECT_TRUE(takes({.name = "*/*"}, {.name = "shop/ledger"}));
  EXPECT_TRUE(takes({.name = "#*"}, {.name = "#7.1"}));
  EXPECT_FALSE(takes({.name = "*"}, {.name = "#7.1"}));
}

TEST(ActorFilter, LooksForAPartOfTheComponentOrForAPattern) {
  EXPECT_TRUE(takes({.component = "ledger"}));
  EXPECT_TRUE(takes({.component = "@0.0"}));
  EXPECT_FALSE(takes({.component = "teller"}));
  EXPECT_TRUE(takes({.component = "*/ledger@*"}));
  EXPECT_FALSE(takes({.component = "ledger*"})) << "a pattern covers the whole";
}

TEST(ActorFilter, ComparesStateAgeAndPlace) {
  EXPECT_TRUE(takes({.state = ActorState::ready}));
  EXPECT_FALSE(takes({.state = ActorState::ended}));
  EXPECT_TRUE(takes({.older_than = seconds(60)})) << "at least";
  EXPECT_FALSE(takes({.older_than = seconds(61)}));
  EXPECT_TRUE(takes({.younger_than = seconds(61)}));
  EXPECT_FALSE(takes({.younger_than = seconds(60)})) << "less than";
  EXPECT_TRUE(takes({.after = "bank/a"}));
  EXPECT_FALSE(takes({.after = "bank/ledger"}));
}

TEST(ActorFilter, WantsAllConditionsAtOnce) {
  const ActorQuery all{.name = "led*",
                       .state = ActorState::ready,
                       .component = "ledger",
                       .older_than = seconds(1),
                       .younger_than = seconds(100)};
  EXPECT_TRUE(takes(all));
  ActorQuery other = all;
  other.name = "x*";
  EXPECT_FALSE(takes(other));
  other = all;
  other.state = ActorState::failed;
  EXPECT_FALSE(takes(other));
  other = all;
  other.component = "x";
  EXPECT_FALSE(takes(other));
  other = all;
  other.older_than = seconds(99);
  EXPECT_FALSE(takes(other));
  other = all;
  other.younger_than = seconds(2);
  EXPECT_FALSE(takes(other));
}

TEST(FirstByName, KeepsTheFirstInTheOrderOfTheirNames) {
  const std::uint64_t seed = std::mt19937_64::default_seed;
  std::cout << "seed " << seed << '\n';
  std::mt19937_64 random(seed);
  std::vector<std::uint32_t> numbers(1'000);
  for (std::uint32_t i = 0; i < 1'000; ++i) numbers[i] = i;
  for (const std::size_t wanted : {0U, 1U, 10U, 1'000U, 5'000U}) {
    std::ranges::shuffle(numbers, random);
    FirstByName first(wanted);
    for (const std::uint32_t i : numbers) {
      first.offer(fmt::format("a{:04}", i), {.slot = i, .generation = 1});
    }
    EXPECT_EQ(first.offered(), 1'000U);
    const auto kept = first.take();
    ASSERT_EQ(kept.size(), std::min<std::size_t>(wanted, 1'000));
    for (std::uint32_t i = 0; i < kept.size(); ++i) EXPECT_EQ(kept[i].slot, i);
  }
}

}  // namespace
}  // namespace troupe
