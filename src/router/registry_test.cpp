// Proves what an address is good for, from its reservation to long after its end.

#include "router/registry.hpp"

#include <array>
#include <atomic>
#include <set>
#include <string>
#include <thread>

#include <gtest/gtest.h>

#include "base/format.hpp"

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

TEST(Registry, HasSlotsAtHandForItsWorkers) {
  constexpr std::uint16_t workers = 2;
  Registry registry({.workers = workers});
  std::set<Address> living;
  std::set<Address> ever;
  for (int i = 0; i < 10'000; ++i) {
    const auto worker = static_cast<std::uint16_t>(i % workers);
    const Address address = *registry.reserve_in_step(std::nullopt, worker);
    EXPECT_TRUE(ever.insert(address).second) << "no address is given out twice";
    EXPECT_EQ(registry.home(address), worker);
    living.insert(address);
    // Half of them end, by the other worker or by another thread.
    if (i % 2 == 0) continue;
    const Address ended = *living.begin();
    living.erase(living.begin());
    if (i % 3 == 0) {
      registry.retire(ended);
    } else {
      registry.retire_in_step(ended, static_cast<std::uint16_t>(1 - worker));
    }
    ASSERT_EQ(registry.live_count(), living.size());
  }
}

TEST(Registry, RefusesNobodyForWhatAnotherHasAtHand) {
  constexpr std::uint32_t most = 1'000;
  Registry registry({.workers = 2});
  const Address early = *registry.reserve_in_step(std::nullopt, 0);  // And more, at hand.
  registry.set_most(most);
  std::uint32_t count = 1;
  for (std::uint16_t worker = 0; registry.reserve_in_step(std::nullopt, worker); worker ^= 1U)
    ++count;
  // While there was room each had taken a batch.
  EXPECT_LE(count, most);
  EXPECT_GE(count + 64, most);
  while (registry.reserve_in_step(std::nullopt, 1)) ++count;
  while (registry.reserve_in_step(std::nullopt, 0)) ++count;
  EXPECT_EQ(count, most);
  EXPECT_EQ(registry.live_count(), most);
  // What ends where there is little room is there for all.
  registry.retire_in_step(early, 0);
  EXPECT_TRUE(registry.reserve_in_step(std::nullopt, 1));
  EXPECT_EQ(registry.reserve(std::nullopt, 0).error(), Refusal::over_quota);
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
  registry.set_room(address, Room::full);
  EXPECT_EQ(registry.refusal(address, 0), Refusal::busy);
  registry.set_room(address, Room::unready);
  EXPECT_EQ(registry.refusal(address, 0), Refusal::busy);
  registry.set_room(address, Room::waits);
  EXPECT_FALSE(registry.refusal(address, 0)) << "its senders wait";
  registry.set_room(address, Room::full);
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

TEST(Registry, UsesNoSlotAgainWhoseGenerationsAreUsedUp) {
  Registry registry({.generations = 3});
  std::set<Address> seen;
  for (int i = 0; i < 10; ++i) {
    const Address address = *registry.reserve("app/a", 0);
    EXPECT_TRUE(seen.insert(address).second);
    EXPECT_EQ(address.slot, static_cast<std::uint32_t>(i / 3));
    registry.retire(address);
    EXPECT_EQ(registry.live_count(), 0U);
  }
  for (const Address gone : seen) EXPECT_EQ(registry.refusal(gone, 0), Refusal::gone);
}

TEST(Registry, GivesTheSlotOfARefusedNameToTheNext) {
  Registry registry;
  const Address first = *registry.reserve("app/a", 0);
  EXPECT_EQ(registry.reserve("app/a", 0).error(), Refusal::name_taken);
  EXPECT_EQ(registry.live_count(), 1U);
  const Address second = *registry.reserve("app/b", 0);
  EXPECT_EQ(second, (Address{.slot = first.slot + 1, .generation = 1}));
  EXPECT_EQ(registry.find("app/a"), first);
  EXPECT_EQ(registry.label(second), "app/b");
}

TEST(Registry, LabelsNobodyByTheNameOfTheNextOwner) {
  Registry registry;
  const Address first = *registry.reserve("app/a", 0);
  registry.retire(first);
  registry.retire(first);
  EXPECT_EQ(registry.live_count(), 0U) << "the second time nothing happens";
  const Address second = *registry.reserve("app/b", 0);
  EXPECT_EQ(second.slot, first.slot);
  EXPECT_EQ(registry.label(first), "#0.1");
  EXPECT_EQ(registry.label(second), "app/b");
}

// Actors come and go under the same names while a worker and a thread from outside look: an address
// that is found has been somebody's, a label is the address's own or its number.
TEST(Registry, IsRightWhileActorsComeAndGo) {
  constexpr std::uint32_t names = 20;
  Registry registry({.workers = 1, .seed = 5});
  std::atomic<bool> is_over = false;
  std::atomic<std::uint32_t> wrong = 0;
  std::atomic<std::uint32_t> reading = 0;
  const Address steady = *registry.reserve("app/steady", 0);
  const auto look = [&](std::uint32_t i, auto find, auto label) {
    const std::string name = fmt::format("app/{}", i % names);
    if (find("app/steady") != steady || label(steady) != "app/steady") ++wrong;
    const auto found = find(name);
    if (!found) return;
    const std::string said = label(*found);
    if (said != name && said != to_string(*found)) ++wrong;
  };
  const auto begin = [&] {
    ++reading;
    reading.notify_all();
  };
  std::thread worker([&] {
    begin();
    for (std::uint32_t i = 0; !is_over.load(std::memory_order_relaxed); ++i) {
      registry.reader(0).enter();
      look(
          i, [&](std::string_view name) { return registry.find_in_step(name); },
          [&](Address address) { return registry.label_in_step(address); });
      registry.reader(0).leave();
    }
  });
  std::thread outside([&] {
    begin();
    for (std::uint32_t i = 0; !is_over.load(std::memory_order_relaxed); ++i) {
      look(
          i, [&](std::string_view name) { return registry.find(name); },
          [&](Address address) { return registry.label(address); });
    }
  });
  for (std::uint32_t seen = reading; seen < 2; seen = reading) reading.wait(seen);
  for (std::uint32_t round = 0; round < 1'000; ++round) {
    std::array<Address, names> present{};
    for (std::uint32_t i = 0; i < names; ++i) {
      present[i] = *registry.reserve(fmt::format("app/{}", i), 0);
    }
    for (const Address address : present) registry.retire(address);
  }
  is_over = true;
  worker.join();
  outside.join();
  EXPECT_EQ(wrong, 0U);
  EXPECT_EQ(registry.live_count(), 1U);
}

// The name that could not be had was to be seen through the slot for a moment, by who has the
// address of the owner before.
TEST(Registry, LabelsTheLastOwnerWhileTheSlotIsTriedUnderANameThatIsTaken) {
  Registry registry({.workers = 1, .seed = 6});
  ASSERT_TRUE(registry.reserve("app/taken", 0));
  std::atomic<bool> is_over = false;
  std::atomic<std::uint64_t> shown = 0;  // The slot's last owner, its generation.
  std::atomic<std::uint32_t> wrong = 0;
  const Address first = *registry.reserve("app/owner", 0);
  std::thread outside([&] {
    while (!is_over.load(std::memory_order_relaxed)) {
      const Address address{.slot = first.slot,
                            .generation = static_cast<std::uint32_t>(shown.load())};
      if (address.generation == 0) continue;
      const std::string said = registry.label(address);
      if (said != "app/owner" && said != to_string(address)) ++wrong;
    }
  });
  Address owner = first;
  for (std::uint32_t round = 0; round < 20'000; ++round) {
    shown = owner.generation;
    registry.retire(owner);
    if (registry.reserve("app/taken", 0)) ++wrong;
    owner = *registry.reserve("app/owner", 0);
  }
  is_over = true;
  outside.join();
  EXPECT_EQ(wrong, 0U);
  EXPECT_EQ(owner.slot, first.slot);
}

}  // namespace
}  // namespace troupe
