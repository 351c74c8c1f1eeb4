// Proves the semantics of messages, lives and supervision on native actors, one thread, simulated
// time: every rule here is checked by what actors and askers observe, never by a clock.

#include <algorithm>
#include <array>
#include <cstddef>
#include <map>
#include <string>

#include <gtest/gtest.h>

#include "base/format.hpp"
#include "runtime/sim_node.hpp"

namespace troupe {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

// An actor that does what the test says, and writes down what it is told.
class Scripted : public Actor {
 public:
  struct Script {
    std::function<Outcome(Turn&, std::string_view)> handle;
    std::function<Outcome(Turn&, BytesView)> start;
    std::vector<std::string> seen;
    Duration stop_budget = {};  // As it was told.
  };
  explicit Scripted(Script& script) : script_(script) {}

  Outcome start(Turn& turn, BytesView config) override {
    return script_.start ? script_.start(turn, config) : Outcome();
  }
  Outcome handle(Turn& turn, BytesView message) override {
    script_.seen.emplace_back(as_text(message));
    return script_.handle ? script_.handle(turn, as_text(message)) : Outcome();
  }
  Outcome answered(Turn&, std::uint64_t request, const AnswerView& answer) override {
    script_.seen.push_back(fmt::format(
        "answered {} {}", request,
        answer ? std::string(as_text(*answer)) : "failure: " + to_string(answer.error())));
    return {};
  }
  Outcome fired(Turn&, std::uint64_t timer) override {
    script_.seen.push_back(fmt::format("fired {}", timer));
    return {};
  }
  Outcome event(Turn&, std::uint64_t subscription, std::string_view topic,
                BytesView payload) override {
    script_.seen.push_back(fmt::format("event {} {} {}", subscription, topic, as_text(payload)));
    return {};
  }
  Outcome exited(Turn&, std::uint64_t watch, const Exit& exit) override {
    script_.seen.push_back(fmt::format("exited {} {}", watch, to_string(exit)));
    return {};
  }
  void stop(Turn&, Duration budget) override {
    script_.seen.emplace_back("stop");
    script_.stop_budget = budget;
  }

 private:
  Script& script_;
};

class NodeCoreTest : public testing::Test {
 protected:
  using Handle = std::function<Outcome(Turn&, std::string_view)>;

  Address spawn(const std::string& name, Handle handle = {},
                RestartType restart = RestartType::permanent) {
    scripts_[name].handle = std::move(handle);
    return *spawn_prepared(name, restart);
  }
  Result<Address> spawn_prepared(const std::string& name,
                                 RestartType restart = RestartType::permanent) {
    Scripted::Script& script = scripts_[name];
    return node_.spawn(
        {.name = name,
         .restart = restart,
         .spec = native_spec([&script] { return std::make_unique<Scripted>(script); }),
         .config = {}});
  }
  std::vector<std::string>& seen(const std::string& name) { return scripts_[name].seen; }
  ActorStatus status(const std::string& name) {
    for (const ActorStatus& one : node_.core().roster().actors()) {
      if (one.name == "test/" + name) return one;
    }
    return {};
  }

  std::map<std::string, Scripted::Script> scripts_;
  SimNode node_{{.workers = 3, .seed = 7}};
};

Outcome echo(Turn&, std::string_view text) { return Outcome::answer(text); }

Outcome crash_on_crash(Turn& turn, std::string_view text) {
  return text == "crash" ? Outcome::crash("told to") : echo(turn, text);
}

TEST_F(NodeCoreTest, AnswersARequestFromOutside) {
  const Address actor = spawn("echo", echo);
  const Result<Bytes> answer = node_.request(actor, "hello");
  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_EQ(as_text(*answer), "hello");
}

TEST_F(NodeCoreTest, FailsARequestByWhatTheHandlerDid) {
  const Address dropper = spawn("dropper");
  const Address failing = spawn("failing", [](Turn&, auto) { return Outcome::error("no"); });
  const Address crashing = spawn("crashing", [](Turn&, auto) { return Outcome::crash("boom"); });
  const Address silent = spawn("silent", [](Turn& turn, auto) {
    (void)turn.responder_for_later();
    return Outcome();
  });
  EXPECT_EQ(node_.request(dropper, "x").error().code, ErrorCode::unavailable);
  EXPECT_EQ(node_.request(failing, "x").error().code, ErrorCode::internal);
  EXPECT_EQ(node_.request(failing, "x").error().message, "no");
  EXPECT_EQ(node_.request(crashing, "x").error().code, ErrorCode::unavailable);
  EXPECT_EQ(node_.request(silent, "x").error().code, ErrorCode::timed_out);
}

TEST_F(NodeCoreTest, KeepsOrderBetweenTwoActorsOnDifferentWorkers) {
  spawn("receiver");
  const Address sender = spawn("sender", [](Turn& turn, auto) {
    const Address to = *turn.find("receiver");
    for (int i = 0; i < 500; ++i) EXPECT_TRUE(turn.send(to, as_bytes(std::to_string(i))));
    return Outcome();
  });
  node_.send(sender, "go");
  ASSERT_EQ(seen("receiver").size(), 500U);
  for (std::size_t i = 0; i < 500; ++i) EXPECT_EQ(seen("receiver")[i], std::to_string(i));
}

TEST_F(NodeCoreTest, UndoesWhatACrashedHandlerAskedFor) {
  spawn("other");
  const Address actor = spawn("actor", [](Turn& turn, std::string_view text) {
    EXPECT_TRUE(turn.send(*turn.find("other"), text.empty() ? as_bytes("e") : as_bytes(text)));
    return text == "crash" ? Outcome::crash("now") : Outcome();
  });
  node_.send(actor, "crash");
  node_.send(actor, "fine");
  EXPECT_EQ(seen("other"), std::vector<std::string>{"fine"});
}

TEST_F(NodeCoreTest, RestartsAtTheSameAddressAndKeepsWhatWaited) {
  const Address actor = spawn("actor", crash_on_crash);
  (void)node_.core().send(actor, as_bytes("crash"));
  (void)node_.core().send(actor, as_bytes("after"));
  node_.run_until_idle();
  EXPECT_EQ(seen("actor"), (std::vector<std::string>{"crash", "after"}));
  EXPECT_EQ(status("actor").lives, 2U);
  ASSERT_EQ(node_.exits().size(), 1U);
  EXPECT_EQ(node_.exits()[0].exit, Exit::crashed("told to"));
  EXPECT_EQ(node_.exits()[0].decision, "restarted");
}

TEST_F(NodeCoreTest, EndsTheNodeWhenASupervisorGivesUp) {
  const Address actor = spawn("actor", crash_on_crash);
  spawn("neighbour");
  for (int i = 0; i < 3; ++i) node_.send(actor, "crash");
  EXPECT_FALSE(node_.end());
  node_.send(actor, "crash");
  node_.advance(seconds(1));
  ASSERT_TRUE(node_.end());
  EXPECT_TRUE(node_.end()->failed);
  EXPECT_NE(node_.end()->reason.find("'root'"), std::string::npos) << node_.end()->reason;
  EXPECT_EQ(seen("neighbour"), std::vector<std::string>{"stop"});
}

TEST_F(NodeCoreTest, ForgetsRestartsThatLieBeforeTheWindow) {
  const Address actor = spawn("actor", crash_on_crash);
  for (int i = 0; i < 20; ++i) {
    node_.send(actor, "crash");
    node_.advance(seconds(21));
  }
  EXPECT_FALSE(node_.end());
  EXPECT_EQ(status("actor").lives, 21U);
}

TEST_F(NodeCoreTest, TellsTheAgeOfThePresentLife) {
  const Address actor = spawn("actor", crash_on_crash);
  node_.advance(seconds(30));
  EXPECT_EQ(status("actor").age, seconds(30));
  node_.send(actor, "crash");
  EXPECT_EQ(status("actor").lives, 2U);
  EXPECT_EQ(status("actor").age, seconds(0)) << "a restart begins a new life";
  node_.advance(seconds(5));
  EXPECT_EQ(node_.core().roster().actor(actor)->age, seconds(5));
  EXPECT_FALSE(node_.core().roster().actor(nobody));
}

TEST_F(NodeCoreTest, ShowsOnlyWhoFitsAQuery) {
  constexpr int many = 2'500;  // More than are looked at at one time.
  const Roster& roster = node_.core().roster();
  for (int i = 0; i < many; ++i) spawn(fmt::format("old-{:04}", i));
  node_.advance(seconds(60));
  spawn("young");
  const auto names = [](const ActorList& list) {
    std::vector<std::string> all;
    all.reserve(list.actors.size());
    for (const ActorStatus& one : list.actors) all.push_back(one.name);
    return all;
  };
  const ActorList first = roster.actors({.name = "old-*", .limit = 2}, "test");
  EXPECT_EQ(names(first), (std::vector<std::string>{"test/old-0000", "test/old-0001"}));
  EXPECT_EQ(first.more, many - 2U);
  EXPECT_EQ(first.actors.at(0).age, seconds(60));
  const ActorList next =
      roster.actors({.name = "old-*", .after = "test/old-2497", .limit = 2}, "test");
  EXPECT_EQ(names(next), (std::vector<std::string>{"test/old-2498", "test/old-2499"}));
  EXPECT_EQ(next.more, 0U);
  EXPECT_EQ(names(roster.actors({.younger_than = seconds(1)}, "test")),
            std::vector<std::string>{"test/young"});
  EXPECT_EQ(roster.actors({.older_than = seconds(60), .limit = 0}, "test").more,
            static_cast<std::uint64_t>(many));
  EXPECT_EQ(roster.actors({.state = ActorState::ended, .limit = 0}, "test").more, 0U);
  EXPECT_EQ(roster.actors({.component = "native:test", .limit = 0}, "test").more, many + 1U);
}

TEST_F(NodeCoreTest, LeasesANameOverAllLivesOfItsActor) {
  Scripted::Script& asker = scripts_["asker"];
  asker.handle = [](Turn& turn, std::string_view name) {
    const auto found = turn.find(name);
    return Outcome::answer(found ? to_string(*found) : std::string(to_string(found.error())));
  };
  auto spec = native_spec([&asker] { return std::make_unique<Scripted>(asker); });
  spec->grants = *GrantSet::compile({.find = {"actor"}}, "test");
  const Address who_asks = *node_.spawn({.name = "asker", .spec = spec, .config = {}});
  const auto found = [&] { return std::string(as_text(*node_.request(who_asks, "actor"))); };

  const Address actor = spawn("actor", crash_on_crash, RestartType::transient);
  for (int life = 1; life < 4; ++life) {
    EXPECT_EQ(found(), to_string(actor)) << "life " << life;
    EXPECT_EQ(node_.core().registry().label(actor), "test/actor");
    EXPECT_FALSE(spawn_prepared("actor")) << "taken, whatever life it is";
    node_.send(actor, "crash");
    node_.advance(seconds(1));
    EXPECT_EQ(status("actor").lives, static_cast<std::uint64_t>(life) + 1);
  }
  node_.core().control().post(
      [&] { node_.core().control().stop(actor, seconds(1), [](const Result<void>&) {}); });
  node_.run_until_idle();
  EXPECT_EQ(found(), "gone") << "free when the last life has ended";
  const Address next = spawn("actor");
  EXPECT_NE(next, actor);
  EXPECT_EQ(found(), to_string(next));
}

TEST_F(NodeCoreTest, RefusesAStartThatFailsAndLeavesNothing) {
  scripts_["bad"].start = [](Turn& turn, BytesView) {
    EXPECT_TRUE(turn.send(turn.self(), as_bytes("never")));
    return Outcome::error("no config");
  };
  const Result<Address> address = spawn_prepared("bad");
  ASSERT_FALSE(address);
  EXPECT_NE(address.error().message.find("no config"), std::string::npos);
  EXPECT_TRUE(node_.core().roster().actors().empty());
  EXPECT_FALSE(node_.core().registry().find("test/bad"));
  EXPECT_TRUE(seen("bad").empty());
}

TEST_F(NodeCoreTest, StopsForGoodWhenAskedTo) {
  const Address actor = spawn("actor");
  std::optional<Result<void>> stopped;
  node_.core().control().post([&] {
    node_.core().control().stop(actor, seconds(1),
                                [&](const Result<void>& done) { stopped = done; });
  });
  node_.run_until_idle();
  ASSERT_TRUE(stopped);
  EXPECT_EQ(seen("actor"), std::vector<std::string>{"stop"});
  EXPECT_EQ(node_.core().send(actor, {}).error().code, ErrorCode::not_found);
  EXPECT_EQ(node_.exits().at(0).exit, Exit::normal());
}

TEST_F(NodeCoreTest, JudgesAKillByTheRestartType) {
  const Address permanent = spawn("permanent");
  const Address temporary = spawn("temporary", {}, RestartType::temporary);
  for (const Address one : {permanent, temporary}) {
    node_.core().control().post([&, one] { node_.core().control().kill(one, [](const auto&) {}); });
  }
  node_.run_until_idle();
  EXPECT_EQ(status("permanent").lives, 2U);
  EXPECT_EQ(status("temporary").lives, 0U) << "gone";
}

TEST_F(NodeCoreTest, TellsAWatcherOnceHowTheLifeEnded) {
  const Address target = spawn("target", crash_on_crash);
  const Address watcher = spawn("watcher", [](Turn& turn, std::string_view text) {
    if (text == "watch") {
      EXPECT_TRUE(turn.watch(*turn.find("target")));
    }
    if (text == "unwatch") {
      EXPECT_TRUE(turn.unwatch(2));
    }
    return Outcome();
  });
  node_.send(watcher, "watch");
  node_.send(target, "crash");
  node_.send(target, "crash");
  node_.advance(seconds(1));  // The second restart waits.
  node_.send(watcher, "watch");
  node_.send(watcher, "unwatch");
  node_.send(target, "crash");
  EXPECT_EQ(seen("watcher"), (std::vector<std::string>{"watch", "exited 1 crashed(\"told to\")",
                                                       "watch", "unwatch"}));
}

TEST_F(NodeCoreTest, SettlesARequestOnceAndCountsTheRest) {
  Responder owed;
  const Address slow = spawn("slow", [&](Turn& turn, std::string_view text) {
    if (text == "ask") owed = *turn.responder_for_later();
    if (text == "give") {
      EXPECT_TRUE(turn.answer(owed, as_bytes("late")));
    }
    return Outcome();
  });
  const Address asker = spawn("asker", [](Turn& turn, auto) {
    EXPECT_TRUE(turn.request(*turn.find("slow"), as_bytes("ask"), milliseconds(50)));
    return Outcome();
  });
  node_.send(asker, "go");
  node_.advance(milliseconds(49));
  EXPECT_EQ(seen("asker"), std::vector<std::string>{"go"});
  node_.advance(milliseconds(1));
  node_.send(slow, "give");
  EXPECT_EQ(seen("asker"), (std::vector<std::string>{"go", "answered 1 failure: timed-out"}));
  std::uint64_t orphans = 0;
  for (const auto& worker : node_.core().workers()) orphans += worker->counters().orphans;
  EXPECT_EQ(orphans, 1U);
}

TEST_F(NodeCoreTest, CancelsARequestWithOneOutcome) {
  spawn("silent", [](Turn& turn, auto) {
    (void)turn.responder_for_later();
    return Outcome();
  });
  const Address asker = spawn("asker", [](Turn& turn, std::string_view text) {
    const Address to = *turn.find("silent");
    if (text == "ask") {
      EXPECT_TRUE(turn.request(to, {}, seconds(9)));
    }
    if (text == "cancel") {
      EXPECT_TRUE(turn.cancel_request(1));
    }
    if (text == "both") {
      const auto number = turn.request(to, {}, seconds(9));
      EXPECT_TRUE(turn.cancel_request(*number));
    }
    return Outcome();
  });
  for (const char* text : {"ask", "cancel", "both"}) node_.send(asker, text);
  node_.advance(seconds(20));
  EXPECT_EQ(seen("asker"),
            (std::vector<std::string>{"ask", "cancel", "answered 1 failure: cancelled", "both",
                                      "answered 2 failure: cancelled"}));
  EXPECT_EQ(status("silent").received, 1U) << "the second request was never sent";
}

TEST_F(NodeCoreTest, TellsTheAskerWhenTheReceiverDies) {
  const Address receiver = spawn("receiver", [](Turn& turn, std::string_view text) {
    if (text == "keep") {
      (void)turn.responder_for_later();
      return Outcome();
    }
    return Outcome::crash("end");
  });
  const Address asker = spawn("asker", [](Turn& turn, auto) {
    EXPECT_TRUE(turn.request(*turn.find("receiver"), as_bytes("keep"), seconds(9)));
    return Outcome();
  });
  node_.send(asker, "go");
  node_.send(receiver, "crash");
  EXPECT_EQ(seen("asker"), (std::vector<std::string>{"go", "answered 1 failure: receiver-exited"}));
}

TEST_F(NodeCoreTest, RefusesWhatHasNoReceiver) {
  const Address gone = spawn("gone", {}, RestartType::temporary);
  const Address asker = spawn("asker", [&](Turn& turn, auto) {
    EXPECT_EQ(turn.send(gone, {}).error(), Refusal::gone);
    EXPECT_EQ(turn.find("nobody").error(), Refusal::gone);
    EXPECT_EQ(turn.find("Not A Name").error(), Refusal::invalid);
    return Outcome();
  });
  node_.core().control().post([&] { node_.core().control().kill(gone, [](const auto&) {}); });
  node_.run_until_idle();
  node_.send(asker, "go");
  EXPECT_EQ(seen("asker").size(), 1U);
}

TEST_F(NodeCoreTest, KeepsTheRhythmOfAPeriodicTimer) {
  const Address actor = spawn("actor", [](Turn& turn, std::string_view text) {
    if (text == "start") {
      EXPECT_TRUE(turn.start_timer(milliseconds(10), milliseconds(20)));
    }
    if (text == "once") {
      EXPECT_TRUE(turn.start_timer(milliseconds(5), std::nullopt));
    }
    if (text == "cancel") {
      EXPECT_TRUE(turn.cancel_timer(1));
    }
    return Outcome();
  });
  node_.send(actor, "start");
  node_.advance(milliseconds(10));
  node_.advance(milliseconds(19));
  EXPECT_EQ(seen("actor").size(), 2U);
  node_.advance(milliseconds(1));
  node_.send(actor, "cancel");
  node_.send(actor, "once");
  node_.advance(seconds(1));
  EXPECT_EQ(seen("actor"),
            (std::vector<std::string>{"start", "fired 1", "fired 1", "cancel", "once", "fired 2"}));
}

TEST_F(NodeCoreTest, PublishesToEverySubscriberOnEveryWorker) {
  const auto subscriber = [](Turn& turn, std::string_view text) {
    if (text == "in") {
      EXPECT_TRUE(turn.subscribe("news.*"));
    }
    if (text == "out") {
      EXPECT_TRUE(turn.unsubscribe(1));
    }
    return Outcome();
  };
  std::vector<Address> all;
  for (const char* name : {"a", "b", "c", "d"}) all.push_back(spawn(name, subscriber));
  const Address publisher = spawn("publisher", [](Turn& turn, std::string_view text) {
    const auto done = turn.publish("news.sport", as_bytes(text));
    return done ? Outcome() : Outcome::error(std::string(to_string(done.error())));
  });
  EXPECT_EQ(node_.request(publisher, "x").error().message, "no-subscriber");
  for (const Address one : all) node_.send(one, "in");
  node_.send(all[1], "out");
  node_.send(publisher, "goal");
  EXPECT_EQ(seen("a"), (std::vector<std::string>{"in", "event 1 news.sport goal"}));
  EXPECT_EQ(seen("b"), (std::vector<std::string>{"in", "out"}));
  EXPECT_EQ(seen("d"), (std::vector<std::string>{"in", "event 1 news.sport goal"}));
}

// Spawns on a node of one worker: what one turn sends has not been handled when the next sends.
Address spawn_on(SimNode& node, const std::string& name, Scripted::Script& script,
                 MailboxBounds mailbox = {}) {
  auto spec = native_spec([&script] { return std::make_unique<Scripted>(script); });
  spec->mailbox = mailbox;
  const auto actor = node.spawn({.name = name, .spec = std::move(spec), .config = {}});
  node.run_until_idle();
  return *actor;
}

TEST(NodeCoreMailbox, TellsTheSenderThatItIsFull) {
  SimNode node({.workers = 1});
  Scripted::Script script;
  const Address receiver = spawn_on(node, "receiver", script, {.messages = 2});
  std::vector<std::string> said;
  Scripted::Script sends;
  sends.handle = [&](Turn& turn, std::string_view text) {
    const auto sent = turn.send(receiver, as_bytes(text));
    said.emplace_back(sent ? "ok" : to_string(sent.error()));
    return Outcome();
  };
  const Address sender = spawn_on(node, "sender", sends);
  for (const char* text : {"1", "2", "3"}) EXPECT_TRUE(node.core().send(sender, as_bytes(text)));
  node.run_until_idle();
  EXPECT_EQ(said, (std::vector<std::string>{"ok", "ok", "busy"}));
  EXPECT_EQ(script.seen, (std::vector<std::string>{"1", "2"}));
}

// What goes beyond the bytes is kept if it was let in; then it is full, for the smallest too.
TEST(NodeCoreMailbox, IsFullWhenItsBytesAre) {
  struct Row {
    std::vector<std::size_t> sizes;
    std::vector<std::string> said;
  };
  const std::array rows{
      Row{{60, 39, 0, 1, 0}, {"ok", "ok", "ok", "ok", "busy"}},
      Row{{60, 40, 0, 1}, {"ok", "ok", "busy", "busy"}},
      Row{{60, 41, 0, 1}, {"ok", "ok", "busy", "busy"}},
      Row{{99, 1'000, 0}, {"ok", "ok", "busy"}},
      Row{{100, 0}, {"ok", "busy"}},
      Row{{101, 0}, {"ok", "busy"}},
  };
  for (const Row& row : rows) {
    SCOPED_TRACE(&row - rows.data());
    SimNode node({.workers = 1});
    Scripted::Script script;
    const Address receiver = spawn_on(node, "receiver", script, {.bytes = 100});
    std::vector<std::string> said;
    Scripted::Script sends;
    sends.handle = [&](Turn& turn, std::string_view size) {
      const auto sent = turn.send(receiver, Bytes(std::stoul(std::string(size))));
      said.emplace_back(sent ? "ok" : to_string(sent.error()));
      return Outcome();
    };
    const Address sender = spawn_on(node, "sender", sends);
    for (const std::size_t size : row.sizes) {
      EXPECT_TRUE(node.core().send(sender, as_bytes(std::to_string(size))));
    }
    node.run_until_idle();
    EXPECT_EQ(said, row.said);
    EXPECT_EQ(static_cast<std::ptrdiff_t>(script.seen.size()),
              std::ranges::count(row.said, std::string("ok")));
  }
}

// It does not know of what its mailbox will refuse before it looks.
TEST(NodeCoreInbox, TakesNoMoreFromOutsideThanFromWorkers) {
  SimNode node({.workers = 1, .inbox_messages = 3});
  Scripted::Script script;
  const Address actor = spawn_on(node, "actor", script);
  for (const char* text : {"1", "2", "3"}) EXPECT_TRUE(node.core().send(actor, as_bytes(text)));
  for (int again = 0; again < 2; ++again) {
    const auto sent = node.core().send(actor, as_bytes("4"));
    ASSERT_FALSE(sent);
    EXPECT_EQ(sent.error().code, ErrorCode::overloaded);
    EXPECT_EQ(sent.error().message,
              "the worker of 'test/actor' has not taken 3 messages yet; try later");
  }
  node.run_until_idle();
  EXPECT_TRUE(node.core().send(actor, as_bytes("5")));
  node.run_until_idle();
  EXPECT_EQ(script.seen, (std::vector<std::string>{"1", "2", "3", "5"}));
}

TEST_F(NodeCoreTest, BoundsWhatOneHandlerMayAskFor) {
  spawn("receiver");
  const Address actor = spawn("actor", [](Turn& turn, std::string_view text) {
    const Address to = *turn.find("receiver");
    if (text == "many") {
      for (int i = 0; i < 1'024; ++i) EXPECT_TRUE(turn.send(to, {}));
      EXPECT_EQ(turn.send(to, {}).error(), Refusal::over_quota);
    } else {
      const Bytes mebibyte(limits::MiB);
      for (int i = 0; i < 4; ++i) EXPECT_TRUE(turn.send(to, mebibyte));
      EXPECT_EQ(turn.send(to, as_bytes("1")).error(), Refusal::too_large);
      EXPECT_TRUE(turn.send(to, {}));
      const Bytes more(limits::MiB + 1);
      EXPECT_EQ(turn.send(to, more).error(), Refusal::too_large);
    }
    return Outcome();
  });
  node_.send(actor, "many");
  EXPECT_EQ(seen("receiver").size(), 1'024U);
  node_.send(actor, "large");
  EXPECT_EQ(seen("receiver").size(), 1'029U);
}

TEST_F(NodeCoreTest, LetsHigherPrioritiesGoFirstWithoutStarvingLower) {
  const Address receiver = spawn("receiver");
  const Address sender = spawn("sender", [&](Turn& turn, auto) {
    for (int i = 0; i < 40; ++i) {
      EXPECT_TRUE(turn.send(receiver, as_bytes("high"), {.priority = Priority::high}));
      if (i == 0) {
        EXPECT_TRUE(turn.send(receiver, as_bytes("low"), {.priority = Priority::low}));
      }
    }
    return Outcome();
  });
  node_.send(sender, "go");
  const auto& order = seen("receiver");
  const auto low = std::ranges::find(order, "low") - order.begin();
  EXPECT_GE(low, 1);
  EXPECT_LE(low, 17);
}

TEST_F(NodeCoreTest, SendsNothingThatHasNoTimeToLive) {
  const Address receiver = spawn("receiver", echo);
  const Address sender = spawn("sender", [&](Turn& turn, auto) {
    EXPECT_EQ(turn.send(receiver, {}, {.ttl_ms = 0}).error(), Refusal::invalid);
    EXPECT_TRUE(turn.send(receiver, as_bytes("live"), {.ttl_ms = 1}));
    return Outcome();
  });
  node_.send(sender, "go");
  EXPECT_EQ(seen("receiver"), std::vector<std::string>{"live"});
}

TEST_F(NodeCoreTest, SpawnsChildrenThatEndWithTheirSpawner) {
  Scripted::Script& child = scripts_["child"];
  child.handle = crash_on_crash;
  Scripted::Script& parent = scripts_["parent"];
  parent.handle = [](Turn& turn, std::string_view text) {
    if (text == "spawn") {
      const auto address = turn.spawn("kid", "kid-1", as_bytes("config"));
      EXPECT_TRUE(address);
      EXPECT_TRUE(turn.send(*address, as_bytes("first")));
      EXPECT_EQ(turn.spawn("kid", "kid-1", {}).error(), Refusal::name_taken);
      EXPECT_EQ(turn.spawn("other", {}, {}).error(), Refusal::denied);
    }
    if (text == "crash") return Outcome::crash("parent");
    if (text == "undo") {
      EXPECT_TRUE(turn.spawn("kid", "kid-2", {}));
      return Outcome::crash("undone");
    }
    return Outcome::answer(std::to_string(turn.children().size()));
  };
  auto spec = native_spec([&] { return std::make_unique<Scripted>(parent); });
  const auto kid = native_spec([&] { return std::make_unique<Scripted>(child); });
  kid->stop_budget = seconds(3);
  spec->add_template("kid", {.spec = kid.get()});
  const Address address = *node_.spawn({.name = "parent", .spec = spec, .config = {}});
  node_.send(address, "spawn");
  EXPECT_EQ(seen("child"), std::vector<std::string>{"first"});
  EXPECT_EQ(as_text(*node_.request(address, "count")), "1");
  node_.send(address, "undo");
  EXPECT_FALSE(node_.core().registry().find("test/kid-2"));
  EXPECT_FALSE(node_.core().registry().find("test/kid-1")) << "stopped with its spawner's life";
  EXPECT_EQ(child.stop_budget, seconds(3)) << "its own";
  EXPECT_EQ(as_text(*node_.request(address, "count")), "0");
  node_.send(address, "spawn");
  node_.send(*node_.core().registry().find("test/kid-1"), "crash");
  EXPECT_FALSE(node_.core().registry().find("test/kid-1")) << "temporary: not restarted";
  EXPECT_EQ(as_text(*node_.request(address, "count")), "0");
}

TEST_F(NodeCoreTest, EndsASpawnerWhoseChildrenFailTooOften) {
  Scripted::Script& child = scripts_["child"];
  child.handle = crash_on_crash;
  Scripted::Script& parent = scripts_["parent"];
  parent.handle = [](Turn& turn, std::string_view text) {
    if (text == "spawn") {
      // So many that some are left when the failing one has gone.
      for (int number = 1; number <= 9; ++number) {
        EXPECT_TRUE(turn.spawn("kid", fmt::format("kid-{}", number), {}));
      }
    }
    return Outcome::answer(std::to_string(turn.children().size()));
  };
  auto spec = native_spec([&] { return std::make_unique<Scripted>(parent); });
  const auto kid = native_spec([&] { return std::make_unique<Scripted>(child); });
  spec->add_template("kid", {.spec = kid.get(), .restart = RestartType::transient});
  const Address address = *node_.spawn({.name = "parent", .spec = spec, .config = {}});
  node_.send(address, "spawn");
  const Address failing = *node_.core().registry().find("test/kid-1");
  for (int crashes = 0; crashes < 3; ++crashes) {
    node_.send(failing, "crash");
    node_.advance(seconds(1));
  }
  EXPECT_EQ(as_text(*node_.request(address, "count")), "9") << "three are taken for bad luck";
  (void)node_.take_exits();
  node_.send(failing, "crash");
  const std::vector<ExitEvent> exits = node_.take_exits();
  const auto end = std::ranges::find(exits, std::string_view("test/parent"), &ExitEvent::name);
  ASSERT_NE(end, exits.end());
  EXPECT_EQ(end->exit, Exit::crashed("children: restart intensity"));
  EXPECT_FALSE(node_.core().registry().find("test/kid-2")) << "stopped with it";
  EXPECT_EQ(as_text(*node_.request(address, "count")), "0") << "a new life";
}

TEST_F(NodeCoreTest, ExitsWhenTheHandlerAskedForIt) {
  const Address actor = spawn(
      "actor",
      [](Turn& turn, std::string_view text) {
        turn.exit(text == "ok" ? std::nullopt : std::optional<std::string_view>("asked"));
        return Outcome::answer("bye");
      },
      RestartType::transient);
  EXPECT_EQ(as_text(*node_.request(actor, "bad")), "bye") << "its effects happen";
  EXPECT_EQ(node_.exits().at(0).exit, Exit::crashed("asked"));
  EXPECT_EQ(as_text(*node_.request(actor, "ok")), "bye");
  EXPECT_EQ(node_.exits().at(1).exit, Exit::normal());
  EXPECT_EQ(node_.exits().at(1).decision, "ended: transient, and it ended well");
}

// As for the sake of a sibling, and with the node.
TEST_F(NodeCoreTest, GivesEachChildItsOwnTimeToStop) {
  node_.core().control().post([&] {
    node_.core().control().add_supervisor("together", {.strategy = Strategy::one_for_all});
  });
  for (const auto& [name, budget] : {std::pair("patient", seconds(7)), {"hasty", seconds(2)}}) {
    Scripted::Script& script = scripts_[name];
    script.handle = crash_on_crash;
    auto spec = native_spec([&script] { return std::make_unique<Scripted>(script); });
    spec->stop_budget = budget;
    ASSERT_TRUE(node_.spawn({.name = name, .supervisor = "together", .spec = spec, .config = {}}));
  }
  (void)node_.request(*node_.core().registry().find("test/hasty"), "crash");
  EXPECT_EQ(scripts_["patient"].stop_budget, seconds(7));
  scripts_["patient"].stop_budget = {};
  node_.core().control().post([&] { node_.core().control().end_node({}, seconds(60)); });
  node_.run_until_idle();
  ASSERT_TRUE(node_.end());
  EXPECT_EQ(scripts_["patient"].stop_budget, seconds(7));
  EXPECT_EQ(scripts_["hasty"].stop_budget, seconds(2));
}

TEST_F(NodeCoreTest, StopsInReverseOrderOfStart) {
  std::vector<std::string> order;
  for (const char* name : {"a", "b", "c"}) spawn(name);
  node_.core().control().post([&] { node_.core().control().end_node({}, seconds(5)); });
  node_.run_until_idle();
  ASSERT_TRUE(node_.end());
  EXPECT_FALSE(node_.end()->failed);
  ASSERT_EQ(node_.exits().size(), 3U);
  EXPECT_EQ(node_.exits()[0].name, "test/c");
  EXPECT_EQ(node_.exits()[2].name, "test/a");
}

}  // namespace
}  // namespace troupe
