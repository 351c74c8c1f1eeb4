// Proves what a mailbox does whose senders wait for room: under simulated time, native actors.

#include <functional>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "runtime/sim_node.hpp"

namespace troupe {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

class Doing final : public Actor {
 public:
  struct Script {
    std::function<Outcome(Turn&, std::string_view)> handle = [](Turn&, auto) { return Outcome{}; };
    std::function<void(Turn&)> fired = [](Turn&) {};
    std::function<void(const AnswerView&)> answered = [](const AnswerView&) {};
  };
  explicit Doing(const Script& script) : script_(script) {}

  Outcome handle(Turn& turn, BytesView message) override {
    return script_.handle(turn, as_text(message));
  }
  Outcome fired(Turn& turn, std::uint64_t /*timer*/) override {
    script_.fired(turn);
    return {};
  }
  Outcome answered(Turn& /*turn*/, std::uint64_t /*request*/, const AnswerView& answer) override {
    script_.answered(answer);
    return {};
  }

 private:
  const Script& script_;
};

// On one worker and across two: the parameter is how many there are.
class Blocking : public testing::TestWithParam<std::uint16_t> {
 protected:
  Address spawn(const std::string& name, const Doing::Script& script, MailboxBounds mailbox = {}) {
    auto spec = native_spec([&script] { return std::make_unique<Doing>(script); });
    spec->mailbox = mailbox;
    return *node_.spawn({.name = name, .spec = std::move(spec), .config = {}});
  }
  std::uint64_t dead(DeadReason reason) { return node_.core().dead_letters().count(reason); }
  void send(Address to, std::string_view text) {
    ASSERT_TRUE(node_.core().send(to, as_bytes(text)));
  }

  static constexpr MailboxBounds two{.messages = 2, .when_full = WhenFull::block};
  SimNode node_{{.workers = GetParam(), .seed = 5}};
};

TEST_P(Blocking, SlowsASenderDownToItsReceiver) {
  // The sender would send a hundred; never more than the mailbox and one turn's worth waits.
  Address receiver;
  int sent = 0;
  int got = 0;
  int most_ahead = 0;
  const Doing::Script fast{.handle = [&](Turn& turn, std::string_view) {
    EXPECT_TRUE(turn.send(receiver, as_bytes("x")));
    most_ahead = std::max(most_ahead, ++sent - got);
    if (sent < 100) {
      EXPECT_TRUE(turn.send(turn.self(), as_bytes("more")));
    }
    return Outcome{};
  }};
  const Doing::Script slow{.handle = [&](Turn&, std::string_view) {
    node_.clock().advance(milliseconds(3));
    ++got;
    return Outcome{};
  }};
  receiver = spawn("slow", slow, two);
  const Address sender = spawn("fast", fast);
  send(sender, "go");
  node_.advance(seconds(1));
  EXPECT_EQ(sent, 100);
  EXPECT_EQ(got, 100);
  EXPECT_EQ(dead(DeadReason::blocked), 0U);
  EXPECT_GT(node_.core().counters().paused, 0U);
  // On another worker it goes on until it hears that it has to wait.
  if (GetParam() == 1) {
    EXPECT_LE(most_ahead, 4);
  }
}

TEST_P(Blocking, LetsAnswersAndTimersThroughToWhoWaits) {
  Address receiver;
  std::vector<std::string> seen;
  const Doing::Script stuck{.handle = [&](Turn&, std::string_view text) {
    if (text == "ask") return Outcome::answer("yes");
    return Outcome{};
  }};
  const Doing::Script waiter{.handle =
                                 [&](Turn& turn, std::string_view text) {
                                   seen.emplace_back(text);
                                   if (text != "go") return Outcome{};
                                   for (int i = 0; i < 5; ++i)
                                     EXPECT_TRUE(turn.send(receiver, as_bytes("x")));
                                   EXPECT_TRUE(turn.start_timer(milliseconds(10), std::nullopt));
                                   EXPECT_TRUE(turn.send(turn.self(), as_bytes("later")));
                                   return Outcome{};
                                 },
                             .fired = [&](Turn&) { seen.emplace_back("timer"); }};
  receiver = spawn("stuck", stuck, {.messages = 1, .when_full = WhenFull::block});
  const Address sender = spawn("waiter", waiter);
  // The receiver's life has ended and nobody begins another: its mailbox stays as it is.
  Worker& home = *node_.core().workers()[*node_.core().registry().home(receiver)];
  Worker& own = *node_.core().workers()[*node_.core().registry().home(sender)];
  send(receiver, "fills it");
  if (&home != &own) {
    // The receiver's worker does not get on meanwhile, but takes in what arrives.
    send(sender, "go");
    (void)own.step();
    (void)home.step();
    EXPECT_EQ(seen.front(), "go");
  } else {
    send(sender, "go");
  }
  node_.advance(seconds(2));
  EXPECT_EQ(std::ranges::count(seen, "timer"), 1);
  EXPECT_EQ(std::ranges::count(seen, "later"), 1);
}

TEST_P(Blocking, GivesUpAfterASecond) {
  Address receiver;
  std::vector<std::string> outcomes;
  bool is_stuck = true;
  int got = 0;
  const Doing::Script stuck{.handle = [&](Turn&, std::string_view) {
    ++got;
    // Whoever handles this is not done before two seconds are over.
    if (std::exchange(is_stuck, false)) node_.clock().advance(seconds(2));
    return Outcome{};
  }};
  int later = 0;
  const Doing::Script sending{
      .handle =
          [&](Turn& turn, std::string_view text) {
            if (text == "later") ++later;
            if (text != "go") return Outcome{};
            for (int i = 0; i < 3; ++i) EXPECT_TRUE(turn.send(receiver, as_bytes("x")));
            EXPECT_TRUE(turn.request(receiver, as_bytes("?"), seconds(30)));
            return Outcome{};
          },
      .answered = [&](const AnswerView& answer) { outcomes.push_back(to_string(answer.error())); }};
  receiver = spawn("stuck", stuck, {.messages = 1, .when_full = WhenFull::block});
  const Address sender = spawn("sender", sending);
  send(sender, "go");
  send(sender, "later");
  node_.advance(seconds(10));
  // One was in hand, one in the mailbox, two waited: they are given up before there is room.
  EXPECT_EQ(dead(DeadReason::blocked), 2U);
  EXPECT_EQ(got, 2);
  EXPECT_EQ(later, 1) << "the sender goes on";
  EXPECT_EQ(outcomes, (std::vector<std::string>{"refused: busy"}));
}

TEST_P(Blocking, GivesUpWhenTheSecondIsOverAndNotBefore) {
  Address receiver;
  Duration takes{};
  int got = 0;
  const Doing::Script slow{.handle = [&](Turn&, std::string_view) {
    if (++got == 1) node_.clock().advance(takes);
    return Outcome{};
  }};
  const Doing::Script sending{.handle = [&](Turn& turn, std::string_view) {
    // One is in hand, one in the mailbox, one waits until the first is done.
    for (int i = 0; i < 3; ++i) EXPECT_TRUE(turn.send(receiver, as_bytes("x")));
    return Outcome{};
  }};
  for (const auto& [ms, expected] : {std::pair{999, 3}, {1'000, 2}, {1'001, 2}}) {
    SCOPED_TRACE(ms);
    takes = milliseconds(ms);
    got = 0;
    const std::uint64_t given_up = dead(DeadReason::blocked);
    receiver =
        spawn("slow-" + std::to_string(ms), slow, {.messages = 1, .when_full = WhenFull::block});
    send(spawn("sending-" + std::to_string(ms), sending), "go");
    node_.advance(seconds(10));
    EXPECT_EQ(got, expected);
    EXPECT_EQ(dead(DeadReason::blocked) - given_up, static_cast<std::uint64_t>(3 - expected));
  }
}

TEST_P(Blocking, DoesNotHoldTwoWhoWriteToEachOther) {
  std::array<Address, 2> pair;
  std::array<int, 2> got{};
  const Doing::Script script{.handle = [&](Turn& turn, std::string_view text) {
    const std::size_t own = turn.self() == pair[0] ? 0 : 1;
    ++got.at(own);
    if (text == "go") {
      for (int i = 0; i < 6; ++i) EXPECT_TRUE(turn.send(pair.at(1 - own), as_bytes("x")));
    }
    return Outcome{};
  }};
  pair[0] = spawn("a", script, two);
  pair[1] = spawn("b", script, two);
  for (const Address one : pair) send(one, "go");
  node_.run_until_idle();
  node_.advance(milliseconds(900));
  // Nothing had to wait for its second to be over.
  const std::uint64_t given_up = dead(DeadReason::blocked);
  EXPECT_EQ(static_cast<std::uint64_t>(got[0] + got[1]) + given_up, 14U);
  node_.advance(seconds(5));
  EXPECT_EQ(dead(DeadReason::blocked), given_up) << "what is given up is given up at once";
}

TEST_P(Blocking, TellsWhoSendsToItselfOrFromOutside) {
  std::vector<std::string> refusals;
  const Doing::Script script{.handle = [&](Turn& turn, std::string_view text) {
    if (text != "fill") return Outcome{};
    refusals.emplace_back(node_.core().send(turn.self(), as_bytes("x")) ? "ok" : "overloaded");
    const auto sent = turn.send(turn.self(), as_bytes("x"));
    refusals.emplace_back(sent ? "ok" : to_string(sent.error()));
    return Outcome{};
  }};
  const Address actor = spawn("actor", script, two);
  for (int i = 0; i < 2; ++i) send(actor, "fill");
  send(actor, "fill");  // More than two, since nothing has been delivered yet.
  node_.run_until_idle();
  EXPECT_EQ(refusals[0], "overloaded");
  EXPECT_EQ(refusals[1], "busy");
}

TEST_P(Blocking, TurnsAwayWhoWaitsForOneThatEnds) {
  Address receiver;
  int later = 0;
  const Doing::Script idle;
  const Doing::Script sending{.handle = [&](Turn& turn, std::string_view text) {
    if (text == "later") ++later;
    if (text != "go") return Outcome{};
    for (int i = 0; i < 5; ++i) EXPECT_TRUE(turn.send(receiver, as_bytes("x")));
    return Outcome{};
  }};
  const Doing::Script ending{.handle = [&](Turn& turn, std::string_view) {
    turn.exit(std::nullopt);
    return Outcome{};
  }};
  auto spec = native_spec([&ending] { return std::make_unique<Doing>(ending); });
  spec->mailbox = two;
  receiver = *node_.spawn(
      {.name = "ending", .restart = RestartType::temporary, .spec = std::move(spec), .config = {}});
  const Address sender = spawn("sender", sending);
  send(sender, "go");
  send(sender, "later");
  node_.run_until_idle();
  EXPECT_EQ(later, 1);
  EXPECT_EQ(dead(DeadReason::gone), 4U) << "two in the mailbox or on the way, two before it";
  EXPECT_EQ(dead(DeadReason::blocked), 0U);
}

INSTANTIATE_TEST_SUITE_P(OnWorkers, Blocking, testing::Values(1, 2),
                         [](const auto& workers) { return std::to_string(workers.param); });

}  // namespace
}  // namespace troupe
