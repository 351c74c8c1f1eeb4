// Proves what only shows when turns follow each other in a known order: one worker, native actors,
// handlers that let simulated time pass.

#include <functional>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "base/limits.hpp"
#include "runtime/sim_node.hpp"

namespace troupe {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

class Doing final : public Actor {
 public:
  using Handle = std::function<void(Turn&, std::string_view)>;
  struct Script {
    Handle handle = [](Turn&, std::string_view) {};
    std::function<void(Turn&, Duration)> stop = [](Turn&, Duration) {};
  };
  explicit Doing(const Script& script) : script_(script) {}

  Outcome handle(Turn& turn, BytesView message) override {
    script_.handle(turn, as_text(message));
    return {};
  }
  void stop(Turn& turn, Duration budget) override { script_.stop(turn, budget); }

 private:
  const Script& script_;
};

class TurnsTest : public testing::Test {
 protected:
  // The script outlives the node's actors: it is the test's.
  Address spawn(const std::string& name, const Doing::Script& script, MailboxBounds mailbox = {}) {
    auto spec = native_spec([&script] { return std::make_unique<Doing>(script); });
    spec->mailbox = mailbox;
    return *node_.spawn({.name = name, .spec = std::move(spec), .config = {}});
  }
  Result<void> queue(Address to, std::string_view text) {
    return node_.core().send(to, as_bytes(text));
  }
  void stop(Address actor, Duration budget) {
    Control& control = node_.core().control();
    control.post([&, actor, budget] { control.stop(actor, budget, [](const auto&) {}); });
  }

  SimNode node_{{.workers = 1, .seed = 3}};
};

TEST_F(TurnsTest, HaveAtMost64MessagesSoThatOthersGetTheirs) {
  std::string order;
  const Doing::Script a{.handle = [&](Turn&, auto) { order += 'a'; }};
  const Doing::Script b{.handle = [&](Turn&, auto) { order += 'b'; }};
  const Address busy = spawn("busy", a);
  const Address other = spawn("other", b);
  for (std::uint32_t i = 0; i < limits::turn_messages_max + 1; ++i) ASSERT_TRUE(queue(busy, "x"));
  ASSERT_TRUE(queue(other, "x"));
  node_.run_until_idle();
  EXPECT_EQ(order, std::string(limits::turn_messages_max, 'a') + "ba");
}

TEST_F(TurnsTest, EndAfterTwoMillisecondsForTheSameReason) {
  std::string order;
  const Doing::Script slow{.handle = [&](Turn&, auto) {
    order += 'a';
    node_.clock().advance(milliseconds(1));
  }};
  const Doing::Script b{.handle = [&](Turn&, auto) { order += 'b'; }};
  const Address busy = spawn("busy", slow);
  const Address other = spawn("other", b);
  for (int i = 0; i < 5; ++i) ASSERT_TRUE(queue(busy, "x"));
  ASSERT_TRUE(queue(other, "x"));
  node_.run_until_idle();
  EXPECT_EQ(order, "aabaaa");
}

TEST_F(TurnsTest, KillWhoTakesLongerToStopThanItMay) {
  for (const auto& [took_ms, exit] :
       {std::pair{100, Exit::normal()}, std::pair{101, Exit::killed()}}) {
    std::optional<Duration> left;
    const Doing::Script script{.stop = [&, took = took_ms](Turn&, Duration budget) {
      left = budget;
      node_.clock().advance(milliseconds(took));
    }};
    stop(spawn("actor", script), milliseconds(100));
    node_.run_until_idle();
    EXPECT_EQ(left, milliseconds(100));
    const std::vector<ExitEvent> exits = node_.take_exits();
    ASSERT_EQ(exits.size(), 1U);
    EXPECT_EQ(exits[0].exit, exit) << took_ms;
  }
}

TEST_F(TurnsTest, TellSendersFromOutsideThatAMailboxIsFull) {
  std::vector<std::string> told;
  const Doing::Script idle;
  const Address full = spawn("full", idle, {.messages = 2});
  // Both stand in the mailbox when the second message is handled, in the same turn.
  const Doing::Script script{.handle = [&](Turn& turn, std::string_view text) {
    if (text == "fill") {
      for (int i = 0; i < 2; ++i) EXPECT_TRUE(turn.send(full, {}));
      return;
    }
    const Result<void> sent = queue(full, "x");
    told.push_back(sent ? "ok" : std::string(to_string(sent.error().code)));
    node_.core().request_async(full, {}, seconds(1), [&](const Result<Bytes>& answer) {
      told.push_back(answer ? "ok" : std::string(to_string(answer.error().code)));
    });
  }};
  const Address sender = spawn("sender", script);
  ASSERT_TRUE(queue(sender, "fill"));
  ASSERT_TRUE(queue(sender, "try"));
  node_.run_until_idle();
  EXPECT_EQ(told, (std::vector<std::string>{"overloaded", "overloaded"}));
  EXPECT_TRUE(queue(full, "x")) << "it has had its turn";
}

TEST_F(TurnsTest, BeginAgainWithTheMessageThatWasInHandAtACrash) {
  int tries = 0;
  std::string order;
  const auto spec = native_spec([&tries, &order] {
    struct Frail final : Actor {
      Frail(int& tries, std::string& order) : tries_(tries), order_(order) {}
      Outcome handle(Turn&, BytesView message) override {
        if (as_text(message) == "hard" && ++tries_ < 3) return Outcome::crash("too hard");
        order_ += as_text(message);
        return Outcome::answer(message);
      }
      int& tries_;
      std::string& order_;
    };
    return std::make_unique<Frail>(tries, order);
  });
  spec->mailbox.redeliver = 2;
  const Address frail = *node_.spawn({.name = "frail", .spec = spec, .config = {}});
  std::vector<std::string> answers;
  node_.core().request_async(frail, as_bytes("hard"), seconds(1), [&](const Result<Bytes>& answer) {
    answers.push_back(answer ? std::string(as_text(*answer)) : answer.error().message);
  });
  ASSERT_TRUE(queue(frail, "+next"));
  node_.advance(milliseconds(500));  // Restarts wait.
  EXPECT_EQ(tries, 3);
  EXPECT_EQ(order, "hard+next") << "at the head of what waits";
  EXPECT_EQ(answers, std::vector<std::string>{"hard"}) << "the asker has waited";
  EXPECT_TRUE(node_.core().dead_letters().latest(9).empty());
}

TEST_F(TurnsTest, RefuseWhatIsMalformed) {
  const Doing::Script script{.handle = [](Turn& turn, auto) {
    EXPECT_EQ(turn.start_timer(seconds(1), Duration::zero()).error(), Refusal::invalid);
    EXPECT_EQ(turn.start_timer(seconds(1), milliseconds(1) - Duration(1)).error(),
              Refusal::invalid);
    EXPECT_TRUE(turn.start_timer(seconds(1), milliseconds(1)));
    EXPECT_EQ(turn.publish("a..b", {}).error(), Refusal::invalid);
    EXPECT_EQ(turn.subscribe("a.#.b").error(), Refusal::invalid);
    const Bytes large(limits::payload_bytes_default + 1);
    EXPECT_TRUE(turn.subscribe("a.b"));
    EXPECT_EQ(turn.publish("a.b", large).error(), Refusal::too_large);
    EXPECT_TRUE(turn.publish("a.b", BytesView(large).first(large.size() - 1)));
  }};
  node_.send(spawn("actor", script), "x");
}

TEST_F(TurnsTest, CutLogLinesAtTheirLimit) {
  const Doing::Script script{.handle = [](Turn& turn, auto) {
    for (const std::size_t size : {limits::log_line_bytes_max, limits::log_line_bytes_max + 1}) {
      turn.log(LogLevel::info, std::string(size, 'x'));
    }
  }};
  node_.send(spawn("actor", script), "x");
  const std::string cut = "test/actor: " + std::string(limits::log_line_bytes_max, 'x');
  EXPECT_EQ(node_.log(), (std::vector<std::string>{cut, cut}));
}

}  // namespace
}  // namespace troupe
