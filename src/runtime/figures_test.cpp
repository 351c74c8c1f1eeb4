// Proves what an actor's status says of how it gets on: ages, times, reasons. Simulated time.

#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "actor/cell.hpp"
#include "base/limits.hpp"
#include "grant/grant.hpp"
#include "runtime/sim_node.hpp"

namespace troupe {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

class Doing final : public Actor {
 public:
  using Handle = std::function<Outcome(Turn&, std::string_view)>;
  explicit Doing(const Handle& handle) : handle_(handle) {}
  Outcome handle(Turn& turn, BytesView message) override { return handle_(turn, as_text(message)); }

 private:
  const Handle& handle_;
};

class Figures : public testing::Test {
 protected:
  // `kid`: what it may spawn.
  Address spawn(const std::string& name, const Doing::Handle& handle, MailboxBounds mailbox = {},
                const ActorSpec* kid = nullptr) {
    auto spec = native_spec([&handle] { return std::make_unique<Doing>(handle); });
    spec->mailbox = mailbox;
    if (kid != nullptr) spec->add_template("kid", {.spec = kid});
    return *node_.spawn({.name = name, .spec = std::move(spec), .config = {}});
  }
  ActorStatus status(const std::string& name) {
    for (const ActorStatus& one : node_.core().roster().actors()) {
      if (one.name == "test/" + name) return one;
    }
    return {};
  }

  SimNode node_{{.workers = 1, .seed = 3}};
};

// They are as large as all else that an actor is.
TEST_F(Figures, TakeNoMemoryBeforeTheFirstMessage) {
  const Doing::Handle idle = [](Turn&, std::string_view) { return Outcome{}; };
  const Address actor = spawn("idle", idle);
  const auto has_figures = [&] {
    std::optional<bool> has;
    node_.core().registry().read(
        actor, [&](const Cell& cell) { has = cell.activity_if_any() != nullptr; });
    return has;
  };
  EXPECT_EQ(status("idle").state, ActorState::ready);
  EXPECT_EQ(has_figures(), false);
  node_.send(actor, "now");
  EXPECT_EQ(has_figures(), true);
}

TEST_F(Figures, ShowTheOldestUnansweredRequest) {
  std::vector<Responder> owed;
  const Doing::Handle silent = [&](Turn& turn, std::string_view text) {
    if (text != "answer") {
      owed.push_back(*turn.responder_for_later());
      return Outcome{};
    }
    EXPECT_TRUE(turn.answer(owed.front(), {}));
    owed.erase(owed.begin());
    return Outcome{};
  };
  Address other;
  const Doing::Handle asking = [&](Turn& turn, std::string_view) {
    EXPECT_TRUE(turn.request(other, {}, seconds(60)));
    return Outcome{};
  };
  other = spawn("silent", silent);
  const Address asker = spawn("asker", asking);
  EXPECT_FALSE(status("asker").oldest_request);
  for (int i = 0; i < 3; ++i) {
    node_.send(asker, "ask");
    node_.advance(seconds(1));
  }
  EXPECT_EQ(status("asker").oldest_request, seconds(3));
  node_.send(other, "answer");
  EXPECT_EQ(status("asker").oldest_request, seconds(2));
  node_.send(other, "answer");
  node_.send(other, "answer");
  EXPECT_FALSE(status("asker").oldest_request);
  // The next one counts from its own beginning; a life that ends owes nobody a wait.
  node_.send(asker, "ask");
  node_.advance(seconds(5));
  EXPECT_EQ(status("asker").oldest_request, seconds(5));
  node_.core().control().post([&] { node_.core().control().kill(asker, [](const auto&) {}); });
  node_.run_until_idle();
  EXPECT_FALSE(status("asker").oldest_request);
}

TEST_F(Figures, ShowTheTimeThatTurnsTake) {
  const Doing::Handle slow = [&](Turn&, std::string_view) {
    node_.clock().advance(milliseconds(3));
    return Outcome{};
  };
  const Doing::Handle idle = [](Turn&, std::string_view) { return Outcome{}; };
  const Address actor = spawn("slow", slow);
  (void)spawn("idle", idle);
  for (int i = 0; i < 10; ++i) node_.send(actor, "x");
  EXPECT_EQ(status("slow").turn_time, milliseconds(30));
  EXPECT_EQ(status("idle").turn_time, milliseconds(0));
}

TEST_F(Figures, ShowHowLongTheOldestMessageHasWaitedAtMost) {
  // What is sent says when; while it is handled, the status is held against the truth.
  std::vector<Instant> sent;
  std::size_t handled = 0;
  const Doing::Handle slow = [&](Turn&, std::string_view) {
    ++handled;
    node_.clock().advance(milliseconds(1));
    return Outcome{};
  };
  const Address actor = spawn("slow", slow);
  EXPECT_FALSE(status("slow").oldest_queued);
  Worker& worker = *node_.core().workers()[0];
  std::size_t looks = 0;
  for (int burst = 0; burst < 20; ++burst) {
    for (int i = 0; i < 7; ++i) {
      ASSERT_TRUE(node_.core().send(actor, as_bytes("x")));
      sent.push_back(node_.clock().now());
    }
    (void)worker.step();  // A turn of two milliseconds: the backlog grows.
    const ActorStatus now = status("slow");
    ASSERT_EQ(now.queued, sent.size() - handled);
    ASSERT_TRUE(now.oldest_queued);
    const Duration truth = node_.clock().now() - sent[handled];
    EXPECT_GE(*now.oldest_queued, truth);
    // At most the time that it took to get through what had come before.
    EXPECT_LE(*now.oldest_queued, 3 * truth + milliseconds(3));
    ++looks;
  }
  EXPECT_EQ(looks, 20U);
  node_.run_until_idle();
  EXPECT_FALSE(status("slow").oldest_queued);
}

TEST_F(Figures, CountRefusalsByReason) {
  Address full;
  const Doing::Handle idle = [](Turn&, std::string_view) { return Outcome{}; };
  const Doing::Handle sending = [&](Turn& turn, std::string_view text) {
    if (text == "fill") {
      EXPECT_TRUE(turn.send(full, {}));
      return Outcome{};
    }
    EXPECT_FALSE(turn.send(full, {}));
    EXPECT_FALSE(turn.request(full, {}, seconds(1)));
    EXPECT_FALSE(turn.request(full, {}, Duration{0}));
    EXPECT_FALSE(turn.send({.slot = 77, .generation = 1}, {}));
    EXPECT_FALSE(turn.publish("nobody.listens", {}));
    EXPECT_FALSE(turn.publish("not a topic", {}));
    EXPECT_FALSE(turn.find("nobody"));
    EXPECT_FALSE(turn.spawn("kid", "full", {}));
    return Outcome{};
  };
  const auto kid = native_spec([&idle] { return std::make_unique<Doing>(idle); });
  full = spawn("full", idle, {.messages = 1});
  const Address sender = spawn("sender", sending, {}, kid.get());
  // Both in one turn, in which the other has none.
  ASSERT_TRUE(node_.core().send(sender, as_bytes("fill")));
  ASSERT_TRUE(node_.core().send(sender, as_bytes("try")));
  node_.run_until_idle();
  const ActorStatus now = status("sender");
  const auto count = [&](Refusal why) {
    return now.refused_by.at(static_cast<std::size_t>(std::to_underlying(why)));
  };
  EXPECT_EQ(count(Refusal::busy), 2U);
  EXPECT_EQ(count(Refusal::gone), 2U);
  EXPECT_EQ(count(Refusal::name_taken), 1U);
  EXPECT_EQ(count(Refusal::no_subscriber), 1U);
  EXPECT_EQ(count(Refusal::invalid), 2U);
  EXPECT_EQ(now.refused(), 8U);
  EXPECT_EQ(status("full").refused(), 0U);
}

TEST_F(Figures, ShowHowMuchOfItsQuotasAnActorUses) {
  Address other;
  std::vector<std::uint64_t> timers;
  const Doing::Handle doing = [&](Turn& turn, std::string_view text) {
    if (text == "ask") {
      EXPECT_TRUE(turn.request(other, {}, seconds(60)));
    }
    if (text == "set") timers.push_back(*turn.start_timer(seconds(60), std::nullopt));
    if (text == "cancel") {
      EXPECT_TRUE(turn.cancel_timer(timers.back()));
    }
    if (text == "crash") return Outcome::crash("told to");
    return Outcome{};
  };
  std::vector<Responder> owed;
  const Doing::Handle silent = [&](Turn& turn, std::string_view text) {
    if (text == "answer") {
      EXPECT_TRUE(turn.answer(owed.back(), {}));
    } else {
      owed.push_back(*turn.responder_for_later());
    }
    return Outcome{};
  };
  other = spawn("silent", silent);
  const Address one = spawn("one", doing);
  for (const std::string_view text : {"ask", "ask", "set", "set", "set"}) node_.send(one, text);
  EXPECT_EQ(status("one").requests, 2U);
  EXPECT_EQ(status("one").timers, 3U);
  node_.send(other, "answer");
  node_.send(one, "cancel");
  EXPECT_EQ(status("one").requests, 1U);
  EXPECT_EQ(status("one").timers, 2U);
  node_.send(one, "crash");
  EXPECT_EQ(status("one").requests, 0U);
  EXPECT_EQ(status("one").timers, 0U);
}

TEST_F(Figures, CountWhatWasAcceptedAndNotDelivered) {
  const Doing::Handle says = [&](Turn& turn, std::string_view) {
    EXPECT_TRUE(turn.publish("news", {}));
    return Outcome{};
  };
  struct Listener final : Actor {
    Outcome handle(Turn& turn, BytesView message) override {
      if (as_text(message) == "listen") {
        EXPECT_TRUE(turn.subscribe("news"));
      }
      return as_text(message) == "crash" ? Outcome::crash("told to") : Outcome{};
    }
    Outcome event(Turn&, std::uint64_t, std::string_view, BytesView) override {
      return Outcome::crash("over an event");
    }
  };
  auto spec = native_spec([] { return std::make_unique<Listener>(); });
  spec->grants = *GrantSet::compile({.subscribe = {"#"}}, "test");
  const Address listener = *node_.spawn({.name = "listener", .spec = spec, .config = {}});
  auto saying = native_spec([&says] { return std::make_unique<Doing>(says); });
  saying->grants = *GrantSet::compile({.publish = {"#"}}, "test");
  const Address speaker = *node_.spawn({.name = "speaker", .spec = saying, .config = {}});
  node_.send(listener, "listen");
  node_.send(listener, "crash");
  EXPECT_EQ(status("listener").dead, 1U);
  node_.advance(seconds(10));
  node_.send(listener, "listen");
  node_.send(speaker, "say");
  EXPECT_EQ(status("listener").dead, 2U) << "an event is lost as a message is";
  const auto letters = node_.core().dead_letters().latest(10);
  ASSERT_EQ(letters.size(), 2U);
  EXPECT_EQ(letters[0].topic, "news");
  EXPECT_EQ(letters[0].reason, DeadReason::crashed);
  EXPECT_EQ(letters[1].topic, "");
  EXPECT_EQ(node_.core().counters().dead_by.at(std::to_underlying(DeadReason::crashed)), 2U);
}

TEST_F(Figures, ShowHowLongMessagesWaitForTheirTurns) {
  const Doing::Handle slow = [&](Turn&, std::string_view) {
    node_.clock().advance(milliseconds(3));  // So that each turn has one message.
    return Outcome{};
  };
  const Address actor = spawn("slow", slow);
  EXPECT_EQ(node_.core().counters().waits, MailboxWaits{});
  constexpr int bursts = 2 * limits::turns_a_look;
  for (int burst = 0; burst < bursts; ++burst) {
    for (int i = 0; i < 10; ++i) ASSERT_TRUE(node_.core().send(actor, as_bytes("x")));
    node_.run_until_idle();
  }
  const MailboxWaits waits = node_.core().counters().waits;
  EXPECT_GE(waits.looked_at, 10U * bursts / limits::turns_a_look - 1);
  EXPECT_LE(waits.looked_at, 10U * bursts / limits::turns_a_look + 1);
  // The last of a burst waits for nine others, and is not known to have waited for less.
  EXPECT_LE(waits.most, milliseconds(27 + 1));
  EXPECT_GE(waits.most, milliseconds(3));
  EXPECT_LE(waits.p50, waits.p99);
  EXPECT_LE(waits.p99, waits.most + waits.most / 32);
}

TEST_F(Figures, AddUpForTheNode) {
  const Doing::Handle doing = [](Turn& turn, std::string_view text) {
    if (text == "crash") return Outcome::crash("told to");
    if (text == "ask") {
      EXPECT_TRUE(turn.request(*turn.find("silent"), {}, seconds(60)));
    }
    if (text == "to nobody") {
      EXPECT_FALSE(turn.send({.slot = 77, .generation = 1}, {}));
    }
    return Outcome{};
  };
  std::optional<Responder> owed;
  const Doing::Handle silent = [&](Turn& turn, std::string_view) {
    owed = turn.responder_for_later();
    return Outcome{};
  };
  const Address one = spawn("one", doing);
  const Address other = spawn("other", doing);
  (void)spawn("silent", silent);
  for (const std::string_view text : {"ask", "crash", "to nobody"}) node_.send(one, text);
  node_.send(other, "ask");
  node_.advance(seconds(2));
  NodeCounters counters = node_.core().counters();
  EXPECT_EQ(counters.actors_made, 3U);
  EXPECT_EQ(counters.actors_gone, 0U);
  EXPECT_EQ(counters.lives_ended, 1U);
  EXPECT_EQ(counters.lives_crashed, 1U);
  EXPECT_EQ(counters.received, 6U) << "four from outside, two requests";
  EXPECT_EQ(counters.handled, 5U) << "all but the one that it crashed over";
  EXPECT_EQ(counters.refused_by.at(std::to_underlying(Refusal::gone)), 1U);
  EXPECT_EQ(counters.dead_by.at(std::to_underlying(DeadReason::crashed)), 1U);
  const NodeGauges gauges = node_.core().roster().gauges();
  EXPECT_EQ(gauges.actors, 3U);
  EXPECT_EQ(gauges.queued, 0U);
  EXPECT_FALSE(gauges.oldest_queued);
  EXPECT_EQ(gauges.oldest_request, seconds(2));
  // What those have done who are gone stays counted.
  node_.core().control().post(
      [&] { node_.core().control().stop(other, seconds(1), [](const auto&) {}); });
  node_.run_until_idle();
  counters = node_.core().counters();
  EXPECT_EQ(counters.actors_gone, 1U);
  EXPECT_EQ(counters.received, 7U) << "and the order to stop";
  EXPECT_EQ(counters.lives_ended, 2U);
  EXPECT_EQ(counters.lives_crashed, 1U);
  EXPECT_EQ(node_.core().roster().gauges().actors, 2U);
}

}  // namespace
}  // namespace troupe
