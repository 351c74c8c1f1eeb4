// Proves that a node that is to end handles what it has accepted first, takes nothing new, and does
// not wait for ever.

#include <memory>
#include <optional>
#include <string>

#include <gtest/gtest.h>

#include "runtime/sim_node.hpp"

namespace troupe {
namespace {

using std::chrono::seconds;

struct Tally {
  int handled = 0;
  int passed_on = 0;
};

// Counts what it is sent; "to b" is passed on to the actor b.
class Clerk final : public Actor {
 public:
  explicit Clerk(Tally& tally) : tally_(tally) {}

  Outcome handle(Turn& turn, BytesView message) override {
    ++tally_.handled;
    if (as_text(message) != "to b") return {};
    const auto b = turn.find("b");
    if (b && turn.send(*b, as_bytes("from a"))) ++tally_.passed_on;
    return {};
  }

 private:
  Tally& tally_;
};

class DrainTest : public testing::Test {
 protected:
  Address clerk(const std::string& name, Tally& tally, std::string supervisor = "root") {
    auto spec = native_spec([&tally] { return std::make_unique<Clerk>(tally); });
    spec->grants = *GrantSet::compile({.find = {"b"}}, "test");
    return *node_.spawn(
        {.name = name, .supervisor = std::move(supervisor), .spec = std::move(spec), .config = {}});
  }
  // Without giving anybody a step.
  void push(Address to, std::string_view text) {
    ASSERT_TRUE(node_.core().send(to, as_bytes(text)));
  }
  void end_node(Duration budget = seconds(60)) {
    node_.core().control().post([this, budget] { node_.core().control().end_node({}, budget); });
  }
  void run_to_the_end() {
    node_.run_until_idle();
    for (int at = 0; at < 100 && !node_.end(); ++at) node_.advance(std::chrono::milliseconds(5));
    ASSERT_TRUE(node_.end());
  }

  Tally a_tally_;
  Tally b_tally_;
  SimNode node_{{.workers = 2, .seed = 9}};
};

TEST_F(DrainTest, HandlesWhatIsQueuedAndWhatComesOfIt) {
  const Address a = clerk("a", a_tally_);
  clerk("b", b_tally_);
  for (int at = 0; at < 100; ++at) push(a, "to b");
  end_node();
  run_to_the_end();
  EXPECT_EQ(a_tally_.handled, 100);
  EXPECT_EQ(a_tally_.passed_on, 100) << "actors may still send";
  EXPECT_EQ(b_tally_.handled, 100);
  EXPECT_TRUE(node_.core().dead_letters().latest(10).empty());
}

TEST_F(DrainTest, TakesNothingFromOutside) {
  const Address a = clerk("a", a_tally_);
  push(a, "x");
  end_node();
  node_.core().control().step();  // It is told, and nobody else has had a step.
  const auto sent = node_.core().send(a, as_bytes("y"));
  ASSERT_FALSE(sent);
  EXPECT_EQ(sent.error().message, "the node is stopping");
  std::optional<Result<Bytes>> answer;
  node_.core().request_async(a, as_bytes("y"), seconds(1),
                             [&](Result<Bytes> result) { answer = std::move(result); });
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->error().message, "the node is stopping");
  run_to_the_end();
  EXPECT_EQ(a_tally_.handled, 1);
}

// One whose next life is minutes away.
TEST_F(DrainTest, WaitsForHalfOfItsTimeAtMost) {
  node_.core().control().post([this] {
    node_.core().control().add_supervisor(
        "patient", {.backoff = {.base = std::chrono::minutes(5), .cap = std::chrono::minutes(5)}});
  });
  node_.run_until_idle();
  const Address a = clerk("a", a_tally_, "patient");
  for (int at = 0; at < 2; ++at) {
    node_.core().control().post([this, a] { node_.core().control().kill(a, [](const auto&) {}); });
    node_.run_until_idle();
  }
  push(a, "x");
  end_node(seconds(4));
  node_.run_until_idle();
  node_.advance(std::chrono::milliseconds(1'900));
  EXPECT_FALSE(node_.end());
  node_.advance(std::chrono::milliseconds(200));
  EXPECT_TRUE(node_.end());
  EXPECT_EQ(node_.core().dead_letters().latest(10).size(), 1U) << "what nobody could handle";
}

TEST_F(DrainTest, EndsAtOnceWhenNothingWaits) {
  clerk("a", a_tally_);
  end_node();
  node_.run_until_idle();
  EXPECT_TRUE(node_.end());
}

}  // namespace
}  // namespace troupe
