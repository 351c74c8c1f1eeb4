// Proves what becomes of messages that a guest has no room for, has no time for, or crashes over.
// One worker, so that the order is known; all actors are real guests.

#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "base/format.hpp"
#include "guest_node.hpp"

namespace troupe {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

class MailboxOfAGuest : public testing::Test {
 protected:
  Address probe(const std::string& name, GuestOptions options = {}) {
    options.grants = {
        .find = {"a", "b"}, .publish = {"news.#"}, .subscribe = {"news.#"}, .spawn = {}};
    return *node_.spawn(name, "probe", options);
  }
  std::string ask(Address to, std::string_view text) { return node_.ask(to, text); }
  // What b has logged since the last call.
  std::string logged() {
    std::string texts;
    const auto& log = node_.sim().log();
    for (; read_ < log.size(); ++read_) texts += log[read_].substr(log[read_].find(": ") + 2);
    return texts;
  }
  ActorStatus status(const std::string& name) {
    for (const ActorStatus& one : node_.sim().core().roster().actors()) {
      if (one.name == "test/" + name) return one;
    }
    return {};
  }
  std::vector<DeadLetter> dead_letters() { return node_.sim().core().dead_letters().latest(100); }
  std::uint64_t dead(DeadReason reason) { return node_.sim().core().dead_letters().count(reason); }

  GuestNode node_{1};
  std::size_t read_ = 0;
};

// Five messages in one turn of their sender, for a mailbox with room for three.
TEST_F(MailboxOfAGuest, DropsByItsPolicyAndCountsIt) {
  const std::vector<std::pair<WhenFull, std::string>> rows{{WhenFull::drop_newest, "123"},
                                                           {WhenFull::drop_oldest, "345"},
                                                           {WhenFull::drop_lowest, "123"}};
  for (const auto& [policy, expected] : rows) {
    SCOPED_TRACE(to_string(policy));
    const std::string a = fmt::format("a-{}", to_string(policy));
    const std::string b = fmt::format("b-{}", to_string(policy));
    GuestOptions options{.mailbox = {.messages = 3, .when_full = policy}};
    ASSERT_TRUE(node_.spawn(b, "probe", options));
    GuestOptions sender{.grants = {.find = {b}, .publish = {}, .subscribe = {}, .spawn = {}}};
    const Address from = *node_.spawn(a, "probe", sender);
    std::string commands;
    for (int i = 1; i <= 5; ++i) commands += fmt::format("send {} log 2 {};", b, i);
    EXPECT_EQ(ask(from, commands + "count"), "ok;ok;ok;ok;ok;ok 1") << "senders are not told";
    EXPECT_EQ(logged(), expected);
    EXPECT_EQ(status(b).dropped, 2U);
    EXPECT_EQ(status(b).handled, 3U);
    EXPECT_TRUE(dead_letters().empty()) << "what a policy drops is nobody's letter";
  }
}

TEST_F(MailboxOfAGuest, DropsTheLowestPriorityFirst) {
  const Address a = probe("a");
  probe("b", {.mailbox = {.messages = 2, .when_full = WhenFull::drop_lowest}});
  EXPECT_EQ(ask(a,
                "send-with -1 0 b - log 2 l;send-with 0 0 b - log 2 n;"
                "send-with 1 0 b - log 2 h;send-with 2 0 b - log 2 c"),
            "ok;ok;ok;ok");
  EXPECT_EQ(logged(), "ch");
  EXPECT_EQ(status("b").dropped, 2U);
}

// Five messages for a mailbox with room for two: the rest waits, and so does their sender.
TEST_F(MailboxOfAGuest, HasItsSendersWaitForRoom) {
  const Address a = probe("a");
  probe("b", {.mailbox = {.messages = 2, .when_full = WhenFull::block}});
  std::string commands;
  for (int i = 1; i <= 5; ++i) commands += fmt::format("send b log 2 {};", i);
  EXPECT_EQ(ask(a, commands + "count"), "ok;ok;ok;ok;ok;ok 1");
  EXPECT_EQ(logged(), "12345") << "in their order, none dropped";
  EXPECT_EQ(status("b").dropped, 0U);
  EXPECT_TRUE(dead_letters().empty());
  std::uint64_t paused = 0;
  for (const auto& worker : node_.sim().core().workers())
    paused += worker->counters().paused.load();
  EXPECT_EQ(paused, 3U);
  EXPECT_EQ(ask(a, "count"), "ok 2") << "and it goes on";
}

// The receiver says that it is unhealthy, and takes no messages.
TEST_F(MailboxOfAGuest, HasNobodyWaitForRoomLongerThanASecond) {
  const Address a = probe("a");
  const Address b = probe("b", {.mailbox = {.messages = 2, .when_full = WhenFull::block},
                                .health = {.interval = seconds(1), .threshold = 100}});
  EXPECT_EQ(ask(b, "health 2 stuck"), "ok");
  node_.sim().advance(seconds(1));
  EXPECT_EQ(ask(a, "send b log 2 1;send b log 2 2;send b log 2 3;request b 60000 log 2 4"),
            "ok;ok;ok;ok 1");
  ASSERT_TRUE(node_.sim().core().send(a, as_bytes("log 2 later")));
  node_.sim().advance(milliseconds(999));
  EXPECT_EQ(logged(), "") << "the sender waits, too";
  EXPECT_EQ(status("b").queued, 2U);
  EXPECT_TRUE(dead_letters().empty());
  node_.sim().advance(milliseconds(1));
  EXPECT_EQ(logged(), "later");
  EXPECT_EQ(status("b").queued, 2U) << "what had room keeps it";
  EXPECT_EQ(dead(DeadReason::blocked), 2U);
  EXPECT_EQ(ask(a, "journal"), "answered 1 refused busy\n");
}

TEST_F(MailboxOfAGuest, LetsLowOnesThroughAFloodOfHighOnes) {
  const Address a = probe("a");
  probe("b");
  std::string commands = "send-with -1 0 b - log 2 l;send-with -1 0 b - log 2 l";
  for (int i = 0; i < 40; ++i) commands += ";send-with 1 0 b - log 2 h";
  node_.sim().send(a, commands);
  const std::string sixteen(16, 'h');
  EXPECT_EQ(logged(), sixteen + "l" + sixteen + "l" + std::string(8, 'h'));
}

// It asks anew with each answer, and some of those wait at all times.
TEST_F(MailboxOfAGuest, HearsOfAMessageThoughItsAnswersNeverEnd) {
  const Address a = probe("a");
  probe("b");
  EXPECT_EQ(ask(a, "on answered request b 60000 count"), "ok");
  std::string commands = "count";
  for (int i = 0; i < 100; ++i) commands += ";request b 60000 count";
  ASSERT_TRUE(node_.sim().core().send(a, as_bytes(commands)));
  const auto go_on = [&] {
    for (int i = 0; i < 100; ++i) {
      for (const NodeCore::Part& part : node_.sim().core().parts()) (void)part.what->step();
    }
  };
  go_on();
  ASSERT_TRUE(node_.sim().core().send(a, as_bytes("log 2 heard;on answered none")));
  go_on();
  EXPECT_EQ(logged(), "heard");
}

TEST_F(MailboxOfAGuest, AnswersARequestThatItDropped) {
  const Address a = probe("a");
  probe("b", {.mailbox = {.messages = 1, .when_full = WhenFull::drop_oldest}});
  EXPECT_EQ(ask(a, "request b 1000 count;request b 1000 count"), "ok 1;ok 2");
  EXPECT_EQ(ask(a, "journal"), "answered 1 refused busy\nanswered 2 answered ok 1\n");
}

TEST_F(MailboxOfAGuest, TellsABusySenderAndCountsWhatItRefused) {
  const Address a = probe("a");
  probe("b", {.mailbox = {.messages = 1}});
  node_.sim().core().send(a, as_bytes("send b count")).value();
  EXPECT_EQ(ask(a, "send b count;send b count"), "refused busy;refused busy");
  EXPECT_EQ(status("a").refused_by[static_cast<std::size_t>(Refusal::busy)], 2U);
}

TEST_F(MailboxOfAGuest, HasOperatorsHearOfABurstOfRefusals) {
  const Address a = probe("a");
  probe("b", {.mailbox = {.messages = 1}});
  node_.sim().core().send(a, as_bytes("send b count")).value();
  EXPECT_EQ(ask(a, "effects 500 b"), "ok 0 busy");
  std::vector<std::string> told;
  for (const NodeEvent& event : node_.sim().core().history().events.find({}, "test")) {
    if (event.kind == NodeEvent::Kind::refused) told.push_back(event.name + ": " + event.text);
  }
  EXPECT_EQ(told, std::vector<std::string>{"test/b: 100 messages within 0ns: 100 busy"});
}

TEST_F(MailboxOfAGuest, LosesTheMessageInHandAtACrash) {
  const Address a = probe("a");
  const Address b = probe("b");
  EXPECT_EQ(ask(a, "send b trap unreachable;send b log 2 next"), "ok;ok");
  EXPECT_EQ(logged(), "next") << "the next life goes on with what waited";
  const auto letters = dead_letters();
  ASSERT_EQ(letters.size(), 1U);
  EXPECT_EQ(letters[0].reason, DeadReason::crashed);
  EXPECT_EQ(letters[0].receiver, b);
  EXPECT_EQ(letters[0].sender, a);
  EXPECT_EQ(as_text(letters[0].payload), "trap unreachable");
}

TEST_F(MailboxOfAGuest, QuarantinesWhatItCrashesOverAgainAndAgain) {
  const Address a = probe("a");
  probe("b", {.mailbox = {.redeliver = 2}});
  EXPECT_EQ(ask(a, "request b 10000 trap unreachable;send b log 2 next"), "ok 1;ok");
  node_.sim().advance(std::chrono::seconds(1));  // Restarts wait.
  EXPECT_EQ(node_.exits().size(), 3U) << "once, and twice again";
  EXPECT_EQ(logged(), "next");
  EXPECT_EQ(ask(a, "journal"), "answered 1 refused other\n") << "told once, at the end";
  const auto letters = dead_letters();
  ASSERT_EQ(letters.size(), 1U);
  EXPECT_EQ(letters[0].reason, DeadReason::quarantined);
  EXPECT_TRUE(letters[0].is_request);
}

TEST_F(MailboxOfAGuest, DropsWhatWaitsAtARestartIfItSaysSo) {
  const Address a = probe("a");
  const Address b = probe("b", {.mailbox = {.on_restart = OnRestart::drop}});
  EXPECT_EQ(ask(a, "send b trap unreachable;send b log 2 late;request b 1000 log 2 later"),
            "ok;ok;ok 1");
  EXPECT_EQ(logged(), "");
  EXPECT_EQ(ask(a, "journal"), "answered 1 refused other\n");
  EXPECT_EQ(dead(DeadReason::crashed), 1U);
  EXPECT_EQ(dead(DeadReason::restarted), 2U);
  EXPECT_EQ(status("b").dropped, 0U) << "that is what finds no room";
  EXPECT_EQ(ask(b, "count"), "ok 1") << "its next life, from the beginning";
}

TEST_F(MailboxOfAGuest, DropsAllButWhatItIsToTryAgain) {
  const Address a = probe("a");
  probe("b", {.mailbox = {.on_restart = OnRestart::drop, .redeliver = 1}});
  EXPECT_EQ(ask(a, "request b 10000 trap unreachable;send b log 2 late"), "ok 1;ok");
  EXPECT_EQ(node_.exits().size(), 2U);
  EXPECT_EQ(logged(), "");
  EXPECT_EQ(ask(a, "journal"), "answered 1 refused other\n");
  EXPECT_EQ(dead(DeadReason::restarted), 1U);
  EXPECT_EQ(dead(DeadReason::quarantined), 1U);
}

TEST_F(MailboxOfAGuest, DropsNothingAtARestartThatHandsOnItsState) {
  for (const bool has_state : {true, false}) {
    SCOPED_TRACE(has_state);
    const std::string name = has_state ? "a" : "b";
    GuestOptions options{.mailbox = {.on_restart = OnRestart::drop}};
    if (!has_state) options.switch_off = [](GuestInterfaces& has) { has.state = false; };
    const Address actor = probe(name, std::move(options));
    // The order to stop overtakes what waits.
    ASSERT_TRUE(node_.sim().core().send(actor, as_bytes("count")));
    Control& control = node_.sim().core().control();
    control.post([&] { control.restart(actor, seconds(1), [](const auto&) {}); });
    (void)control.step();
    node_.sim().run_until_idle();
    EXPECT_EQ(status(name).lives, 2U);
    EXPECT_EQ(status(name).handled, has_state ? 1U : 0U);
    EXPECT_EQ(status(name).dead, has_state ? 0U : 1U);
    EXPECT_EQ(dead(DeadReason::restarted), has_state ? 0U : 1U);
  }
}

// The second restart within its supervisor's window waits.
TEST_F(MailboxOfAGuest, HasMessagesWaitForTheNextLifeOrRefusesThem) {
  for (const WhileUnready policy : {WhileUnready::queue, WhileUnready::refuse}) {
    SCOPED_TRACE(to_string(policy));
    GuestNode node(1);
    const Address a = node.spawn("a", "probe", {.grants = {.find = {"b"}}}).value();
    const Address b = node.spawn("b", "probe", {.mailbox = {.while_unready = policy}}).value();
    for (int i = 0; i < 2; ++i) node.sim().send(b, "trap unreachable");
    const bool refuses = policy == WhileUnready::refuse;
    EXPECT_EQ(node.ask(a, "send b count"), refuses ? "refused busy" : "ok");
    node.sim().advance(seconds(1));
    EXPECT_EQ(node.ask(a, "send b count"), "ok");
    EXPECT_EQ(node.ask(b, "count"), refuses ? "ok 2" : "ok 3");
  }
}

TEST_F(MailboxOfAGuest, LosesWhatWaitsWhenItIsGone) {
  const Address a = probe("a");
  const Address b = probe("b", {.restart = RestartType::temporary});
  EXPECT_EQ(ask(a, "send b exit ok;send b log 2 late;request b 1000 count"), "ok;ok;ok 1");
  EXPECT_EQ(logged(), "");
  EXPECT_EQ(ask(a, "journal"), "answered 1 refused gone\n");
  const auto letters = dead_letters();
  ASSERT_EQ(letters.size(), 2U);
  for (const DeadLetter& letter : letters) {
    EXPECT_EQ(letter.reason, DeadReason::gone);
    EXPECT_EQ(letter.receiver, b);
  }
}

// On one worker and across two: the parameter is how many there are.
class BlockedGuests : public testing::TestWithParam<std::uint16_t> {
 protected:
  Address blocking(const std::string& name, const std::string& peer) {
    return node_
        .spawn(
            name, "probe",
            {.grants = {.find = {peer}}, .mailbox = {.messages = 2, .when_full = WhenFull::block}})
        .value();
  }
  // The messages that were handled, and those for which there was no room.
  std::uint64_t settled() { return node_.sim().core().counters().handled + given_up(); }
  std::uint64_t given_up() { return node_.sim().core().dead_letters().count(DeadReason::blocked); }

  GuestNode node_{GetParam()};
};

TEST_P(BlockedGuests, DoNotHoldEachOther) {
  const Address a = blocking("a", "b");
  const Address b = blocking("b", "a");
  for (const auto& [from, to] : {std::pair(a, 'b'), std::pair(b, 'a')}) {
    std::string commands = "count";
    for (int i = 0; i < 6; ++i) commands += fmt::format(";send {} count", to);
    ASSERT_TRUE(node_.sim().core().send(from, as_bytes(commands)));
  }
  node_.sim().run_until_idle();
  EXPECT_EQ(settled(), 14U) << "no time has passed";
  const std::uint64_t at_once = given_up();
  node_.sim().advance(seconds(2));
  EXPECT_EQ(given_up(), at_once);
  for (const Address one : {a, b}) EXPECT_TRUE(node_.ask(one, "count").starts_with("ok "));
}

INSTANTIATE_TEST_SUITE_P(OnWorkers, BlockedGuests, testing::Values(1, 2),
                         [](const auto& workers) { return std::to_string(workers.param); });

}  // namespace
}  // namespace troupe
