// Proves what an address is good for, from its reservation to long after its end.

#include "router/registry.hpp"

#include <set>

#include <gtest/gtest.h>

namespace troupe {
namespace {

TEST(Registry, FindsANameUntilItsActorIsRetired) {
  Registry registry;
  const Address address = *registry.reserve("app/a", 3);
  EXPECT_EQ(registry.find("app/a"), address);
  EXPECT_EQ(registry.home(address), 3);
  EXPECT_EQ(registry.label(address), "app/a");
  EXPECT_EQ(registry.reserve("app/a", 0).error(), Refusal::name_taken);
  registry.retire(address);
  EXPECT_FALSE(registry.find("app/a"));
  EXPECT_FALSE(registry.home(address));
  EXPECT_EQ(registry.refusal(address, 0), Refusal::gone);
  EXPECT_TRUE(registry.reserve("app/a", 0));
}

TEST(Registry, NeverGivesOutAnAddressTwice) {
  Registry registry;
  std::set<Address> seen;
  for (int i = 0; i < 20'000; ++i) {
    const Address address = *registry.reserve(std::nullopt, 0);
    EXPECT_TRUE(seen.insert(address).second);
    if (i % 3 != 0) registry.retire(address);
  }
  EXPECT_EQ(registry.live_count(), 6'667U);
}

TEST(Registry, KnowsNothingOfForgedAddresses) {
  Registry registry;
  const Address address = *registry.reserve(std::nullopt, 0);
  for (const Address forged :
       {nobody, Address{.slot = address.slot, .generation = 2},
        Address{.slot = 77, .generation = 1}, Address{.slot = UINT32_MAX, .generation = 1},
        Address{.slot = address.slot, .generation = UINT32_MAX}}) {
    EXPECT_EQ(registry.refusal(forged, 0), Refusal::gone);
    EXPECT_EQ(registry.cell(forged, 0), nullptr);
    EXPECT_FALSE(registry.home(forged));
    registry.retire(forged);
  }
  EXPECT_TRUE(registry.home(address));
}

TEST(Registry, SaysBusyWhileTheMailboxIsFull) {
  Registry registry;
  const Address address = *registry.reserve(std::nullopt, 0);
  EXPECT_FALSE(registry.refusal(address, 0));
  registry.set_room(address, Registry::Room::full);
  EXPECT_EQ(registry.refusal(address, 0), Refusal::busy);
  registry.retire(address);
  const Address next = *registry.reserve(std::nullopt, 0);
  EXPECT_EQ(next.slot, address.slot);
  EXPECT_FALSE(registry.refusal(next, 0)) << "the next owner starts empty";
}

TEST(Registry, RefusesWhatIsLargerThanTheReceiverTakes) {
  Registry registry;
  const Address address = *registry.reserve(std::nullopt, 0);
  EXPECT_FALSE(registry.refusal(address, limits::payload_bytes_max));
  registry.set_cell(address, nullptr, 100);
  EXPECT_FALSE(registry.refusal(address, 100));
  EXPECT_EQ(registry.refusal(address, 101), Refusal::too_large);
}

TEST(Registry, LabelsTheNamelessByTheirId) {
  Registry registry;
  const Address address = *registry.reserve(std::nullopt, 0);
  EXPECT_EQ(registry.label(address), "#0.1");
}

}  // namespace
}  // namespace troupe
