// Proves that of an actor that waits for its next life it is known when that comes, whoever
// decided.

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <gtest/gtest.h>

#include "base/check.hpp"
#include "runtime/sim_node.hpp"

namespace troupe {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

// "crash" ends its life, "spawn" spawns "kid".
class Member final : public Actor {
 public:
  Outcome handle(Turn& turn, BytesView message) override {
    if (as_text(message) == "crash") return Outcome::crash("told to");
    if (as_text(message) == "spawn") CHECK(turn.spawn("kid", "kid", {}).has_value());
    return {};
  }
};

class NextLifeTest : public testing::Test {
 protected:
  void supervisor(const std::string& name, Strategy strategy, std::uint32_t intensity,
                  const std::string& parent = "root") {
    node_.core().control().post([this, name, strategy, intensity, parent] {
      node_.core().control().add_supervisor(name,
                                            {.intensity = intensity,
                                             .strategy = strategy,
                                             .backoff = {.jitter_percent = 0, .base = seconds(1)}},
                                            {.parent = parent});
    });
  }
  Address actor(const std::string& name, const std::string& supervisor) {
    auto spec = native_spec([] { return std::make_unique<Member>(); });
    spec->add_template("kid", {.spec = kid_.get(), .restart = RestartType::permanent});
    return *node_.spawn(
        {.name = name, .supervisor = supervisor, .spec = std::move(spec), .config = {}});
  }
  std::optional<Duration> next_life(Address actor) {
    return node_.core().roster().details(actor)->next_life_in;
  }
  void crash_twice(Address actor) {
    EXPECT_EQ(next_life(actor), std::nullopt) << "it lives";
    node_.send(actor, "crash");  // The first restart of a window is immediate.
    EXPECT_EQ(next_life(actor), std::nullopt) << "it lives again";
    node_.send(actor, "crash");
  }

  std::shared_ptr<ActorSpec> kid_ = native_spec([] { return std::make_unique<Member>(); });
  SimNode node_{{.seed = 3}};
};

TEST_F(NextLifeTest, IsKnownOfOneAlone) {
  supervisor("alone", Strategy::one_for_one, 3);
  const Address a = actor("a", "alone");
  crash_twice(a);
  EXPECT_EQ(next_life(a), seconds(1));
  node_.advance(milliseconds(400));
  EXPECT_EQ(next_life(a), milliseconds(600));
  node_.advance(milliseconds(601));
  EXPECT_EQ(next_life(a), std::nullopt);
}

TEST_F(NextLifeTest, IsKnownOfThoseRestartedWithIt) {
  supervisor("all", Strategy::one_for_all, 3);
  const Address a = actor("a", "all");
  const Address b = actor("b", "all");
  crash_twice(b);
  EXPECT_EQ(next_life(a), seconds(1));
  EXPECT_EQ(next_life(b), seconds(1));
}

TEST_F(NextLifeTest, IsKnownOfThoseBelowASupervisorThatWaits) {
  supervisor("outer", Strategy::one_for_one, 3);
  supervisor("middle", Strategy::one_for_one, 0, "outer");
  supervisor("inner", Strategy::one_for_one, 0, "middle");
  const Address a = actor("a", "inner");
  const Address b = actor("b", "middle");
  crash_twice(a);
  EXPECT_EQ(next_life(a), seconds(1));
  EXPECT_EQ(next_life(b), seconds(1));
}

TEST_F(NextLifeTest, IsKnownOfSpawnedOnes) {
  node_.send(actor("spawner", "root"), "spawn");
  const Address kid = *node_.core().registry().find("test/kid");
  crash_twice(kid);
  const auto in = next_life(kid);
  ASSERT_TRUE(in);
  EXPECT_GE(*in, milliseconds(90)) << "a tenth by chance";
  EXPECT_LE(*in, milliseconds(110));
}

}  // namespace
}  // namespace troupe
