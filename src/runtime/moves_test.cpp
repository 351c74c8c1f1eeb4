// Proves that actors move where there is time for them and where those are whom they talk to, and
// that nothing is lost, doubled or overtaken on the way.

#include <algorithm>
#include <array>
#include <cstring>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "base/format.hpp"
#include "base/limits.hpp"
#include "runtime/sim_node.hpp"

namespace troupe {
namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;
using std::chrono::seconds;

class Doing final : public Actor {
 public:
  struct Script {
    std::function<Outcome(Turn&, BytesView)> handle = [](Turn&, BytesView) { return Outcome{}; };
    std::function<void(Turn&, std::uint64_t)> fired = [](Turn&, std::uint64_t) {};
    std::function<void(Turn&, const AnswerView&)> answered = [](Turn&, const AnswerView&) {};
  };
  explicit Doing(const Script& script) : script_(script) {}

  Outcome handle(Turn& turn, BytesView message) override { return script_.handle(turn, message); }
  Outcome fired(Turn& turn, std::uint64_t timer) override {
    script_.fired(turn, timer);
    return {};
  }
  Outcome answered(Turn& turn, std::uint64_t /*request*/, const AnswerView& answer) override {
    script_.answered(turn, answer);
    return {};
  }

 private:
  const Script& script_;
};

Address spawn_at(SimNode& node, const Doing::Script& script, MailboxBounds mailbox = {}) {
  auto spec = native_spec([&script] { return std::make_unique<Doing>(script); });
  spec->mailbox = mailbox;
  return *node.spawn({.name = std::nullopt, .spec = std::move(spec), .config = {}});
}

std::uint64_t moved_at(SimNode& node) {
  std::uint64_t sum = 0;
  for (const auto& worker : node.core().workers()) sum += worker->counters().moved.load();
  return sum;
}

class Moves : public testing::Test {
 protected:
  // New actors go to the workers in turn, so every second one is on worker 0.
  Address spawn(const Doing::Script& script, MailboxBounds mailbox = {}) {
    return spawn_at(node_, script, mailbox);
  }
  std::uint16_t home(Address actor) { return node_.core().registry().home(actor).value(); }
  std::uint64_t moved() { return moved_at(node_); }

  SimNode node_{{.workers = 2, .seed = 11}};
};

TEST_F(Moves, ShareAHundredBusyActorsBetweenTwoWorkers) {
  const Doing::Script busy{.handle = [this](Turn& turn, BytesView message) {
    node_.clock().advance(microseconds(100));
    EXPECT_TRUE(turn.send(turn.self(), message));
    return Outcome{};
  }};
  const Doing::Script idle;
  std::vector<Address> actors;
  for (int i = 0; i < 100; ++i) {
    actors.push_back(spawn(busy));
    (void)spawn(idle);
  }
  for (const Address actor : actors) {
    ASSERT_EQ(home(actor), home(actors[0]));
    ASSERT_TRUE(node_.core().send(actor, as_bytes("go")));
  }
  node_.run_for(milliseconds(100));
  const auto on_first =
      std::ranges::count_if(actors, [this](Address actor) { return home(actor) == 0; });
  EXPECT_GE(on_first, 40);
  EXPECT_LE(on_first, 60);
  const std::uint64_t before = moved();
  node_.run_for(milliseconds(400));
  EXPECT_LE(moved() - before, 10U) << "it is shared, and stays so";
}

// Spawned, they are to run newest first; some of the oldest are given to the other worker.
TEST_F(Moves, LeaveNewOnesTheNewestFirst) {
  struct Kid final : Actor {
    explicit Kid(std::function<void(Turn&)> begin) : begin_(std::move(begin)) {}
    Outcome start(Turn& turn, BytesView /*config*/) override {
      begin_(turn);
      return {};
    }
    Outcome handle(Turn& /*turn*/, BytesView /*message*/) override { return {}; }

    std::function<void(Turn&)> begin_;
  };
  std::vector<Address> kids;
  std::array<std::vector<Address>, 2> began;
  const auto kid = native_spec([&] {
    return std::make_unique<Kid>([&](Turn& turn) {
      began.at(home(turn.self())).push_back(turn.self());
      node_.clock().advance(microseconds(100));
    });
  });
  const auto parent = native_spec([&] {
    return std::make_unique<Kid>([&](Turn& turn) {
      for (int i = 0; i < 100; ++i) kids.push_back(turn.spawn("kid", std::nullopt, {}).value());
    });
  });
  parent->quotas.children = 100;
  parent->add_template("kid", {.spec = kid.get()});
  ASSERT_TRUE(node_.spawn({.name = std::nullopt, .spec = parent, .config = {}}));
  node_.run_until_idle();
  ASSERT_EQ(began[0].size() + began[1].size(), 100U);
  ASSERT_GE(began[1].size(), 2U);
  EXPECT_EQ(began[0].front(), kids.back());
  const auto number = [&kids](Address one) { return std::ranges::find(kids, one) - kids.begin(); };
  EXPECT_LT(number(began[1].front()), number(began[0].back())) << "the oldest were given away";
  EXPECT_GT(number(began[1].front()), number(began[1].at(1)));
}

// One answers, and twenty on the same worker ask it again and again: how many of them move, if each
// turn takes so long from the second millisecond on?
std::uint64_t moves_of_a_crowd(Duration later) {
  Duration turn = microseconds(2);
  Address one;
  SimNode* there = nullptr;
  const auto ask = [&](Turn& asker) {
    there->clock().advance(turn);
    EXPECT_TRUE(asker.request(one, as_bytes("?"), seconds(1)));
  };
  const Doing::Script asked{.handle = [&](Turn&, BytesView message) {
    there->clock().advance(turn);
    return Outcome::answer(message);
  }};
  const Doing::Script asks{.handle =
                               [&](Turn& asker, BytesView) {
                                 ask(asker);
                                 return Outcome{};
                               },
                           .answered = [&](Turn& asker, const AnswerView&) { ask(asker); }};
  const Doing::Script idle;
  SimNode node({.workers = 2, .seed = 11});
  there = &node;
  one = spawn_at(node, asked);
  std::vector<Address> askers;
  for (int i = 0; i < 20; ++i) {
    (void)spawn_at(node, idle);
    askers.push_back(spawn_at(node, asks));
    EXPECT_EQ(node.core().registry().home(askers.back()), node.core().registry().home(one));
  }
  for (const Address asker : askers) EXPECT_TRUE(node.core().send(asker, as_bytes("go")));
  node.run_for(milliseconds(1));
  turn = later;
  node.run_for(milliseconds(100));
  return moved_at(node);
}

TEST(MovesOfACrowd, DoNotPartThoseWhoOnlyTalk) { EXPECT_EQ(moves_of_a_crowd(microseconds(2)), 0U); }
TEST(MovesOfACrowd, PartThoseWhoWork) { EXPECT_GE(moves_of_a_crowd(microseconds(50)), 5U); }

// Two that send the same message to and fro.
struct Pair {
  Address first;
  Address second;
  std::uint64_t rounds = 0;
  std::uint64_t rounds_left = 0;

  Doing::Script script{.handle = [this](Turn& turn, BytesView message) {
    const Address other = turn.self() == first ? second : first;
    if (turn.self() == first) {
      ++rounds;
      if (rounds_left-- == 0) return Outcome{};
    }
    EXPECT_TRUE(turn.send(other, message));
    return Outcome{};
  }};
};

TEST_F(Moves, BringTwoTogetherThatTalkOnlyToEachOther) {
  Pair pair;
  pair.first = spawn(pair.script);
  pair.second = spawn(pair.script);
  ASSERT_NE(home(pair.first), home(pair.second));
  const std::uint16_t first_home = home(pair.first);
  pair.rounds_left = 1'000;
  node_.send(pair.first, "ball");
  EXPECT_EQ(pair.rounds, 1'001U);
  EXPECT_EQ(home(pair.first), home(pair.second));
  EXPECT_EQ(home(pair.first), first_home) << "the later one follows";
  EXPECT_EQ(moved(), 1U);
  // And they stay, whatever time it is.
  for (int i = 0; i < 5; ++i) {
    node_.advance(seconds(1));
    pair.rounds_left = 10'000;
    node_.send(pair.first, "ball");
  }
  EXPECT_EQ(moved(), 1U);
}

TEST_F(Moves, TakeAPairApartOnlyUntilTheSecondHasFollowed) {
  // Two pairs on one worker: one of them goes to the idle worker.
  std::array<Pair, 2> pairs;
  const Doing::Script idle;
  for (Pair& pair : pairs) {
    pair.script.handle = [this, handle = pair.script.handle](Turn& turn, BytesView message) {
      node_.clock().advance(microseconds(20));
      return handle(turn, message);
    };
    pair.rounds_left = UINT64_MAX;
    pair.first = spawn(pair.script);
    (void)spawn(idle);
    pair.second = spawn(pair.script);
    (void)spawn(idle);
  }
  for (const Pair& pair : pairs) {
    ASSERT_TRUE(node_.core().send(pair.first, as_bytes("ball")));
  }
  node_.run_for(seconds(1));
  for (const Pair& pair : pairs) EXPECT_EQ(home(pair.first), home(pair.second));
  EXPECT_NE(home(pairs[0].first), home(pairs[1].first));
  EXPECT_EQ(moved(), 2U);
}

TEST(MovesSwitchedOff, LeaveActorsWhereTheyWerePut) {
  SimNode node({.workers = 2, .actors_move = false, .seed = 11});
  Pair pair;
  for (Address* one : {&pair.first, &pair.second}) {
    *one = spawn_at(node, pair.script);
  }
  pair.rounds_left = 1'000;
  node.send(pair.first, "ball");
  EXPECT_EQ(pair.rounds, 1'001U);
  EXPECT_NE(node.core().registry().home(pair.first), node.core().registry().home(pair.second));
}

// A receiver that follows its sender, which goes on sending.
TEST_F(Moves, KeepTheOrderOfWhatIsOnTheWay) {
  Address receiver;
  std::uint64_t sent = 0;
  std::vector<std::uint64_t> got;
  const Doing::Script sender{.handle = [&](Turn& turn, BytesView message) {
    for (int i = 0; i < 7; ++i) {
      std::array<std::uint8_t, 8> number{};
      std::memcpy(number.data(), &sent, sizeof sent);
      if (turn.send(receiver, number)) ++sent;
    }
    if (sent < 5'000) {
      EXPECT_TRUE(turn.send(turn.self(), message));
    }
    return Outcome{};
  }};
  const Doing::Script taker{.handle = [&](Turn&, BytesView message) {
    std::uint64_t number = 0;
    std::memcpy(&number, message.data(), sizeof number);
    got.push_back(number);
    return Outcome{};
  }};
  const Address source = spawn(sender);
  receiver = spawn(taker);
  ASSERT_NE(home(source), home(receiver));
  node_.send(source, "go");
  EXPECT_EQ(moved(), 1U);
  EXPECT_EQ(home(source), home(receiver));
  ASSERT_EQ(got.size(), sent);
  EXPECT_TRUE(std::ranges::is_sorted(got));
}

// Timers and open requests come along: they fire and settle at the new home.
TEST_F(Moves, TakeTimersAndRequestsAlong) {
  std::uint64_t fired = 0;
  std::vector<std::string> outcomes;
  Pair pair;
  Doing::Script mover = pair.script;
  const Doing::Script silent{.handle = [](Turn& turn, BytesView) {
    static_cast<void>(turn.responder_for_later());
    return Outcome{};
  }};
  Address quiet;
  mover.handle = [&, play = pair.script.handle](Turn& turn, BytesView message) {
    if (as_text(message) != "prepare") return play(turn, message);
    EXPECT_TRUE(turn.start_timer(seconds(5), std::nullopt));
    EXPECT_TRUE(turn.start_timer(seconds(6), seconds(1)));
    EXPECT_TRUE(turn.request(quiet, {}, seconds(7)));
    return Outcome{};
  };
  mover.fired = [&](Turn&, std::uint64_t) { ++fired; };
  mover.answered = [&](Turn&, const AnswerView& answer) {
    outcomes.push_back(answer ? "answered" : to_string(answer.error()));
  };
  pair.first = spawn(pair.script);
  pair.second = spawn(mover);
  quiet = spawn(silent);
  const std::uint16_t before = home(pair.second);
  node_.send(pair.second, "prepare");
  pair.rounds_left = 200;
  node_.send(pair.first, "ball");
  ASSERT_NE(home(pair.second), before);
  node_.advance(milliseconds(4'999));
  EXPECT_EQ(fired, 0U);
  node_.advance(milliseconds(2));
  EXPECT_EQ(fired, 1U);
  node_.advance(milliseconds(1'998));
  EXPECT_EQ(fired, 2U);
  EXPECT_TRUE(outcomes.empty());
  node_.advance(milliseconds(2));
  EXPECT_EQ(outcomes, (std::vector<std::string>{"timed-out"}));
  EXPECT_EQ(fired, 3U);
}

TEST_F(Moves, LetThoseEndWhoAreOnTheirWay) {
  // The follower is killed, or stopped, while its home has changed and its cell has not left.
  for (const bool is_killed : {true, false}) {
    Pair pair;
    pair.first = spawn(pair.script);
    pair.second = spawn(pair.script);
    const std::uint16_t before = home(pair.second);
    pair.rounds_left = UINT64_MAX;
    ASSERT_TRUE(node_.core().send(pair.first, as_bytes("ball")));
    const auto& workers = node_.core().workers();
    Worker& old_home = *workers[before];
    while (home(pair.second) == before) {
      for (const auto& worker : workers) (void)worker->step();
    }
    Control& control = node_.core().control();
    bool is_gone = false;
    control.post([&] {
      if (is_killed) {
        control.kill(pair.second,
                     [&](const Result<void>& result) { is_gone = result.has_value(); });
      } else {
        control.stop(pair.second, seconds(1),
                     [&](const Result<void>& result) { is_gone = result.has_value(); });
      }
    });
    (void)control.step();
    (void)old_home.step();
    pair.rounds_left = 10;
    node_.run_until_idle();
    node_.advance(seconds(1));
    EXPECT_TRUE(is_gone);
    const auto exits = node_.take_exits();
    ASSERT_EQ(exits.size(), 1U);
    EXPECT_EQ(exits[0].exit, is_killed ? Exit::killed() : Exit::normal());
    EXPECT_EQ(node_.core().registry().home(pair.second).has_value(), is_killed)
        << "who was killed is restarted";
  }
}

// More is sent to a worker that does not get on than its inbox takes.
TEST_F(Moves, HoldBackWhatAFullInboxDoesNotTake) {
  constexpr std::uint64_t wanted = limits::inbox_messages_max + 200'000;
  std::vector<Address> receivers;
  std::uint64_t sent = 0;
  std::uint64_t turns = 0;
  std::uint64_t got = 0;
  const Doing::Script sender{.handle = [&](Turn& turn, BytesView message) {
    ++turns;
    for (std::size_t i = 0; i < 1'000 && sent < wanted; ++i) {
      if (turn.send(receivers[i % receivers.size()], {})) ++sent;
    }
    if (sent < wanted) {
      EXPECT_TRUE(turn.send(turn.self(), message));
    }
    return Outcome{};
  }};
  const Doing::Script taker{.handle = [&](Turn&, BytesView) {
    ++got;
    return Outcome{};
  }};
  const Address source = spawn(sender);
  for (int i = 0; i < 20; ++i) {
    const Address receiver = spawn(taker, {.messages = limits::mailbox_messages_max});
    if (home(receiver) != home(source)) receivers.push_back(receiver);
  }
  Worker& from = *node_.core().workers()[home(source)];
  Worker& to = *node_.core().workers()[home(receivers[0])];
  ASSERT_TRUE(node_.core().send(source, as_bytes("go")));
  for (int i = 0; i < 10; ++i) (void)from.step();
  const std::uint64_t turns_when_full = turns;
  EXPECT_LT(sent, wanted);
  EXPECT_GE(sent, limits::inbox_messages_max);
  for (int i = 0; i < 10; ++i) (void)from.step();
  EXPECT_EQ(turns, turns_when_full) << "its turns wait";
  EXPECT_LT(from.next_due(), never) << "and it looks again by itself";
  (void)to.step();
  (void)from.step();
  EXPECT_GT(turns, turns_when_full);
  node_.run_until_idle();
  EXPECT_EQ(sent, wanted);
  EXPECT_EQ(got, sent);
}

}  // namespace
}  // namespace troupe
