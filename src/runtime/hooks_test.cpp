// Proves when each hook of an embedding program is called, and what becomes of those that fail or
// take too long. Simulated time.

#include <algorithm>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "base/format.hpp"
#include "runtime/sim_node.hpp"

namespace troupe {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

// "crash" and "error" do what they say; others are answered. It stops without a word.
class Obedient final : public Actor {
 public:
  Outcome handle(Turn& turn, BytesView message) override {
    const std::string_view text = as_text(message);
    if (text == "crash") return Outcome::crash("told to");
    if (text == "error") return Outcome::error("not so");
    if (text == "listen") (void)turn.subscribe("news.#");
    if (text == "publish") (void)turn.publish("news.today", as_bytes("rain"));
    if (text.starts_with("pass ")) {
      (void)turn.send(turn.find("b").value(), message.subspan(5));
    }
    if (text == "spawn") (void)turn.spawn("kid", "kid", {});
    return Outcome::answer("yes");
  }
};

class HooksTest : public testing::Test {
 protected:
  // Each call as a line; `result` says what the hook returns.
  Hooks all() {
    const auto note = [this](std::string_view hook, const HookedLife& life,
                             std::string_view more = {}) -> Result<void> {
      const std::string line = fmt::format("{} {} {}{}", hook, life.name, life.life, more);
      calls_.push_back(line);
      if (throws_at_ == hook) throw std::runtime_error("boom");
      if (fails_at_ == hook) return fail(ErrorCode::unavailable, "no licence");
      if (slow_at_ == hook) node_->clock().advance(takes_);
      return {};
    };
    return {.before_start = [note](const auto& life) { return note("before_start", life); },
            .after_start = [note](const auto& life) { return note("after_start", life); },
            .before_stop = [note](const auto& life) { return note("before_stop", life); },
            .after_stop =
                [note](const auto& life, const Exit& exit) {
                  return note("after_stop", life, fmt::format(" {}", to_string(exit)));
                },
            .on_message =
                [note](const auto& life, const HookedMessage& message) {
                  using Kind = HookedMessage::Kind;
                  const std::string topic =
                      message.topic.empty() ? "" : fmt::format(" of {}:", message.topic);
                  return note("on_message", life,
                              fmt::format(" {}{} {}{}",
                                          message.kind == Kind::message   ? "message"
                                          : message.kind == Kind::request ? "request"
                                                                          : "event",
                                          topic, as_text(message.payload),
                                          message.sender ? " from an actor" : ""));
                },
            .on_error =
                [note](const auto& life, std::string_view error) {
                  return note("on_error", life, fmt::format(" {}", error));
                },
            .on_restart =
                [note](const auto& life, const Exit& before) {
                  return note("on_restart", life, fmt::format(" {}", to_string(before)));
                }};
  }
  void begin(Hooks hooks) { node_.emplace(SimNode::Options{.seed = 3, .hooks = std::move(hooks)}); }
  Result<Address> spawn(const std::string& name, RestartType restart = RestartType::permanent) {
    auto spec = native_spec([] { return std::make_unique<Obedient>(); });
    spec->grants = *GrantSet::compile(
        {.find = {"b"}, .publish = {"news.#"}, .subscribe = {"news.#"}, .spawn = {"kid"}}, "test");
    spec->add_template("kid", {.spec = kid_.get(), .restart = RestartType::temporary});
    return node_->spawn({.name = name, .restart = restart, .spec = std::move(spec), .config = {}});
  }
  void stop(Address actor) {
    node_->core().control().post(
        [&, actor] { node_->core().control().stop(actor, seconds(1), [](const auto&) {}); });
    node_->run_until_idle();
  }
  std::vector<std::string> calls() { return std::exchange(calls_, {}); }
  std::vector<NodeEvent> events(NodeEvent::Kind kind) {
    std::vector<NodeEvent> fitting;
    for (const NodeEvent& event : node_->core().history().events.find({.limit = 1'000}, "test")) {
      if (event.kind == kind) fitting.push_back(event);
    }
    return fitting;
  }

  std::shared_ptr<ActorSpec> kid_ = native_spec([] { return std::make_unique<Obedient>(); });
  std::vector<std::string> calls_;
  std::string fails_at_;
  std::string throws_at_;
  std::string slow_at_;
  Duration takes_ = seconds(2);
  std::optional<SimNode> node_;
};

using Lines = std::vector<std::string>;

TEST_F(HooksTest, AreCalledAroundALife) {
  begin(all());
  const Address a = *spawn("a");
  EXPECT_EQ(calls(), (Lines{"before_start test/a 1", "after_start test/a 1"}));
  EXPECT_TRUE(node_->request(a, "x"));
  EXPECT_EQ(calls(), Lines{"on_message test/a 1 request x"});
  EXPECT_FALSE(node_->request(a, "error"));
  EXPECT_EQ(calls(), (Lines{"on_message test/a 1 request error", "on_error test/a 1 not so"}));
  node_->send(a, "crash");
  EXPECT_EQ(calls(),
            (Lines{"on_message test/a 1 message crash", R"(after_stop test/a 1 crashed("told to"))",
                   R"(on_restart test/a 2 crashed("told to"))", "before_start test/a 2",
                   "after_start test/a 2"}));
  stop(a);
  EXPECT_EQ(calls(), (Lines{"before_stop test/a 2", "after_stop test/a 2 normal"}));
}

TEST_F(HooksTest, TellWhatAnActorIsSent) {
  begin(all());
  const Address a = *spawn("a");
  const Address b = *spawn("b");
  (void)calls();
  node_->send(a, "pass x");
  EXPECT_EQ(calls(), (Lines{"on_message test/a 1 message pass x",
                            "on_message test/b 1 message x from an actor"}));
  node_->send(b, "listen");
  (void)calls();
  node_->send(a, "publish");
  EXPECT_EQ(calls(), (Lines{"on_message test/a 1 message publish",
                            "on_message test/b 1 event of news.today: rain from an actor"}));
}

TEST_F(HooksTest, AreCalledForThoseThatActorsSpawn) {
  begin(all());
  const Address a = *spawn("a");
  (void)calls();
  node_->send(a, "spawn");
  EXPECT_EQ(calls(), (Lines{"on_message test/a 1 message spawn", "before_start test/kid 1",
                            "after_start test/kid 1"}));
  stop(a);
  const Lines ends = calls();
  EXPECT_EQ(std::ranges::count(ends, "before_stop test/kid 1"), 1);
  EXPECT_EQ(std::ranges::count(ends, "after_stop test/kid 1 normal"), 1);
}

TEST_F(HooksTest, TellHowALifeEndedThatIsRestartedOnPurpose) {
  begin(all());
  const Address a = *spawn("a", RestartType::temporary);
  (void)calls();
  node_->core().control().post(
      [&] { node_->core().control().restart(a, seconds(1), [](const auto&) {}); });
  node_->run_until_idle();
  EXPECT_EQ(calls(),
            (Lines{"before_stop test/a 1", "after_stop test/a 1 normal",
                   "on_restart test/a 2 normal", "before_start test/a 2", "after_start test/a 2"}));
}

TEST_F(HooksTest, LetBeforeStartForbidALife) {
  fails_at_ = "before_start";
  begin(all());
  const auto refused = spawn("a");
  ASSERT_FALSE(refused);
  EXPECT_TRUE(refused.error().message.contains(R"(crashed("before-start hook: no licence"))"))
      << refused.error().message;
  EXPECT_EQ(calls(), Lines{"before_start test/a 1"}) << "nothing had begun that could stop";
  fails_at_.clear();
  const Address a = *spawn("a");
  fails_at_ = "before_start";
  node_->send(a, "crash");
  node_->advance(seconds(60));
  ASSERT_TRUE(node_->end()) << "its supervisor gives up";
  EXPECT_EQ(node_->exits().back().exit, Exit::crashed("before-start hook: no licence"));
}

TEST_F(HooksTest, LogWhatOthersReturn) {
  begin(all());
  const Address a = *spawn("a");
  for (const char* hook : {"on_message", "on_error", "after_stop", "on_restart", "after_start"}) {
    SCOPED_TRACE(hook);
    fails_at_ = hook;
    node_->send(a, "error");
    node_->send(a, "crash");
    node_->advance(seconds(120));
    EXPECT_EQ(std::ranges::count(node_->log(), fmt::format("test/a: hook {}: no licence", hook)),
              hook == std::string_view("on_message") ? 2 : 1);
    EXPECT_TRUE(node_->request(a, "x")) << "and it goes on";
  }
  fails_at_ = "before_stop";
  stop(a);
  EXPECT_EQ(std::ranges::count(node_->log(), "test/a: hook before_stop: no licence"), 1);
  EXPECT_EQ(node_->exits().back().exit, Exit::normal());
}

TEST_F(HooksTest, KeepExceptionsFromTheNode) {
  begin(all());
  const Address a = *spawn("a");
  throws_at_ = "on_message";
  EXPECT_TRUE(node_->request(a, "x"));
  EXPECT_EQ(node_->log().back(), "test/a: hook on_message: exception: boom");
  throws_at_ = "before_start";
  EXPECT_TRUE(spawn("b").error().message.contains("exception: boom"));
}

TEST_F(HooksTest, AreNotCalledAgainAfterTheyTookTooLong) {
  begin(all());
  const Address a = *spawn("a");
  (void)calls();
  slow_at_ = "on_message";
  takes_ = seconds(1);
  node_->send(a, "x");
  node_->send(a, "x");
  EXPECT_EQ(calls().size(), 2U) << "just in time";
  takes_ = milliseconds(1'001);
  node_->send(a, "x");
  node_->send(a, "x");
  EXPECT_EQ(calls().size(), 1U);
  const std::string told = "hook on_message took 1.001s, more than 1s; it is not called again";
  EXPECT_EQ(node_->log().back(), "test/a: " + told);
  const auto hook_events = events(NodeEvent::Kind::hook);
  ASSERT_EQ(hook_events.size(), 1U);
  EXPECT_EQ(hook_events[0].name, "test/a");
  EXPECT_EQ(hook_events[0].text, told);
  // For nobody; the others are.
  const Address b = *spawn("b");
  node_->send(b, "x");
  EXPECT_EQ(calls(), (Lines{"before_start test/b 1", "after_start test/b 1"}));
}

// Too late is not too long: what before_start says counts.
TEST_F(HooksTest, LetBeforeStartForbidALifeEvenWhenItTookTooLong) {
  Hooks hooks;
  hooks.before_start = [this](const HookedLife&) -> Result<void> {
    node_->clock().advance(seconds(2));
    return fail(ErrorCode::unavailable, "no licence");
  };
  begin(std::move(hooks));
  EXPECT_FALSE(spawn("a"));
  EXPECT_TRUE(spawn("a")) << "it is not asked again";
}

TEST_F(HooksTest, MayBeSomeOfThemOnly) {
  Hooks hooks;
  int stopped = 0;
  hooks.after_stop = [&](const HookedLife&, const Exit&) -> Result<void> {
    ++stopped;
    return {};
  };
  begin(std::move(hooks));
  const Address a = *spawn("a");
  node_->send(a, "error");
  node_->send(a, "crash");
  stop(a);
  EXPECT_EQ(stopped, 2);
}

}  // namespace
}  // namespace troupe
