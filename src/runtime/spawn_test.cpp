// Proves that a spawn happens whole or not at all: whatever goes wrong on its way, no name, address
// or place among the children is left behind, and the next spawn works.

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <set>
#include <string>
#include <string_view>

#include <gtest/gtest.h>

#include "base/format.hpp"
#include "runtime/sim_node.hpp"

namespace troupe {
namespace {

using std::chrono::seconds;

// Spawns "kid" as it is told.
class Spawner final : public Actor {
 public:
  Outcome handle(Turn& turn, BytesView message) override {
    const std::string_view text = as_text(message);
    if (text == "count") return Outcome::answer(std::to_string(turn.children().size()));
    const auto kid = turn.spawn("kid", "kid", text == "bad start" ? as_bytes("fail") : BytesView());
    const std::string said = kid ? "ok" : std::string(to_string(kid.error()));
    if (text == "crash") return Outcome::crash("after the spawn");
    if (text == "error") return Outcome::error("after the spawn");
    if (text == "exit") turn.exit("after the spawn");
    if (text == "twice") return Outcome::answer(to_string(turn.spawn("kid", "kid", {}).error()));
    return Outcome::answer(said);
  }
};

class Kid final : public Actor {
 public:
  Outcome start(Turn& /*turn*/, BytesView config) override {
    return as_text(config) == "fail" ? Outcome::crash("no") : Outcome();
  }
  Outcome handle(Turn& /*turn*/, BytesView /*message*/) override { return Outcome::answer("here"); }
};

struct Fault {
  std::string_view name;
  std::string_view message;  // To the spawner, without waiting for what comes of it.
  // What happens before anybody has had a step.
  void (*then)(Control& control, Address spawner);
  bool kid_stays = false;
};

void nothing(Control& /*control*/, Address /*spawner*/) {}
void kill(Control& control, Address spawner) {
  control.post([&control, spawner] { control.kill(spawner, [](const auto&) {}); });
}
void stop(Control& control, Address spawner) {
  control.post([&control, spawner] { control.restart(spawner, seconds(1), [](const auto&) {}); });
}

constexpr std::array faults{
    Fault{"none", "spawn", nothing, true},
    Fault{"the handler crashes", "crash", nothing},
    Fault{"the handler returns an error", "error", nothing, true},
    Fault{"the spawner exits", "exit", nothing},
    Fault{"the child's start fails", "bad start", nothing},
    Fault{"the name is taken by the same turn", "twice", nothing, true},
    Fault{"the spawner is killed", "spawn", kill},
    Fault{"the spawner is restarted", "spawn", stop},
};

// A fault, and the order in which the parts of the node have their steps.
class SpawnFaults : public testing::TestWithParam<int> {};

TEST_P(SpawnFaults, LeaveNothingBehind) {
  for (const Fault& fault : faults) {
    SCOPED_TRACE(fault.name);
    SimNode node({.workers = 3, .seed = static_cast<std::uint64_t>(GetParam())});
    const auto kid = native_spec([] { return std::make_unique<Kid>(); });
    const auto spec = native_spec([] { return std::make_unique<Spawner>(); });
    spec->quotas.children = 1;
    spec->add_template("kid", {.spec = kid.get()});
    const Address spawner = *node.spawn({.name = "spawner", .spec = spec, .config = {}});
    ASSERT_TRUE(node.core().send(spawner, as_bytes(fault.message)));
    fault.then(node.core().control(), spawner);
    node.run_until_idle();
    node.advance(seconds(2));
    // Killed or restarted it may have been before the message came, or after the spawn.
    const auto found = node.core().registry().find("test/kid");
    const bool is_either = fault.then != nothing;
    if (!is_either) {
      EXPECT_EQ(found.has_value(), fault.kid_stays);
    }
    const std::string count = found ? "1" : "0";
    EXPECT_EQ(as_text(*node.request(spawner, "count")), count);
    EXPECT_EQ(node.core().registry().live_count(), found ? 2U : 1U);
    EXPECT_EQ(as_text(*node.request(spawner, "spawn")), found ? "over-quota" : "ok");
    const auto address = node.core().registry().find("test/kid");
    ASSERT_TRUE(address);
    EXPECT_EQ(as_text(*node.request(*address, "?")), "here");
  }
}

INSTANTIATE_TEST_SUITE_P(Seeds, SpawnFaults, testing::Range(1, 21));

TEST(Spawn, BeginsBesideItsParent) {
  SimNode node({.workers = 3, .seed = 5});
  const auto kid = native_spec([] { return std::make_unique<Kid>(); });
  std::set<std::uint16_t> homes;
  for (int i = 0; i < 3; ++i) {
    const auto spec = native_spec([] { return std::make_unique<Spawner>(); });
    spec->quotas.children = 1;
    spec->app = fmt::format("app-{}", i);
    spec->add_template("kid", {.spec = kid.get()});
    const Address parent = *node.spawn({.name = "parent", .spec = spec, .config = {}});
    ASSERT_EQ(as_text(*node.request(parent, "spawn")), "ok");
    const auto child = node.core().registry().find(fmt::format("app-{}/kid", i));
    ASSERT_TRUE(child);
    const auto home = node.core().registry().home(*child);
    EXPECT_EQ(home, node.core().registry().home(parent));
    homes.insert(*home);
  }
  EXPECT_EQ(homes.size(), 3U) << "whom nobody has spawned goes to the workers in turn";
}

// New ones go first, but not for longer than that: here each takes one, and makes the next.
TEST(Spawn, LetsOthersWaitNoLongerThanATick) {
  struct Link final : Actor {
    Link(SimNode& node, int& begun) : node_(node), begun_(begun) {}
    Outcome start(Turn& turn, BytesView config) override {
      if (as_text(config) == "first") return {};
      ++begun_;
      node_.clock().advance(std::chrono::milliseconds(1));
      return go_on(turn);
    }
    Outcome handle(Turn& turn, BytesView /*message*/) override { return go_on(turn); }

   private:
    Outcome go_on(Turn& turn) const {
      if (begun_ == 50) return {};
      return turn.spawn("next", std::nullopt, {}) ? Outcome() : Outcome::error("refused");
    }

    SimNode& node_;
    int& begun_;
  };
  struct Other final : Actor {
    Other(const int& begun, int& seen) : begun_(begun), seen_(seen) {}
    Outcome handle(Turn& /*turn*/, BytesView /*message*/) override {
      seen_ = begun_;
      return {};
    }

    const int& begun_;
    int& seen_;
  };
  SimNode node({.workers = 1, .turns_a_step = 64, .seed = 5});
  int begun = 0;
  int seen = -1;
  const auto link = native_spec([&] { return std::make_unique<Link>(node, begun); });
  link->add_template("next", {.spec = link.get()});
  const auto other = native_spec([&] { return std::make_unique<Other>(begun, seen); });
  const Address first =
      *node.spawn({.name = "first", .spec = link, .config = to_bytes(std::string("first"))});
  const Address waits = *node.spawn({.name = "waits", .spec = other, .config = {}});
  ASSERT_TRUE(node.core().send(first, as_bytes("go")));
  ASSERT_TRUE(node.core().send(waits, as_bytes("?")));
  node.run_until_idle();
  EXPECT_EQ(begun, 50);
  EXPECT_EQ(seen, 1);
}

}  // namespace
}  // namespace troupe
