// Proves that an actor has no more descendants than its limit says, at whatever depth and on
// whatever worker they are spawned, and the node no more actors.

#include <memory>
#include <string>
#include <string_view>

#include <gtest/gtest.h>

#include "base/format.hpp"
#include "runtime/sim_node.hpp"

namespace troupe {
namespace {

// "spawn" -> the child's address or why there is none; "below TEXT" says TEXT to the first child;
// "crash after" spawns in a handler that crashes; "end" ends it.
class Nester final : public Actor {
 public:
  Outcome handle(Turn& turn, BytesView message) override {
    const std::string_view text = as_text(message);
    if (text == "end") {
      turn.exit(std::nullopt);
      return {};
    }
    if (text.starts_with("below ")) {
      caller_ = turn.responder_for_later();
      const auto asked =
          turn.request(turn.children().front(), as_bytes(text.substr(6)), std::chrono::seconds(1));
      return asked ? Outcome() : Outcome::error(std::string(to_string(asked.error())));
    }
    const auto child = turn.spawn("nester", std::nullopt, {});
    if (text == "crash after") return Outcome::crash("after the spawn");
    return Outcome::answer(child ? "ok" : std::string(to_string(child.error())));
  }
  Outcome answered(Turn& turn, std::uint64_t, const AnswerView& answer) override {
    const auto said = turn.answer(*caller_, answer ? *answer : as_bytes("failed"));
    return said ? Outcome() : Outcome::error("nobody waits");
  }

 private:
  std::optional<Responder> caller_;
};

class Descendants : public testing::TestWithParam<int> {
 protected:
  Descendants() {
    nester_->add_template("nester", {.spec = nester_.get()});
    top_spec_->quotas.descendants = 3;
    top_spec_->add_template("nester", {.spec = nester_.get()});
    top_ = *node_.spawn({.name = "top", .spec = top_spec_, .config = {}});
  }
  std::string ask(std::string_view text) {
    const auto said = node_.request(top_, text);
    return said ? std::string(as_text(*said)) : said.error().message;
  }
  [[nodiscard]] std::uint32_t living() { return node_.core().roster().details(top_)->descendants; }

  SimNode node_{{.workers = 3, .seed = static_cast<std::uint64_t>(GetParam())}};
  std::shared_ptr<ActorSpec> nester_ = native_spec([] { return std::make_unique<Nester>(); });
  std::shared_ptr<ActorSpec> top_spec_ = native_spec([] { return std::make_unique<Nester>(); });
  Address top_;
};

TEST_P(Descendants, AreBoundedAtEveryDepth) {
  EXPECT_EQ(ask("spawn"), "ok");
  EXPECT_EQ(ask("below spawn"), "ok");
  EXPECT_EQ(ask("below below spawn"), "ok");
  EXPECT_EQ(living(), 3U);
  for (const std::string_view from : {"", "below ", "below below ", "below below below "}) {
    EXPECT_EQ(ask(fmt::format("{}spawn", from)), "over-quota") << from;
  }
  // With the first child all below it go.
  ask("below end");
  node_.run_until_idle();
  EXPECT_EQ(living(), 0U);
  EXPECT_EQ(ask("spawn"), "ok");
  EXPECT_EQ(living(), 1U);
}

// An actor may be gone before the cell of a child that it has forgotten, elsewhere.
TEST_P(Descendants, MayBeBoundedByEachAbove) {
  nester_->quotas.descendants = 2;
  for (int round = 0; round < 3; ++round) {
    EXPECT_EQ(ask("spawn"), "ok");
    EXPECT_EQ(ask("below spawn"), "ok");
    EXPECT_EQ(ask("below below spawn"), "ok");
    EXPECT_EQ(ask("below below below spawn"), "over-quota");
    EXPECT_EQ(living(), 3U);
    ask("below end");
    node_.run_until_idle();
    EXPECT_EQ(living(), 0U);
    EXPECT_EQ(node_.core().registry().live_count(), 1U);
  }
}

TEST_P(Descendants, ComeBackFromSpawnsThatNeverWere) {
  for (int i = 0; i < 5; ++i) {
    node_.send(top_, "crash after");
    node_.run_until_idle();
    node_.advance(std::chrono::seconds(61));
  }
  EXPECT_EQ(living(), 0U);
  for (int i = 0; i < 3; ++i) EXPECT_EQ(ask("spawn"), "ok");
  EXPECT_EQ(ask("spawn"), "over-quota");
}

TEST_P(Descendants, AreAllThatANodeHasRoomFor) {
  node_.core().registry().set_most(3);
  EXPECT_EQ(ask("spawn"), "ok");
  EXPECT_EQ(ask("spawn"), "ok");
  EXPECT_EQ(ask("spawn"), "over-quota");
  EXPECT_EQ(living(), 2U) << "one that was refused by the node is not counted";
  const auto another = node_.spawn({.name = "another", .spec = nester_, .config = {}});
  ASSERT_FALSE(another);
  EXPECT_NE(another.error().message.find("at most 3"), std::string::npos)
      << another.error().message;
  ask("below end");
  node_.run_until_idle();
  EXPECT_TRUE(node_.spawn({.name = "another", .spec = nester_, .config = {}}));
}

INSTANTIATE_TEST_SUITE_P(Seeds, Descendants, testing::Range(1, 11));

}  // namespace
}  // namespace troupe
