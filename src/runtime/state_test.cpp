// Proves which state a life begins with, whenever its restart is asked for and whatever comes
// between. The actor is a stand-in for a guest that exports `state`.

#include <algorithm>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "base/check.hpp"
#include "base/format.hpp"
#include "runtime/sim_node.hpp"

namespace troupe {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

// Of all lives of one actor.
struct Story {
  std::vector<std::string> begun;                // How each life did, "start" or "load VALUE".
  int snapshots = 0;                             // That were asked for.
  std::optional<Reply> instead = {};             // Of the next of them.
  std::function<void()> while_starting = [] {};  // The next time.
  std::function<void()> while_saving = [] {};
  bool load_fails = false;
  bool says_not_now = false;  // When the life is to end.
};

Reply crashed(std::string why) {
  auto death = std::make_unique<Death>();
  death->exit = Exit::crashed(std::move(why));
  return Reply::ended(std::move(death));
}

// Its state is a number: "add" and each answer make it greater, "get" answers with it. "ask" asks
// `echo`, "later" takes over an answer, which "now" gives; "exit" ends it, "crash" crashes.
class Counting final : public Instance {
 public:
  explicit Counting(Story& story) : story_(story) {}

  Reply boot(HostCalls& /*host*/) override { return {}; }
  Reply start(HostCalls& /*host*/, BytesView /*config*/) override {
    story_.begun.emplace_back("start");
    std::exchange(story_.while_starting, [] {})();
    return {};
  }
  Reply handle(HostCalls& host, BytesView payload) override {
    const std::string_view word = as_text(payload);
    Turn& turn = host.turn();
    if (word == "add") ++value_;
    if (word == "ask") CHECK(turn.request(*turn.find("echo"), as_bytes("x"), seconds(60)));
    if (word == "later") later_ = turn.responder_for_later();
    if (word == "now") CHECK(turn.answer(*std::exchange(later_, {}), as_bytes("at last")));
    if (word == "exit") turn.exit({});
    if (word == "crash") return crashed("told to");
    if (word != "get") return {};
    host.returned(as_bytes(std::to_string(value_)));
    return {.kind = Reply::Kind::answered, .error = nullptr, .death = nullptr};
  }
  Reply answered(HostCalls& /*host*/, std::uint64_t /*request*/,
                 const AnswerView& /*answer*/) override {
    ++value_;
    return {};
  }
  SaveReply save(HostCalls& /*host*/, bool ending, Duration /*deadline*/) override {
    story_.while_saving();
    if (!ending) ++story_.snapshots;
    if (!ending && story_.instead) {
      Reply reply = *std::exchange(story_.instead, {});
      if (reply.death != nullptr) return {.death = std::move(reply.death)};
      return {.saved = std::unexpected(*std::move(reply.error)), .death = nullptr};
    }
    if (ending && story_.says_not_now) return {.saved = std::unexpected("busy"), .death = {}};
    SavedState saved{.bytes = to_bytes(std::to_string(value_)), .addresses = {}, .responders = {}};
    if (ending && later_) saved.responders.push_back(*later_);
    return {.saved = std::move(saved), .death = nullptr};
  }
  Reply load(HostCalls& /*host*/, std::string_view /*version*/, const SavedState& saved,
             BytesView /*config*/) override {
    story_.begun.push_back(fmt::format("load {}", as_text(saved.bytes)));
    if (story_.load_fails) return crashed("rotten");
    value_ = std::stoi(std::string(as_text(saved.bytes)));
    if (!saved.responders.empty()) later_ = saved.responders[0];
    return {};
  }

  Reply fired(HostCalls& /*host*/, std::uint64_t /*timer*/) override { return {}; }
  Reply event(HostCalls& /*host*/, std::uint64_t /*subscription*/, std::string_view /*topic*/,
              BytesView /*payload*/) override {
    return {};
  }
  Reply exited(HostCalls& /*host*/, std::uint64_t /*watch*/, const Exit& /*exit*/) override {
    return {};
  }
  Reply stop(HostCalls& /*host*/, Duration /*budget*/) override { return {}; }
  HealthReply check(HostCalls& /*host*/, Duration /*deadline*/) override { return {}; }
  [[nodiscard]] InstanceUsage usage() const override { return {}; }
  [[nodiscard]] std::uint64_t usage_stamp() const override { return 0; }

 private:
  Story& story_;
  int value_ = 0;
  std::optional<Responder> later_;
};

class CountingCode final : public Code {
 public:
  explicit CountingCode(Story& story) : story_(story) {}
  [[nodiscard]] const GuestInterfaces& interfaces() const override { return interfaces_; }
  [[nodiscard]] std::unique_ptr<Instance> instantiate(
      const InstanceLimits& /*limits*/) const override {
    return std::make_unique<Counting>(story_);
  }
  [[nodiscard]] FrameDescription describe(const TrapFrame& /*frame*/) const override { return {}; }

 private:
  Story& story_;
  GuestInterfaces interfaces_{.answers = true, .timers = true, .state = true};
};

struct Echo final : Actor {
  Outcome handle(Turn& /*turn*/, BytesView message) override { return Outcome::answer(message); }
};

// A node with one such actor, `a`, and `echo`.
struct Stage {
  explicit Stage(
      std::uint64_t seed = 1, const std::function<void(ActorSpec&)>& change = [](ActorSpec&) {})
      : node({.workers = 3, .seed = seed}) {
    auto spec = native_spec([] { return std::make_unique<Echo>(); });
    CHECK(node.spawn({.name = "echo", .spec = spec, .config = {}}));
    spec = native_spec([] { return std::make_unique<Echo>(); });
    spec->code = std::make_shared<CountingCode>(story);
    spec->interfaces = spec->code->interfaces();
    change(*spec);
    a = *node.spawn({.name = "a", .spec = std::move(spec), .config = {}});
  }

  Control& control() { return node.core().control(); }
  void post_restart() {
    control().post([this] {
      control().restart(a, seconds(1),
                        [this](Result<void> outcome) { restarted = std::move(outcome); });
    });
  }
  void restart() {
    post_restart();
    node.run_until_idle();
  }
  std::string ask(std::string_view text) {
    const auto answer = node.request(a, text);
    return answer ? std::string(as_text(*answer)) : answer.error().message;
  }

  Story story;
  SimNode node;
  Address a;
  std::optional<Result<void>> restarted;  // What became of the last that was asked for.
};

constexpr std::uint64_t seeds = 200;

TEST(State, GoesOnWithWhateverComesMeanwhile) {
  for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
    SCOPED_TRACE(seed);
    Stage stage(seed);
    NodeCore& core = stage.node.core();
    stage.ask("get");
    std::optional<Result<Bytes>> answer;
    core.request_async(stage.a, as_bytes("later"), seconds(60),
                       [&](Result<Bytes> outcome) { answer = std::move(outcome); });
    for (int at = 0; at < 5; ++at) (void)core.send(stage.a, as_bytes(at % 2 == 0 ? "add" : "ask"));
    stage.post_restart();
    for (int at = 0; at < 5; ++at) (void)core.send(stage.a, as_bytes(at % 2 == 0 ? "ask" : "add"));
    stage.node.run_until_idle();
    ASSERT_TRUE(stage.restarted && *stage.restarted);
    EXPECT_EQ(stage.ask("get"), "10") << "five messages and five answers";
    ASSERT_FALSE(answer) << "it is still owed";
    stage.ask("now");
    ASSERT_TRUE(answer && *answer);
    EXPECT_EQ(as_text(**answer), "at last");
    EXPECT_EQ(stage.story.begun.size(), 2U);
    EXPECT_TRUE(core.dead_letters().latest(10).empty());
  }
}

TEST(State, IsLostWhenTheRestartGivesWayToAStop) {
  for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
    SCOPED_TRACE(seed);
    Stage stage(seed);
    std::optional<Result<Bytes>> answer;
    stage.node.core().request_async(stage.a, as_bytes("later"), seconds(60),
                                    [&](Result<Bytes> outcome) { answer = std::move(outcome); });
    stage.node.run_until_idle();
    stage.post_restart();
    bool is_gone = false;
    // Sometimes before the life has ended, sometimes afterwards.
    auto stop = [&] {
      stage.control().stop(stage.a, seconds(1), [&](const auto&) { is_gone = true; });
    };
    if (seed % 2 == 0) {
      stage.control().post(stop);
    } else {
      stage.story.while_saving = [&] { stage.control().post(stop); };
    }
    stage.node.run_until_idle();
    EXPECT_TRUE(is_gone);
    ASSERT_TRUE(stage.restarted);
    EXPECT_FALSE(*stage.restarted);
    ASSERT_TRUE(answer) << "who waits hears of it";
    EXPECT_FALSE(answer->has_value());
    EXPECT_EQ(stage.story.begun.size(), 1U);
    EXPECT_FALSE(stage.node.core().roster().actor(stage.a));
  }
}

TEST(State, LetsMessagesInAgainWhenItsRestartIsCalledOff) {
  Stage stage(1, [](ActorSpec& spec) { spec.mailbox.while_unready = WhileUnready::refuse; });
  stage.story.says_not_now = true;
  stage.restart();
  ASSERT_TRUE(stage.restarted);
  EXPECT_FALSE(*stage.restarted);
  EXPECT_EQ(stage.ask("get"), "0") << "it goes on, and is ready";
}

TEST(State, IsLostWhenItIsKilledBeforeTheNextLife) {
  for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
    SCOPED_TRACE(seed);
    Stage stage(seed);
    stage.ask("add");
    stage.story.while_saving = [&] {
      // Arrives when this life has ended, or the next one has been asked for, or has begun.
      stage.control().post([&] {
        for (int times = static_cast<int>(seed % 3); times >= 0; --times)
          stage.control().kill(stage.a, [](const auto&) {});
      });
    };
    stage.restart();
    stage.story.while_saving = [] {};
    stage.node.advance(seconds(60));
    // Whatever came first: the actor lives, and a state that a life was to begin with, and did not,
    // is not there for a later one.
    const std::string value = stage.ask("get");
    EXPECT_EQ(value, stage.story.begun.back() == "start" ? "0" : "1");
    if (stage.story.begun.size() > 2) {
      EXPECT_EQ(stage.story.begun.back(), "start");
    }
  }
}

TEST(State, IsLostWhenSavingTakesLongerThanTheBudget) {
  Stage stage;
  stage.ask("add");
  stage.story.while_saving = [&] { stage.node.clock().advance(seconds(2)); };
  stage.restart();
  EXPECT_EQ(stage.node.exits().back().exit, Exit::killed());
  EXPECT_EQ(stage.ask("get"), "0");
}

// Two actors that are stopped and started together.
struct Group {
  explicit Group(std::uint64_t seed = 1) : stage(seed) {
    stage.control().post(
        [this] { stage.control().add_supervisor("group", {.strategy = Strategy::one_for_all}); });
    stage.node.run_until_idle();
    one = spawn("one", story_of_one);
    two = spawn("two", story_of_two);
  }
  Address spawn(const std::string& name, Story& story) {
    auto spec = native_spec([] { return std::make_unique<Echo>(); });
    spec->code = std::make_shared<CountingCode>(story);
    spec->interfaces = spec->code->interfaces();
    return *stage.node.spawn(
        {.name = name, .supervisor = "group", .spec = std::move(spec), .config = {}});
  }

  Story story_of_one;
  Story story_of_two;
  Stage stage;
  Address one;
  Address two;
};

TEST(State, IsNotForARestartForTheSakeOfOthers) {
  Group group;
  group.stage.node.send(group.one, "add");
  group.stage.node.send(group.two, "crash");
  EXPECT_EQ(group.story_of_one.begun, (std::vector<std::string>{"start", "start"}));
}

TEST(State, IsForgottenByAStopForTheSakeOfOthers) {
  for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
    SCOPED_TRACE(seed);
    Group group(seed);
    group.stage.a = group.one;
    // Sometimes before the life has ended, sometimes afterwards.
    const auto crash = [&] { (void)group.stage.node.core().send(group.two, as_bytes("crash")); };
    if (seed % 2 == 1) group.story_of_one.while_saving = crash;
    group.stage.post_restart();
    if (seed % 2 == 0) crash();
    group.stage.node.advance(seconds(60));
    ASSERT_TRUE(group.stage.restarted);
    EXPECT_EQ(group.story_of_one.begun.back(), "start") << "two began anew";
    if (seed % 2 == 1) continue;
    for (const ExitEvent& event : group.stage.node.exits()) {
      EXPECT_EQ(event.life, 1U) << "who is asked to stop twice ends once";
    }
  }
}

// --- Snapshots.

void each_second(ActorSpec& spec) { spec.snapshot_interval = seconds(1); }

TEST(Snapshots, AreTakenOnceInAnIntervalAndOnlyOfWhatIsNew) {
  Stage stage(1, each_second);
  stage.node.advance(seconds(10));
  EXPECT_EQ(stage.story.snapshots, 0) << "it has had nothing to do since its start";
  stage.ask("add");
  EXPECT_EQ(stage.story.snapshots, 1) << "the time for one has long come";
  for (int at = 0; at < 20; ++at) stage.ask("add");
  stage.node.advance(milliseconds(999));
  EXPECT_EQ(stage.story.snapshots, 1);
  stage.node.advance(milliseconds(1));
  EXPECT_EQ(stage.story.snapshots, 2);
  stage.node.advance(seconds(100));
  EXPECT_EQ(stage.story.snapshots, 2) << "nothing new";
}

TEST(Snapshots, AreNotTakenUnlessAskedFor) {
  Stage stage;
  stage.ask("add");
  stage.node.advance(seconds(100));
  EXPECT_EQ(stage.story.snapshots, 0);
  stage.ask("crash");
  EXPECT_EQ(stage.ask("get"), "0");
}

TEST(Snapshots, AreWhatALifeBeginsWithAfterACrash) {
  Stage stage(1, each_second);
  stage.ask("add");
  stage.node.advance(seconds(1));
  stage.ask("add");  // Too late for the snapshot.
  stage.ask("crash");
  EXPECT_EQ(stage.ask("get"), "1");
  EXPECT_EQ(stage.story.begun.back(), "load 1");
  stage.ask("add");
  stage.node.advance(seconds(1));
  stage.ask("crash");
  stage.node.advance(seconds(1));
  EXPECT_EQ(stage.ask("get"), "2") << "and it goes on taking them";
}

TEST(Snapshots, ServeOnceIfTheLifeHandlesNothing) {
  Stage stage(1, each_second);
  stage.ask("add");
  stage.node.advance(seconds(1));
  stage.ask("crash");
  EXPECT_EQ(stage.story.begun.back(), "load 1");
  stage.ask("get");
  stage.ask("crash");
  stage.node.advance(seconds(1));
  EXPECT_EQ(stage.story.begun.back(), "load 1") << "it has handled something: that state is sound";
  stage.ask("crash");
  stage.node.advance(seconds(1));
  EXPECT_EQ(stage.story.begun.back(), "start");
  EXPECT_EQ(stage.ask("get"), "0");
  EXPECT_FALSE(stage.node.end());
}

TEST(Snapshots, AreNotTriedAgainWhenLoadingFails) {
  Stage stage(1, each_second);
  stage.ask("add");
  stage.node.advance(seconds(1));
  stage.story.load_fails = true;
  stage.ask("crash");
  stage.node.advance(seconds(10));
  EXPECT_EQ(stage.story.begun, (std::vector<std::string>{"start", "load 1", "start"}));
  EXPECT_EQ(stage.node.exits().back().in_hand->what, "load");
  EXPECT_EQ(stage.ask("get"), "0");
}

TEST(Snapshots, OutliveAKill) {
  Stage stage(1, each_second);
  stage.ask("add");
  stage.node.advance(seconds(1));
  for (int at = 0; at < 3; ++at) {
    stage.control().post([&] { stage.control().kill(stage.a, [](const auto&) {}); });
    stage.node.advance(seconds(1));
    EXPECT_EQ(stage.story.begun.back(), "load 1") << "which says nothing of the state";
  }
}

TEST(Snapshots, AreForgottenByWhoEndsWell) {
  Stage stage(1, each_second);
  stage.ask("add");
  stage.node.advance(seconds(1));
  stage.ask("exit");
  EXPECT_EQ(stage.story.begun.back(), "start");
  stage.ask("crash");
  stage.node.advance(seconds(1));
  EXPECT_EQ(stage.story.begun.back(), "start");
}

TEST(Snapshots, StepInWhenAPlannedStateFails) {
  Stage stage(1, each_second);
  stage.ask("add");
  stage.node.advance(seconds(1));
  stage.ask("add");
  stage.restart();
  EXPECT_EQ(stage.story.begun.back(), "load 2") << "the latest is what it saved at its end";
  stage.story.load_fails = true;
  stage.restart();
  stage.node.advance(seconds(10));
  EXPECT_EQ(stage.story.begun,
            (std::vector<std::string>{"start", "load 2", "load 2", "load 1", "start"}));
}

TEST(Snapshots, AreNotKeptBeyondTheirLimit) {
  Stage stage(1, [](ActorSpec& spec) {
    each_second(spec);
    spec.snapshot_bytes = 1;
  });
  for (int at = 0; at < 9; ++at) stage.ask("add");
  stage.node.advance(seconds(1));
  stage.ask("add");
  stage.node.advance(seconds(1));
  EXPECT_EQ(stage.story.snapshots, 2);
  const auto events = stage.node.core().history().events.find({}, "test");
  ASSERT_FALSE(events.empty());
  EXPECT_EQ(events.back().kind, NodeEvent::Kind::limit);
  EXPECT_TRUE(events.back().text.contains("at most 1B")) << events.back().text;
  stage.ask("crash");
  EXPECT_EQ(stage.story.begun.back(), "load 9");
}

TEST(Snapshots, AreTriedLaterWhenTheGuestDoesNotWantTo) {
  Stage stage(1, each_second);
  stage.story.instead = Reply::failed("in the middle");
  stage.ask("add");
  stage.node.advance(seconds(1));
  EXPECT_EQ(stage.story.snapshots, 1);
  EXPECT_EQ(stage.node.log().back(), "test/a: no snapshot now: in the middle");
  stage.ask("add");
  stage.node.advance(seconds(1));
  stage.ask("crash");
  EXPECT_EQ(stage.story.begun.back(), "load 2");
}

TEST(Snapshots, ThatCrashALifeAreNoneOfIt) {
  Stage stage(1, each_second);
  stage.ask("add");
  stage.node.advance(seconds(1));
  stage.story.instead = crashed("over it");
  stage.ask("add");
  stage.node.advance(seconds(1));
  ASSERT_FALSE(stage.node.exits().empty());
  EXPECT_EQ(stage.node.exits().back().in_hand->what, "save");
  EXPECT_EQ(stage.story.begun.back(), "load 1");
}

TEST(Snapshots, GoOnAfterARestartThatWasCalledOff) {
  Stage stage(1, [](ActorSpec& spec) { each_second(spec); });
  stage.story.says_not_now = true;
  stage.ask("add");
  stage.post_restart();
  stage.node.run_until_idle();
  ASSERT_TRUE(stage.restarted);
  EXPECT_FALSE(*stage.restarted);
  stage.node.advance(seconds(1));
  EXPECT_EQ(stage.story.snapshots, 1);
  stage.ask("add");
  stage.node.advance(seconds(1));
  EXPECT_EQ(stage.story.snapshots, 2);
}

// Sends what it is sent to `a`.
struct Feeder final : Actor {
  Outcome handle(Turn& turn, BytesView message) override {
    for (int at = 0; at < 10; ++at) (void)turn.send(*turn.find("a"), message);
    return {};
  }
};

TEST(Snapshots, AreTakenWhereverTheActorMoves) {
  Stage stage(1, [](ActorSpec& spec) { each_second(spec); });
  const auto moved = [&] {
    std::uint64_t sum = 0;
    for (const auto& worker : stage.node.core().workers()) sum += worker->counters().moved.load();
    return sum;
  };
  std::vector<Address> feeders;
  for (int at = 0; at < 3; ++at) {
    auto spec = native_spec([] { return std::make_unique<Feeder>(); });
    feeders.push_back(*stage.node.spawn(
        {.name = fmt::format("feeder-{}", at), .spec = std::move(spec), .config = {}}));
  }
  for (int round = 0; round < 12; ++round) {
    for (int at = 0; at < 60; ++at)
      stage.node.send(feeders.at(static_cast<std::size_t>(round) % feeders.size()), "add");
    stage.node.advance(seconds(2));
    // One at its first message, but for the first time, and one when more is due.
    EXPECT_EQ(stage.story.snapshots, 2 * round + 1);
  }
  EXPECT_GT(moved(), 0U);
  stage.ask("crash");
  EXPECT_EQ(stage.ask("get"), "7200");
}

// --- Mailboxes.

// What became of what was sent to `a`, which drops.
struct Dropping {
  explicit Dropping(MailboxBounds bounds = {})
      : stage(1, [bounds](ActorSpec& spec) mutable {
          bounds.on_restart = OnRestart::drop;
          spec.mailbox = bounds;
        }) {}

  // All that is said before the node is run again waits together.
  void say(std::string_view text) { (void)stage.node.core().send(stage.a, as_bytes(text)); }
  void request(std::string_view text) {
    stage.node.core().request_async(
        stage.a, as_bytes(text), seconds(60), [this](const Result<Bytes>& answer) {
          answers.push_back(answer ? "answered" : answer.error().message);
        });
  }
  std::vector<std::string> dead() {
    std::vector<std::string> all;
    for (const DeadLetter& letter : stage.node.core().dead_letters().latest(100)) {
      all.push_back(fmt::format("{} {}", as_text(letter.payload), to_string(letter.reason)));
    }
    std::ranges::reverse(all);
    return all;
  }
  ActorStatus status() { return *stage.node.core().roster().actor(stage.a); }

  Stage stage;
  std::vector<std::string> answers;
};

using Texts = std::vector<std::string>;

TEST(OnRestart, KeepsWhatWaitsUnlessItsMailboxSaysOtherwise) {
  Stage stage;
  (void)stage.node.core().send(stage.a, as_bytes("crash"));
  (void)stage.node.core().send(stage.a, as_bytes("add"));
  stage.node.run_until_idle();
  EXPECT_EQ(stage.ask("get"), "1");
}

TEST(OnRestart, DropsWhatWaitsAtACrash) {
  Dropping dropping;
  dropping.say("crash");
  dropping.say("add");
  dropping.request("get");
  dropping.stage.node.run_until_idle();
  EXPECT_EQ(dropping.dead(), (Texts{"crash crashed", "add restarted", "get restarted"}));
  EXPECT_EQ(dropping.answers.size(), 1U) << "at once";
  EXPECT_EQ(dropping.status().queued, 0U);
  EXPECT_EQ(dropping.stage.ask("get"), "0") << "the next life is sent what comes after";
}

TEST(OnRestart, KeepsWhatIsSentWhileTheRestartIsAwaited) {
  Dropping dropping;
  dropping.say("crash");
  dropping.stage.node.run_until_idle();
  dropping.say("crash");  // This time the restart waits.
  dropping.stage.node.run_until_idle();
  dropping.say("add");
  dropping.stage.node.advance(seconds(1));
  EXPECT_EQ(dropping.stage.ask("get"), "1");
}

TEST(OnRestart, KeepsWhatIsToBeRedelivered) {
  Dropping dropping({.redeliver = 1});
  dropping.request("crash");
  dropping.say("add");
  dropping.stage.node.advance(seconds(1));
  EXPECT_EQ(dropping.dead(), (Texts{"add restarted", "crash quarantined"})) << "after a second try";
  EXPECT_EQ(dropping.stage.story.begun.size(), 3U);
  EXPECT_EQ(dropping.answers.size(), 1U);
}

TEST(OnRestart, DropsNothingOfAStateThatGoesOn) {
  Dropping dropping;
  dropping.stage.post_restart();
  dropping.say("add");
  dropping.say("add");
  dropping.stage.node.run_until_idle();
  EXPECT_EQ(dropping.stage.ask("get"), "2");
  EXPECT_EQ(dropping.stage.story.begun.size(), 2U);
  EXPECT_TRUE(dropping.dead().empty());
}

TEST(OnRestart, SaysGoneWhereNoLifeFollows) {
  Dropping dropping;
  dropping.stage.control().post([&] {
    dropping.stage.control().stop(dropping.stage.a, seconds(1), [](const auto&) {});
    // Behind the stop, by the same way.
    dropping.say("add");
    dropping.stage.control().kill(dropping.stage.a, [](const auto&) {});
  });
  dropping.stage.node.run_until_idle();
  EXPECT_EQ(dropping.dead(), (Texts{"add gone"}));
  EXPECT_FALSE(dropping.stage.node.core().roster().actor(dropping.stage.a));
}

TEST(OnRestart, LetsInWhoFoundNoRoom) {
  Dropping dropping({.messages = 2, .when_full = WhenFull::block});
  dropping.say("crash");
  dropping.say("add");
  dropping.stage.node.run_until_idle();
  for (int at = 0; at < 2; ++at) dropping.say("add");
  dropping.stage.node.run_until_idle();
  EXPECT_EQ(dropping.stage.ask("get"), "2");
}

// --- Start time-outs.

TEST(StartTimeout, EndsALifeThatIsNotReadyInTime) {
  Stage stage(1, [](ActorSpec& spec) { spec.limits.start_timeout = seconds(1); });
  stage.story.while_starting = [&] { stage.node.clock().advance(seconds(1)); };
  stage.ask("crash");
  EXPECT_EQ(stage.node.exits().size(), 1U) << "just in time";
  stage.story.while_starting = [&] { stage.node.clock().advance(milliseconds(1'001)); };
  stage.ask("crash");
  stage.node.advance(seconds(10));
  ASSERT_EQ(stage.node.exits().size(), 3U);
  EXPECT_EQ(stage.node.exits()[2].exit, Exit::exceeded("start-time"));
  EXPECT_EQ(stage.node.exits()[2].in_hand->what, "start");
  EXPECT_EQ(stage.ask("get"), "0") << "the next one was in time";
}

}  // namespace
}  // namespace troupe
