// Proves what only shows when turns follow each other in a known order: one worker, native actors,
// handlers that let simulated time pass.

#include <algorithm>
#include <cstdint>
#include <functional>
#include <memory>
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

// In every lane of the mailbox, a message and a request.
TEST_F(TurnsTest, LeaveOutWhatHasWaitedForItsTimeToLive) {
  constexpr std::uint32_t ttl_ms = 5;
  std::vector<std::string> handled;
  Address receiver;
  const Doing::Script receiving{
      .handle = [&](Turn&, std::string_view text) { handled.emplace_back(text); }};
  const Doing::Script sending{.handle = [&](Turn& turn, auto) {
    for (const Priority priority :
         {Priority::low, Priority::normal, Priority::high, Priority::critical}) {
      const SendOptions options{.priority = priority, .ttl_ms = ttl_ms};
      const std::string number = std::to_string(std::to_underlying(priority));
      EXPECT_TRUE(turn.send(receiver, as_bytes(number), options));
      EXPECT_TRUE(turn.request(receiver, as_bytes("?" + number), seconds(1), options));
    }
  }};
  const Doing::Script waiting{.handle = [&](Turn&, std::string_view ms) {
    node_.clock().advance(milliseconds(std::stoi(std::string(ms))));
  }};
  receiver = spawn("receiver", receiving);
  const Address sender = spawn("sender", sending);
  const Address waiter = spawn("waiter", waiting);
  const std::vector<std::string> all{"3", "?3", "2", "?2", "1", "?1", "0", "?0"};
  std::uint64_t expired = 0;
  for (const std::uint32_t waited_ms : {ttl_ms - 1, ttl_ms, ttl_ms + 1}) {
    SCOPED_TRACE(waited_ms);
    handled.clear();
    ASSERT_TRUE(queue(sender, "go"));
    ASSERT_TRUE(queue(waiter, std::to_string(waited_ms)));
    ASSERT_TRUE(queue(receiver, "first"));  // It has its place behind the waiter.
    node_.run_until_idle();
    const bool is_in_time = waited_ms < ttl_ms;
    EXPECT_EQ(std::erase(handled, "first"), 1U);
    EXPECT_EQ(handled, is_in_time ? all : std::vector<std::string>{});
    if (!is_in_time) expired += all.size();
    EXPECT_EQ(node_.core().dead_letters().count(DeadReason::expired), expired);
  }
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

// A life that has just begun goes on with what was sent to it meanwhile: nobody has a turn between.
TEST_F(TurnsTest, BeginALifeAndGoOnWithWhatWaits) {
  std::string order;
  const Doing::Script child{.handle = [&](Turn&, auto text) { order += text; }};
  const auto kid = native_spec([&child] { return std::make_unique<Doing>(child); });
  const Doing::Script parent{.handle = [&](Turn& turn, auto text) {
    order += text;
    if (text != "p") return;
    const auto one = turn.spawn("kid", std::nullopt, {});
    ASSERT_TRUE(one);
    EXPECT_TRUE(turn.send(*one, as_bytes("1")));
    EXPECT_TRUE(turn.send(*one, as_bytes("2")));
    EXPECT_TRUE(turn.send(turn.self(), as_bytes("q")));
  }};
  const auto spec = native_spec([&parent] { return std::make_unique<Doing>(parent); });
  spec->quotas.children = 1;
  spec->add_template("kid", {.spec = kid.get()});
  const Address spawner = *node_.spawn({.name = "spawner", .spec = spec, .config = {}});
  const Doing::Script b{.handle = [&](Turn&, auto) { order += 'b'; }};
  const Address other = spawn("other", b);
  ASSERT_TRUE(queue(spawner, "p"));
  ASSERT_TRUE(queue(other, "x"));
  node_.run_until_idle();
  // The spawner is the next, since it was just sent something; then the child; then who waits.
  EXPECT_EQ(order, "pq12b");
}

// Spawns so many children as its config says, each with one less, and ends when they have.
class Tree final : public Actor {
 public:
  explicit Tree(const std::function<void()>& look) : look_(look) {}

  Outcome start(Turn& /*turn*/, BytesView config) override {
    levels_ = config.empty() ? levels : static_cast<int>(config.front());
    return {};
  }
  Outcome handle(Turn& turn, BytesView message) override {
    look_();
    if (as_text(message) == "grow" && levels_ > 0) {
      open_ = branches;
      for (int i = 0; i < branches; ++i) {
        const std::uint8_t next = static_cast<std::uint8_t>(levels_ - 1);
        const auto child = turn.spawn("tree", std::nullopt, BytesView(&next, 1));
        if (!child || !turn.send(*child, as_bytes("grow"))) return Outcome::crash("refused");
      }
      parent_ = turn.sender();
      return {};
    }
    if (as_text(message) == "grow") {
      parent_ = turn.sender();
    } else if (--open_ > 0) {
      return {};
    }
    if (parent_ && !turn.send(*parent_, as_bytes("done"))) return Outcome::crash("refused");
    turn.exit(std::nullopt);
    return {};
  }

  static constexpr int levels = 5;
  static constexpr int branches = 4;

 private:
  const std::function<void()>& look_;
  int levels_ = 0;
  int open_ = 0;
  std::optional<Address> parent_;
};

// Newest first: of a tree of 1,365 actors that end when their children have, few are there at once.
// In the order of their births its 1,024 leaves would all be there before the first ends.
TEST_F(TurnsTest, LetATreeOfActorsGrowInDepth) {
  std::uint32_t most = 0;
  std::uint32_t turns = 0;
  const std::function<void()> look = [&] {
    ++turns;
    most = std::max(most, node_.core().registry().live_count());
  };
  const auto spec = native_spec([&look] { return std::make_unique<Tree>(look); });
  spec->quotas.children = Tree::branches;
  spec->add_template("tree", {.spec = spec.get(), .restart = RestartType::temporary});
  const Address root =
      *node_.spawn({.name = "root", .restart = RestartType::temporary, .spec = spec, .config = {}});
  ASSERT_TRUE(queue(root, "grow"));
  node_.run_until_idle();
  EXPECT_EQ(turns, 1'365U + 1'364U) << "each has grown, and each but the root has told its parent";
  EXPECT_EQ(node_.core().registry().live_count(), 0U);
  EXPECT_LT(most, 500U);
}

}  // namespace
}  // namespace troupe
