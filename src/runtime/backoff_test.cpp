// Proves that the random part of a restart's delay is the node's own: two nodes with the same app
// do not restart in step, and the same seed gives the same delays.

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "base/check.hpp"
#include "runtime/sim_node.hpp"

namespace troupe {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

// "crash" ends its life.
class Crasher final : public Actor {
 public:
  Outcome handle(Turn& /*turn*/, BytesView message) override {
    if (as_text(message) == "crash") return Outcome::crash("told to");
    return {};
  }
};

// Spawns "kid" by its first message.
class Spawner final : public Actor {
 public:
  Outcome handle(Turn& turn, BytesView /*message*/) override {
    CHECK(turn.spawn("kid", "kid", {}).has_value());
    return {};
  }
};

// The delays of the second and third restart of an actor that crashes whenever it lives, measured
// by the clock.
std::vector<Duration> delays_of(SimNode& node, Address actor) {
  std::vector<Duration> delays;
  node.send(actor, "crash");  // The first restart of a window is immediate.
  for (int nth = 2; nth <= 3; ++nth) {
    node.send(actor, "crash");
    const std::uint64_t life = node.core().roster().actor(actor)->lives;
    const Instant crashed = node.clock().now();
    while (node.core().roster().actor(actor)->lives == life) node.advance(milliseconds(1));
    delays.push_back(node.clock().now() - crashed);
  }
  return delays;
}

std::vector<Duration> delays_of_named(std::uint64_t seed) {
  SimNode node({.seed = seed});
  const auto spec = native_spec([] { return std::make_unique<Crasher>(); });
  return delays_of(node, *node.spawn({.name = "a", .spec = spec, .config = {}}));
}

std::vector<Duration> delays_of_spawned(std::uint64_t seed) {
  SimNode node({.seed = seed});
  const auto kid = native_spec([] { return std::make_unique<Crasher>(); });
  const auto spec = native_spec([] { return std::make_unique<Spawner>(); });
  spec->add_template("kid", {.spec = kid.get(), .restart = RestartType::permanent});
  node.send(*node.spawn({.name = "spawner", .spec = spec, .config = {}}), "spawn");
  return delays_of(node, *node.core().registry().find("test/kid"));
}

class BackoffTest : public testing::TestWithParam<std::vector<Duration> (*)(std::uint64_t)> {};

TEST_P(BackoffTest, IsTheNodesOwnWithinTenPercent) {
  std::set<std::vector<Duration>> seen;
  for (std::uint64_t seed = 1; seed <= 8; ++seed) {
    const std::vector<Duration> delays = GetParam()(seed);
    EXPECT_EQ(GetParam()(seed), delays) << "the same seed " << seed;
    seen.insert(delays);
    ASSERT_EQ(delays.size(), 2U);
    Duration nominal = milliseconds(100);
    for (const Duration delay : delays) {
      EXPECT_GE(delay, nominal * 9 / 10);
      EXPECT_LE(delay, nominal * 11 / 10 + milliseconds(2)) << "the step of the clock, and alarms'";
      nominal *= 2;
    }
  }
  EXPECT_GE(seen.size(), 6U) << "of 8 nodes hardly two are in step";
}

INSTANTIATE_TEST_SUITE_P(Supervisors, BackoffTest,
                         testing::Values(delays_of_named, delays_of_spawned));

}  // namespace
}  // namespace troupe
