// Proves that every function of the contract does what wit/actor.wit says, through a real guest
// that does what a message tells it (tests/guests/probe.c).

#include <algorithm>
#include <numeric>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "base/format.hpp"
#include "guest_node.hpp"

namespace troupe {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

TEST_F(ProbeTest, SendsToAnActorItFound) {
  const Address a = probe("a");
  const Address b = probe("b");
  EXPECT_EQ(ask(a, "send b count"), "ok");
  EXPECT_EQ(ask(b, "count"), "ok 2");
}

TEST_F(ProbeTest, SendsWithPriorityAndAddresses) {
  const Address a = probe("a");
  const Address b = probe("b");
  EXPECT_EQ(ask(a, "send-with 1 500 b self,b label sender"), "ok");
  EXPECT_EQ(ask(b, "count"), "ok 2");
  EXPECT_EQ(ask(a, "send-with 0 0 b - x"), "ok");
}

TEST_F(ProbeTest, HandsAddressesOverWithAMessage) {
  const Address a = probe("a");
  const Address b = probe("b");
  const Address c = probe("c");
  // b is told to note the labels of what it received; c's address travels with the message.
  EXPECT_EQ(ask(a, "request-with 0 0 b 1000 c,self received"), "ok 1");
  const std::string journal = ask(a, "journal");
  EXPECT_NE(journal.find("answered 1 answered"), std::string::npos) << journal;
  EXPECT_NE(journal.find('#'), std::string::npos) << journal;
  EXPECT_EQ(ask(b, "received"), "ok") << "taken once";
  (void)c;
}

// That many handles to the actor itself.
std::string selves(std::size_t count) {
  return fmt::format("{}", fmt::join(std::vector<std::string>(count, "self"), ","));
}

TEST_F(ProbeTest, HandsOver16AddressesAtMost) {
  const Address a = probe("a");
  const Address b = probe("b");
  for (const std::size_t count : {1U, 15U, 16U}) {
    SCOPED_TRACE(count);
    const std::string asked =
        ask(a, fmt::format("request-with 0 0 b 1000 {} received", selves(count)));
    EXPECT_TRUE(asked.starts_with("ok ")) << asked;
    const std::string journal = ask(a, "journal");
    EXPECT_EQ(static_cast<std::size_t>(std::ranges::count(journal, '#')), count) << journal;
    EXPECT_EQ(ask(a, fmt::format("forget;send-with 0 0 b {} count", selves(count))), "ok;ok");
  }
  EXPECT_EQ(ask(a, fmt::format("request-with 0 0 b 1000 {} count", selves(17))),
            "refused over-quota");
  EXPECT_EQ(ask(a, fmt::format("send-with 0 0 b {} count", selves(17))), "refused over-quota");
  EXPECT_EQ(ask(a, "journal"), "");
  EXPECT_EQ(ask(b, "count"), "ok 7") << "nothing else has come";
}

TEST_F(ProbeTest, AnswersWith16AddressesAtMost) {
  const Address a = probe("a");
  const Address b = probe("b");
  EXPECT_EQ(ask(a, "on answered received;request b 1000 responder-later"), "ok;ok 1");
  EXPECT_EQ(ask(b, fmt::format("answer-later-with {} yes", selves(16))), "ok");
  const std::string journal = ask(a, "journal;forget");
  EXPECT_TRUE(journal.starts_with("answered 1 answered yes\n")) << journal;
  EXPECT_EQ(std::ranges::count(journal, '#'), 16) << journal;
  EXPECT_EQ(ask(a, "request b 1000 responder-later"), "ok 2");
  node_.sim().send(b, fmt::format("answer-later-with {} no", selves(17)));
  EXPECT_EQ(node_.exits(), std::vector<std::string>{R"(test/b exceeded("effects"))"});
  EXPECT_EQ(ask(a, "journal"), "answered 2 receiver-exited\n  did ok\n");
}

TEST_F(ProbeTest, AsksAndIsAnsweredLater) {
  const Address a = probe("a");
  probe("b");
  EXPECT_EQ(ask(a, "request b 1000 echo hi"), "ok 1");
  EXPECT_EQ(ask(a, "journal"), "answered 1 answered hi\n");
  EXPECT_EQ(ask(a, "request b 1000 error no"), "ok 2");
  EXPECT_EQ(ask(a, "forget;journal"), "ok;");
}

TEST_F(ProbeTest, HearsEveryKindOfFailure) {
  const Address a = probe("a");
  const Address b = probe("b");
  EXPECT_EQ(ask(a, "request b 1000 error no"), "ok 1");
  EXPECT_EQ(ask(a, "request b 1000 none"), "ok 2");
  EXPECT_EQ(ask(a, "request b 1000 trap unreachable"), "ok 3");
  EXPECT_EQ(ask(a, "request b 50 responder-later"), "ok 4");
  node_.sim().advance(milliseconds(50));
  EXPECT_EQ(ask(a, "request b 1000 responder-later;cancel-request 5"), "ok 5;ok");
  EXPECT_EQ(ask(a, "journal"),
            "answered 1 failed no\n"
            "answered 2 dropped\n"
            "answered 3 receiver-exited\n"
            "answered 4 timed-out\n"
            "answered 5 cancelled\n");
  (void)b;
}

TEST_F(ProbeTest, FailsARequestThatFindsNobody) {
  const Address a = probe("a");
  const Address b = probe("b", {.restart = RestartType::temporary});
  EXPECT_EQ(ask(a, "find b"), "ok #1");
  node_.sim().send(b, "exit ok");
  EXPECT_EQ(ask(a, "send #1 x"), "refused gone");
  EXPECT_EQ(ask(a, "request #1 1000 x"), "refused gone");
  EXPECT_EQ(ask(a, "find b"), "refused gone");
}

TEST_F(ProbeTest, AnswersLaterThroughAResponder) {
  const Address a = probe("a");
  const Address b = probe("b");
  EXPECT_EQ(ask(a, "request b 1000 responder-later"), "ok 1");
  EXPECT_EQ(ask(b, "answer-later done"), "ok");
  EXPECT_EQ(ask(a, "request b 1000 responder-later"), "ok 2");
  EXPECT_EQ(ask(b, "fail-later sorry"), "ok");
  EXPECT_EQ(ask(a, "request b 1000 responder-later"), "ok 3");
  EXPECT_EQ(ask(b, "drop-later"), "ok");
  EXPECT_EQ(ask(a, "journal"),
            "answered 1 answered done\nanswered 2 failed sorry\nanswered 3 dropped\n");
}

TEST_F(ProbeTest, OwesItsAnswersUntilTheyAreGiven) {
  const Address a = probe("a");
  const Address b = probe("b");
  // Held when the life ends, and given away by a handler that then crashes: both are settled once.
  EXPECT_EQ(ask(a, "request b 1000 responder-later"), "ok 1");
  node_.sim().send(b, "trap unreachable");
  EXPECT_EQ(ask(a, "request b 1000 responder-later"), "ok 2");
  node_.sim().send(b, "answer-later x;trap unreachable");
  EXPECT_EQ(ask(a, "journal"), "answered 1 receiver-exited\nanswered 2 receiver-exited\n");
}

// So many are open at once, and each gets its own answer, the last of them first. The handles of a
// probe are numbered from 1, in the order in which it gets them.
class ThousandRequests : public ProbeTest {
 protected:
  static constexpr int count = 1'000;
  std::uint32_t open_requests() {
    const auto actors = node_.sim().core().roster().actors();
    return std::accumulate(
        actors.begin(), actors.end(), 0U,
        [](std::uint32_t sum, const ActorStatus& one) { return sum + one.requests; });
  }
};

TEST_F(ThousandRequests, OfAsManyGuests) {
  const Address b = probe("b");
  std::vector<Address> askers;
  for (int i = 1; i <= count; ++i) {
    askers.push_back(probe(fmt::format("asker-{}", i)));
    ASSERT_EQ(ask(askers.back(), "request b 60000 responder-later"), "ok 1");
  }
  EXPECT_EQ(open_requests(), 1'000U);
  for (int i = count; i > 0; --i)
    ASSERT_EQ(ask(b, fmt::format("answer-later #{0} no {0}", i)), "ok");
  EXPECT_EQ(open_requests(), 0U);
  for (int i = 1; i <= count; ++i) {
    ASSERT_EQ(ask(askers.at(static_cast<std::size_t>(i) - 1), "journal"),
              fmt::format("answered 1 answered no {}\n", i));
  }
}

TEST_F(ThousandRequests, OfOneGuest) {
  const Address a = probe("a");
  const Address b = probe("b");
  for (int i = 1; i <= count; ++i) {
    ASSERT_EQ(ask(a, "request b 60000 responder-later"), fmt::format("ok {}", i));
  }
  EXPECT_EQ(open_requests(), 1'000U);
  for (int i = count; i > 0; --i) {
    ASSERT_EQ(ask(b, fmt::format("answer-later #{0} no {0}", i)), "ok");
    ASSERT_EQ(ask(a, "journal;forget"), fmt::format("answered {0} answered no {0}\n;ok", i));
  }
  EXPECT_EQ(open_requests(), 0U);
}

TEST_F(ProbeTest, TellsAboutTheMessageInHand) {
  const Address a = probe("a");
  EXPECT_EQ(ask(a, "answer-owed"), "ok yes");
  EXPECT_EQ(ask(a, "sender"), "none") << "asked from outside";
  EXPECT_EQ(ask(a, "time-left"), "ok 1000");
  EXPECT_EQ(ask(a, "length"), "ok 6");
  const std::string first = ask(a, "message-id");
  EXPECT_NE(first, ask(a, "message-id"));
  EXPECT_EQ(ask(a, "request self 1000 label sender"), "ok 1");
  EXPECT_EQ(ask(a, "journal"), "answered 1 answered ok test/a\n");
  EXPECT_EQ(ask(a, "forget;send self answer-owed"), "ok;ok");
}

TEST_F(ProbeTest, NamesActorsForPeople) {
  const Address a = probe("a");
  probe("b");
  EXPECT_EQ(ask(a, "label self"), "ok test/a");
  EXPECT_EQ(ask(a, "label b"), "ok test/b");
  EXPECT_EQ(ask(a, "find b;clone #1;drop #1;label #2"), "ok #1;ok #2;ok;ok test/b");
}

TEST_F(ProbeTest, IsDeniedWhatWasNotGranted) {
  const Address a = probe("a");
  EXPECT_EQ(ask(a, "find stranger"), "refused denied");
  EXPECT_EQ(ask(a, "publish weather.today x"), "refused denied");
  EXPECT_EQ(ask(a, "subscribe weather.#"), "refused denied");
  EXPECT_EQ(ask(a, "subscribe #"), "refused denied");
  EXPECT_EQ(ask(a, "spawn stranger - x"), "refused denied");
  EXPECT_EQ(ask(a, "stop-child self 10"), "refused denied");
}

TEST_F(ProbeTest, RefusesWhatIsMalformed) {
  const Address a = probe("a");
  EXPECT_EQ(ask(a, "start-timer 5 0;request self 0 x"), "ok 1;refused invalid");
  EXPECT_EQ(ask(a, "publish news..x y"), "refused denied");
}

TEST_F(ProbeTest, RefusesWhatWouldArriveAtAMissingInterface) {
  const Address none = probe("a", {.switch_off = [](GuestInterfaces& has) { has = {}; }});
  EXPECT_EQ(ask(none, "request self 1000 x"), "refused unsupported");
  EXPECT_EQ(ask(none, "watch self"), "refused unsupported");
  EXPECT_EQ(ask(none, "subscribe news.x"), "refused unsupported");
  EXPECT_EQ(ask(none, "start-timer 1 0"), "refused unsupported");
}

TEST_F(ProbeTest, RefusesBeyondItsQuotas) {
  Quotas quotas = default_quotas();
  quotas.requests = 2;
  quotas.timers = 1;
  quotas.payload_bytes = 64;
  const Address a = probe("a", {.quotas = quotas});
  EXPECT_EQ(ask(a, "request self 9 none;request self 9 none;request self 9 none"),
            "ok 1;ok 2;refused over-quota");
  EXPECT_EQ(ask(a, "start-timer 9 0;start-timer 9 0"), "ok 3;refused over-quota");
  probe("b");  // Takes more than a may send.
  EXPECT_EQ(ask(a, "big-send 64 b"), "ok");
  EXPECT_EQ(ask(a, "big-send 65 b"), "refused too-large");
}

TEST_F(ProbeTest, RefusesWhatTheReceiverDoesNotTake) {
  Quotas small = default_quotas();
  small.payload_bytes = 64;
  const Address a = probe("a");
  const Address b = probe("b", {.quotas = small});
  EXPECT_EQ(ask(a, "big-send 64 b"), "ok");
  EXPECT_EQ(ask(a, "big-send 65 b"), "refused too-large");
  const std::string outside(65, 'x');
  EXPECT_EQ(node_.sim().request(b, outside).error().code, ErrorCode::invalid_argument);
  EXPECT_TRUE(node_.exits().empty());
}

TEST_F(ProbeTest, BoundsTheEffectsOfOneHandler) {
  const Address a = probe("a");
  EXPECT_EQ(ask(a, "effects 1023 self"), "ok 1023 ok");
  EXPECT_EQ(ask(a, "effects 1024 self"), "ok 1024 ok");
  EXPECT_EQ(ask(a, "effects 1025 self"), "ok 1024 over-quota");
}

TEST_F(ProbeTest, WatchesALifeEnd) {
  const Address a = probe("a");
  const Address b = probe("b");
  EXPECT_EQ(ask(a, "watch b"), "ok 1");
  node_.sim().send(b, "trap unreachable");
  EXPECT_EQ(ask(a, "journal"), "exited 1 crashed unreachable\n");
  EXPECT_EQ(ask(a, "forget;watch b;unwatch 2"), "ok;ok 2;ok");
  node_.sim().send(b, "exit ok");
  EXPECT_EQ(ask(a, "journal"), "");
}

TEST_F(ProbeTest, PublishesAndSubscribes) {
  const Address a = probe("a");
  const Address b = probe("b");
  EXPECT_EQ(ask(a, "publish news.sport goal"), "refused no-subscriber");
  EXPECT_EQ(ask(b, "subscribe news.*"), "ok 1");
  EXPECT_EQ(ask(b, "subscribe news.weather.#"), "ok 2");
  EXPECT_EQ(ask(a, "publish news.sport goal"), "ok");
  EXPECT_EQ(ask(a, "publish news.weather.today sun"), "ok");
  EXPECT_EQ(ask(b, "journal"), "event 1 news.sport goal\nevent 2 news.weather.today sun\n");
  EXPECT_EQ(ask(b, "unsubscribe 1;unsubscribe 2"), "ok;ok");
  EXPECT_EQ(ask(a, "publish news.sport goal"), "refused no-subscriber");
}

// On several workers, some of whom follow who talks to them: each event once, in its order.
TEST_F(ProbeTest, PublishesToAllWhereverTheyAre) {
  GuestNode node(3);
  std::vector<Address> probes;
  for (const char* name : {"a", "b", "c", "d", "e", "f"}) {
    probes.push_back(node.spawn(name, "probe", {.grants = everything()}).value());
    EXPECT_EQ(node.ask(probes.back(), "subscribe news.*;subscribe news.x"), "ok 1;ok 2");
  }
  const auto home = [&](std::size_t at) {
    return node.sim().core().registry().home(probes[at]).value();
  };
  ASSERT_NE(home(0), home(1));
  std::string commands;
  std::string expected;
  for (int i = 0; i < 40; ++i) {
    commands += fmt::format("send b count;send b count;publish news.x {};", i);
    expected += fmt::format("event 1 news.x {0}\nevent 2 news.x {0}\n", i);
  }
  node.sim().send(probes[0], commands);
  EXPECT_EQ(home(0), home(1)) << "so many messages, and it follows";
  for (const Address probe : probes) EXPECT_EQ(node.ask(probe, "journal;forget"), expected + ";ok");
  EXPECT_EQ(node.ask(probes[1], "count"), "ok 83");
  // From its new home it reaches all, and hears of all.
  EXPECT_EQ(node.ask(probes[1], "publish news.y from b"), "ok");
  EXPECT_EQ(node.ask(probes[5], "publish news.y from f"), "ok");
  EXPECT_EQ(node.ask(probes[1], "unsubscribe 1"), "ok");
  EXPECT_EQ(node.ask(probes[2], "publish news.y from c"), "ok");
  for (std::size_t at = 0; at < probes.size(); ++at) {
    EXPECT_EQ(node.ask(probes[at], "journal"),
              std::string("event 1 news.y from b\nevent 1 news.y from f\n") +
                  (at == 1 ? "" : "event 1 news.y from c\n"));
  }
}

TEST_F(ProbeTest, SeesItsOwnSubscriptionInTheSameHandler) {
  const Address a = probe("a");
  EXPECT_EQ(ask(a, "subscribe news.x;publish news.x hello"), "ok 1;ok");
  EXPECT_EQ(ask(a, "journal"), "event 1 news.x hello\n");
}

TEST_F(ProbeTest, StartsAndCancelsTimers) {
  const Address a = probe("a");
  EXPECT_EQ(ask(a, "start-timer 10 20;start-timer 15 0;start-timer 30 0;cancel-timer 3"),
            "ok 1;ok 2;ok 3;ok");
  node_.sim().advance(milliseconds(49));
  EXPECT_EQ(ask(a, "journal"), "fired 1\nfired 2\nfired 1\n");
  EXPECT_EQ(ask(a, "cancel-timer 1;forget"), "ok;ok");
  node_.sim().advance(seconds(1));
  EXPECT_EQ(ask(a, "journal"), "");
}

TEST_F(ProbeTest, ReadsCoarseClocks) {
  const Address a = probe("a");
  node_.sim().advance(milliseconds(1'234) + std::chrono::nanoseconds(567));
  EXPECT_EQ(ask(a, "now"), "ok 1234000000");
  EXPECT_EQ(ask(a, "wall"), "ok " + std::to_string(node_.sim().clock().wall_ms()));
}

TEST_F(ProbeTest, DrawsRandomBytesUpToTheLimit) {
  const Address a = probe("a");
  const std::string first = ask(a, "random 16");
  EXPECT_EQ(first.substr(0, 6), "ok 16 ");
  EXPECT_NE(first, ask(a, "random 16"));
  EXPECT_EQ(ask(a, "random 65536").substr(0, 9), "ok 65536 ");
  EXPECT_EQ(ask(a, "random 65537").substr(0, 6), "error:");
  const auto exits = node_.exits();
  ASSERT_EQ(exits.size(), 1U);
  EXPECT_NE(exits[0].find("abi: random"), std::string::npos) << exits[0];
}

TEST_F(ProbeTest, LogsAtOnceEvenIfItCrashesAfterwards) {
  const Address a = probe("a");
  node_.sim().send(a, "log 2 before the fall;trap unreachable");
  ASSERT_FALSE(node_.sim().log().empty());
  EXPECT_EQ(node_.sim().log()[0], "test/a: before the fall");
}

TEST_F(ProbeTest, MakesLogLinesHarmless) {
  const Address a = probe("a");
  node_.sim().send(a, "log 2 \x1b[31mred\x07");
  ASSERT_FALSE(node_.sim().log().empty());
  EXPECT_EQ(node_.sim().log()[0].find('\x1b'), std::string::npos);
}

TEST_F(ProbeTest, ExitsWhenAskedToWithItsEffects) {
  const Address a = probe("a", {.restart = RestartType::transient});
  const Address b = probe("b");
  EXPECT_EQ(ask(a, "send b x;exit err enough"), "ok;ok");
  EXPECT_EQ(node_.exits(), std::vector<std::string>{"test/a crashed(\"enough\")"});
  EXPECT_EQ(ask(b, "count"), "ok 2");
  EXPECT_EQ(ask(a, "exit ok"), "ok");
  EXPECT_EQ(node_.exits(), std::vector<std::string>{"test/a normal"});
  EXPECT_EQ(ask(a, "count").substr(0, 16), "error: not-found");
}

TEST_F(ProbeTest, UndoesWhatACrashedHandlerAskedFor) {
  const Address a = probe("a");
  const Address b = probe("b");
  node_.sim().send(a, "send b x;publish news.x y;start-timer 1 0;trap unreachable");
  node_.sim().advance(seconds(1));
  EXPECT_EQ(ask(b, "count"), "ok 1");
  EXPECT_EQ(ask(a, "journal"), "");
}

TEST_F(ProbeTest, KeepsStateBetweenMessagesAndLosesItAtARestart) {
  const Address counter = *node_.spawn("counter", "counter", {.config = "40"});
  EXPECT_EQ(ask(counter, "add 2"), "total 42");
  EXPECT_EQ(ask(counter, "add 1"), "total 43");
  node_.sim().core().control().post(
      [&] { node_.sim().core().control().kill(counter, [](const auto&) {}); });
  node_.sim().run_until_idle();
  EXPECT_EQ(ask(counter, "add 1"), "total 41");
}

TEST_F(ProbeTest, IsAskedToStop) {
  const Address a = probe("a");
  const Address b = probe("b");
  EXPECT_EQ(ask(a, "on stop send b x"), "ok");
  bool stopped = false;
  node_.sim().core().control().post([&] {
    node_.sim().core().control().stop(a, seconds(2), [&](const Result<void>&) { stopped = true; });
  });
  node_.sim().run_until_idle();
  EXPECT_TRUE(stopped);
  EXPECT_EQ(node_.exits(), std::vector<std::string>{"test/a normal"});
  EXPECT_EQ(ask(b, "count"), "ok 2") << "what stop() asked for happens";
}

class ProbeParentTest : public ProbeTest {
 protected:
  Address parent(const std::string& name, OverRestart over_restart = OverRestart::stop) {
    kid_ = node_.spec("probe", {.grants = everything()});
    GuestOptions options;
    options.grants = everything();
    auto spec = node_.spec("probe", options);
    spec->add_template("kid", {.spec = kid_.get(), .over_restart = over_restart});
    return *node_.sim().spawn({.name = name, .spec = spec, .config = {}});
  }
  std::shared_ptr<const ActorSpec> kid_;
};

TEST_F(ProbeParentTest, SpawnsAChildWhoseAddressIsGoodAtOnce) {
  const Address a = parent("a");
  EXPECT_EQ(ask(a, "spawn kid b hello;send #1 echo x;children"), "ok #1;ok;ok")
      << "a child is one from the handler's return";
  const Address kid = *node_.sim().core().registry().find("test/b");
  EXPECT_EQ(ask(kid, "config"), "hello");
  EXPECT_EQ(ask(kid, "count"), "ok 3");
  EXPECT_EQ(ask(a, "spawn kid b x"), "refused name-taken");
  EXPECT_EQ(ask(a, "watch #1;stop-child #1 100"), "ok 1;ok");
  EXPECT_EQ(ask(a, "journal"), "exited 1 normal\n");
  EXPECT_EQ(ask(a, "send #1 x"), "refused gone");
}

TEST_F(ProbeParentTest, TellsOfAChildThatCannotStart) {
  const Address a = parent("a");
  EXPECT_EQ(ask(a, "spawn kid - do error bad luck;watch #1"), "ok #1;ok 1");
  EXPECT_EQ(ask(a, "journal"), "exited 1 crashed bad luck\n");
  EXPECT_EQ(ask(a, "children"), "ok");
}

TEST_F(ProbeParentTest, StopsChildrenWithTheirSpawner) {
  const Address a = parent("a");
  EXPECT_EQ(ask(a, "spawn kid b x;spawn kid c x"), "ok #1;ok #2");
  node_.sim().send(a, "trap unreachable");
  EXPECT_FALSE(node_.sim().core().registry().find("test/b"));
  EXPECT_FALSE(node_.sim().core().registry().find("test/c"));
}

TEST_F(ProbeParentTest, KeepsChildrenOverItsRestartWhoseTemplateSaysSo) {
  const Address a = parent("a", OverRestart::keep);
  EXPECT_EQ(ask(a, "spawn kid b x"), "ok #1");
  const Address kid = *node_.sim().core().registry().find("test/b");
  EXPECT_EQ(ask(kid, "count"), "ok 1");
  node_.sim().send(a, "trap unreachable");
  EXPECT_EQ(ask(a, "children;stop-child #1 100"), "ok #1;ok") << "the next life has it";
  EXPECT_FALSE(node_.sim().core().registry().find("test/b"));
}

TEST_F(ProbeTest, ShowsHowManyAddressesItHolds) {
  const Address a = probe("a");
  const auto held = [&] {
    for (const ActorStatus& one : node_.sim().core().roster().actors()) {
      if (one.address == a) return one.addresses;
    }
    return UINT32_MAX;
  };
  EXPECT_EQ(held(), 0U);
  EXPECT_EQ(ask(a, "self;self"), "ok #1;ok #2");
  EXPECT_EQ(held(), 2U);
  EXPECT_EQ(ask(a, "drop #1"), "ok");
  EXPECT_EQ(held(), 1U);
  node_.sim().send(a, "trap unreachable");
  EXPECT_EQ(held(), 0U);
}

TEST_F(ProbeTest, EndsAHandleTableThatIsFull) {
  const Address a = probe("a", {.limits = {.addresses = 8}});
  EXPECT_EQ(ask(a, "many-addresses 9").substr(0, 6), "error:");
  EXPECT_EQ(node_.exits(), std::vector<std::string>{"test/a exceeded(\"addresses\")"});
  EXPECT_EQ(ask(a, "self;drop #1"), "ok #1;ok") << "the next life starts with an empty table";
}

TEST_F(ProbeTest, UsesEqualFuelInEqualRuns) {
  const Address a =
      probe("a", {.limits = {.fuel = 1'000'000}, .engine_class = EngineClass::deterministic});
  EXPECT_EQ(ask(a, "burn 100"), "ok");
  node_.sim().send(a, "loop");
  EXPECT_EQ(node_.exits(), std::vector<std::string>{"test/a exceeded(\"fuel\")"});
}

TEST_F(ProbeTest, NamesTheFunctionFileAndLineOfATrap) {
  const Address debug = *node_.spawn("debug", "debug");
  node_.sim().send(debug, "8 0");
  ASSERT_EQ(node_.sim().exits().size(), 1U);
  const ExitEvent& event = node_.sim().exits()[0];
  EXPECT_EQ(event.exit, Exit::crashed("integer division by zero"));
  ASSERT_GE(event.backtrace.size(), 2U);
  EXPECT_NE(event.backtrace[0].find("divide at"), std::string::npos) << event.backtrace[0];
  EXPECT_NE(event.backtrace[0].find("debug.c:8"), std::string::npos) << event.backtrace[0];
  EXPECT_NE(event.backtrace[1].find("debug.c:15"), std::string::npos) << event.backtrace[1];
}

TEST_F(ProbeTest, TakesTheSameArenaForEachMessage) {
  // Together many times what the SDK's arena holds; one that is not emptied traps.
  const Address echo = *node_.spawn("echo", "echo");
  const std::string text(1'000, 'x');
  for (int i = 0; i < 100; ++i) ASSERT_EQ(ask(echo, text), text) << i;
  EXPECT_TRUE(node_.exits().empty());
  // At one message that is too large the guest ends, by a trap that says what to raise.
  EXPECT_NE(ask(echo, std::string(20'000, 'x')), text);
  ASSERT_EQ(node_.sim().exits().size(), 1U);
  const ExitEvent& event = node_.sim().exits()[0];
  EXPECT_EQ(event.exit, Exit::crashed("unreachable"));
  EXPECT_NE(event.backtrace.at(0).find("raise_TROUPE_ARENA_BYTES"), std::string::npos)
      << event.backtrace[0];
}

TEST_F(ProbeTest, GrowsMemoryToItsLimitAndIsWarnedAtNinetyPercent) {
  const Address a = *node_.spawn("a", "allocator", {.limits = {.memory_bytes = 1U << 20U}});
  std::string last;
  for (int i = 0; i < 40; ++i) last = ask(a, "65536");
  EXPECT_EQ(last.substr(0, 7), "refused") << "memory.grow returns -1 and ends nothing";
  EXPECT_TRUE(node_.exits().empty());
  const ActorStatus status = node_.sim().core().roster().actors().at(0);
  EXPECT_LE(status.memory_peak_bytes, 1U << 20U);
  EXPECT_GE(status.memory_peak_bytes, 9U << 16U);
  int warnings = 0;
  for (const std::string& line : node_.sim().log()) {
    if (line.contains("90 %")) ++warnings;
  }
  EXPECT_EQ(warnings, 1);
}

}  // namespace
}  // namespace troupe
