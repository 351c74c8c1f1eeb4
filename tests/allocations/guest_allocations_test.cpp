// Proves the same of guests, the engine's own memory included.

#include <cstdint>
#include <string>

#include <gtest/gtest.h>

#include "../contract/guest_node.hpp"
#include "counted_heap.hpp"

namespace troupe {
namespace {

class GuestAllocations : public ProbeTest {
 protected:
  struct Counted {
    std::uint64_t handled = 0;  // By that actor.
    std::uint64_t allocations = 0;
  };
  // While so many steps are made, after as many to warm up.
  Counted count(Address actor, int steps) {
    step(steps);
    const std::uint64_t handled = handled_by(actor);
    const std::uint64_t before = heap_allocations();
    step(steps);
    const std::uint64_t after = heap_allocations();
    return {.handled = handled_by(actor) - handled, .allocations = after - before};
  }

 private:
  void step(int steps) {
    for (int left = steps; left > 0; --left) {
      for (const auto& worker : node_.sim().core().workers()) (void)worker->step();
    }
  }
  std::uint64_t handled_by(Address actor) {
    return node_.sim().core().roster().actor(actor)->handled;
  }
};

// Else the others would prove nothing.
TEST_F(GuestAllocations, AreSeenWhereThereAreAny) {
  const std::uint64_t before = heap_allocations();
  probe("a");
  EXPECT_GT(heap_allocations(), before);
}

TEST_F(GuestAllocations, AreNoneForAMessage) {
  const auto ping =
      node_.spawn("ping", "pingpong", {.config = "pong", .grants = {.find = {"pong"}}});
  const auto pong =
      node_.spawn("pong", "pingpong", {.config = "ping", .grants = {.find = {"ping"}}});
  ASSERT_TRUE(ping && pong);
  ASSERT_TRUE(node_.sim().core().send(*ping, as_bytes("go 1000000000")));
  const Counted counted = count(*pong, 5'000);
  EXPECT_GE(counted.handled, 1'000U);
  EXPECT_EQ(counted.allocations, 0U);
}

// With a name to look up, two addresses, a timeout and an answer, all longer than an envelope.
TEST_F(GuestAllocations, AreNoneForARequest) {
  const Address a = probe("a");
  probe("b");
  const std::string asks = "request-with 0 0 b 60000 self,b echo " + std::string(1'000, 'x');
  EXPECT_EQ(ask(a, "on answered forget|" + asks), "ok");
  ASSERT_TRUE(node_.sim().core().send(a, as_bytes(asks)));
  const Counted counted = count(a, 5'000);
  EXPECT_GE(counted.handled, 1'000U);
  EXPECT_EQ(counted.allocations, 0U);
}

}  // namespace
}  // namespace troupe
