// Proves the bounds that a guest meets beside other actors: room in mailboxes and outboxes, time
// that passes while it waits, what a life leaves behind. One worker, so that the order is known; a
// native actor lets time pass in the middle of it.

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "base/format.hpp"
#include "base/limits.hpp"
#include "guest_node.hpp"

namespace troupe {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

// Lets as many milliseconds pass as its message says.
class Passer final : public Actor {
 public:
  explicit Passer(SimClock& clock) : clock_(clock) {}

  Outcome handle(Turn& /*turn*/, BytesView message) override {
    clock_.advance(milliseconds(std::stoi(std::string(as_text(message)))));
    return {};
  }

 private:
  SimClock& clock_;
};

// Notes the sizes of what it is sent.
class Measurer final : public Actor {
 public:
  explicit Measurer(std::vector<std::size_t>& sizes) : sizes_(sizes) {}

  Outcome handle(Turn& /*turn*/, BytesView message) override {
    sizes_.push_back(message.size());
    return {};
  }

 private:
  std::vector<std::size_t>& sizes_;
};

class BoundsTest : public testing::Test {
 protected:
  Address probe(const std::string& name, GuestOptions options = {}) {
    options.grants = {
        .find = {"a", "b", "c"}, .publish = {"news.#"}, .subscribe = {"news.#"}, .spawn = {"kid"}};
    return *node_.spawn(name, "probe", options);
  }
  Address passer() {
    SimClock& clock = node_.sim().clock();
    return *node_.sim().spawn(
        {.name = "passer",
         .spec = native_spec([&clock] { return std::make_unique<Passer>(clock); }),
         .config = {}});
  }
  std::string ask(Address to, std::string_view text) { return node_.ask(to, text); }
  // Waits in the mailbox until the node runs.
  void queue(Address to, std::string_view text) {
    ASSERT_TRUE(node_.sim().core().send(to, as_bytes(text)));
  }
  void run() { node_.sim().run_until_idle(); }

  GuestNode node_{1};
};

TEST_F(BoundsTest, TellASenderThatTheReceiverIsBusyUntilThereIsRoom) {
  const Address a = probe("a");
  const Address b = probe("b", {.mailbox = {.messages = 4}});
  // One turn of a: what its first message sent is in b's mailbox when the second is handled.
  queue(a, "send b x;send b x;send b x");
  EXPECT_EQ(ask(a, "send b x"), "ok");
  queue(a, "send b x;send b x;send b x;send b x");
  EXPECT_EQ(ask(a, "send b x;request b 9 x;publish news.x y"),
            "refused busy;refused busy;refused no-subscriber");
  EXPECT_EQ(ask(a, "send b x"), "ok") << "b has had its turn";
  EXPECT_EQ(ask(b, "count"), "ok 10") << "what was accepted arrived";
}

TEST_F(BoundsTest, CountTheBytesThatWaitInAMailboxToo) {
  const Address a = probe("a");
  probe("b", {.mailbox = {.bytes = 100}});
  queue(a, "big-send 99 b");
  EXPECT_EQ(ask(a, "send b x"), "ok");
  queue(a, "big-send 100 b");
  EXPECT_EQ(ask(a, "send b x"), "refused busy");
}

TEST_F(BoundsTest, HoldAnOutboxOf4MiB) {
  const Address a = probe("a");
  std::vector<std::size_t> sizes;
  ASSERT_TRUE(node_.sim().spawn(
      {.name = "b",
       .spec = native_spec([&sizes] { return std::make_unique<Measurer>(sizes); }),
       .config = {}}));
  constexpr std::size_t mebibyte = limits::MiB;
  EXPECT_EQ(ask(a,
                "big-send 1048576 b;big-send 1048576 b;big-send 1048576 b;big-send 1048575 b;"
                "big-send 2 b;big-send 1 b;big-send 1 b;send b "),
            "ok;ok;ok;ok;refused too-large;ok;refused too-large;ok");
  EXPECT_EQ(sizes, (std::vector<std::size_t>{mebibyte, mebibyte, mebibyte, mebibyte - 1, 1, 0}));
  EXPECT_EQ(ask(a, "big-send 1 b"), "ok") << "the next handler has an outbox of its own";
}

TEST_F(BoundsTest, EndWhoAnswersLaterWithMoreThanItsPayload) {
  const Address a = probe("a");
  const Address b = probe("b", {.limits = {.payload_bytes = 8}});
  EXPECT_EQ(ask(a, "request b 1000 responder-later"), "ok 1");
  node_.sim().send(b, "answer-later 12345678");
  EXPECT_EQ(ask(a, "request b 1000 responder-later"), "ok 2");
  node_.sim().send(b, "answer-later 123456789");
  EXPECT_EQ(node_.exits(), std::vector<std::string>{"test/b exceeded(\"effects\")"});
  EXPECT_EQ(ask(a, "journal"), "answered 1 answered 12345678\nanswered 2 receiver-exited\n");
}

TEST_F(BoundsTest, DropMessagesThatWaitedLongerThanTheirTtl) {
  const Address a = probe("a");
  const Address b = probe("b");
  const Address time = passer();
  std::uint64_t arrived = 0;
  for (const int waited_ms : {4, 5, 6}) {
    queue(a, "send-with 0 5 b - x");
    queue(time, std::to_string(waited_ms));
    queue(b, "count");  // It has its place behind the one that lets time pass.
    run();
    arrived += waited_ms < 5 ? 2 : 1;
    EXPECT_EQ(ask(b, "count"), fmt::format("ok {}", ++arrived)) << waited_ms;
  }
}

TEST_F(BoundsTest, SkipFiringsOfAPeriodThatWereMissed) {
  const Address a = probe("a");
  const Address time = passer();
  EXPECT_EQ(ask(a, "start-timer 10 20"), "ok 1");
  queue(time, "105");
  run();
  EXPECT_EQ(ask(a, "journal;forget"), "fired 1\n;ok") << "due at 10, 30, 50, 70 and 90 ms";
  node_.sim().advance(milliseconds(4));
  EXPECT_EQ(ask(a, "journal"), "");
  node_.sim().advance(milliseconds(1));
  EXPECT_EQ(ask(a, "journal"), "fired 1\n") << "the rhythm is kept";
}

TEST_F(BoundsTest, KeepTheMailboxWhenALifeEnds) {
  const Address a = probe("a");
  queue(a, "trap unreachable");
  queue(a, "count");
  EXPECT_EQ(ask(a, "count"), "ok 2") << "both that waited belong to the second life";
}

TEST_F(BoundsTest, EndTimersAndSubscriptionsWithTheLife) {
  const Address a = probe("a");
  const Address b = probe("b");
  EXPECT_EQ(ask(b, "start-timer 5 5;subscribe news.#"), "ok 1;ok 2");
  EXPECT_EQ(ask(a, "publish news.x first"), "ok");
  node_.sim().send(b, "trap unreachable");
  EXPECT_EQ(ask(a, "publish news.x second"), "refused no-subscriber");
  node_.sim().advance(milliseconds(20));
  EXPECT_EQ(ask(b, "journal"), "");
  EXPECT_EQ(ask(b, "start-timer 5 0"), "ok 3") << "no number is given twice";
}

TEST_F(BoundsTest, TellAWatcherOfWhoIsGoneAtOnce) {
  const Address a = probe("a");
  const Address b = probe("b", {.restart = RestartType::temporary});
  EXPECT_EQ(ask(a, "find b"), "ok #1");
  node_.sim().send(b, "exit ok");
  EXPECT_EQ(ask(a, "watch #1"), "ok 1");
  EXPECT_EQ(ask(a, "journal"), "exited 1 other gone\n");
}

TEST_F(BoundsTest, KillWhoIsStillThereWhenItsTimeToStopIsOver) {
  const Address a = probe("a");
  const Address c = probe("c");
  const Address time = passer();
  Control& control = node_.sim().core().control();
  struct Case {
    const char* waited_ms;
    const char* exit;
    bool is_asked;  // Whether its `stop` ran, which publishes.
  };
  for (const Case& one : {Case{"99", "test/b normal", true}, {"100", "test/b killed", false}}) {
    SCOPED_TRACE(one.waited_ms);
    const Address b = probe("b");
    EXPECT_EQ(ask(b, "on stop publish news.stop gone"), "ok");
    EXPECT_EQ(ask(a, "forget;subscribe news.stop").substr(0, 5), "ok;ok");
    // b's turn comes when time has passed and the control plane has looked.
    for (const Address before : {time, a, c}) queue(before, one.waited_ms);
    bool stopped = false;
    control.post([&] { control.stop(b, milliseconds(100), [&](const auto&) { stopped = true; }); });
    (void)control.step();
    run();
    EXPECT_TRUE(stopped);
    EXPECT_EQ(node_.exits(), std::vector<std::string>{one.exit});
    const std::string journal = ask(a, "journal");
    EXPECT_EQ(journal.contains("news.stop gone"), one.is_asked) << journal;
  }
}

class ParentBoundsTest : public BoundsTest {
 protected:
  Address parent(std::uint32_t children_max, std::uint32_t descendants_max = limits::actors_max) {
    GuestOptions options;
    options.grants = {.spawn = {"kid"}};  // Not the other one.
    options.quotas.children = children_max;
    options.quotas.descendants = descendants_max;
    kid_ = node_.spec("probe", {});
    auto spec = node_.spec("probe", options);
    for (const char* name : {"kid", "stranger"}) spec->add_template(name, {.spec = kid_.get()});
    return *node_.sim().spawn({.name = "parent", .spec = spec, .config = {}});
  }
  std::shared_ptr<const ActorSpec> kid_;
};

TEST_F(ParentBoundsTest, AreDeniedATemplateThatIsThereButNotGranted) {
  const Address a = parent(2);
  EXPECT_EQ(ask(a, "spawn stranger - x;spawn nobody - x;spawn kid - x"),
            "refused denied;refused denied;ok #1");
}

TEST_F(ParentBoundsTest, CountChildrenAskedForAndChildrenLiving) {
  const Address a = parent(2);
  EXPECT_EQ(ask(a, "spawn kid - x;spawn kid - x;spawn kid - x"), "ok #1;ok #2;refused over-quota");
  EXPECT_EQ(ask(a, "spawn kid - x"), "refused over-quota");
  EXPECT_EQ(ask(a, "stop-child #1 100"), "ok");
  EXPECT_EQ(ask(a, "spawn kid - x;spawn kid - x"), "ok #3;refused over-quota");
  // What a crashed handler asked for was never there.
  EXPECT_EQ(ask(a, "stop-child #2 100;stop-child #3 100"), "ok;ok");
  node_.sim().send(a, "spawn kid - x;spawn kid - x;trap unreachable");
  EXPECT_EQ(ask(a, "spawn kid - x;spawn kid - x;spawn kid - x"), "ok #1;ok #2;refused over-quota");
}

TEST_F(ParentBoundsTest, CountDescendants) {
  const Address a = parent(9, 2);
  EXPECT_EQ(ask(a, "spawn kid - x;spawn kid - x;spawn kid - x"), "ok #1;ok #2;refused over-quota");
  EXPECT_EQ(ask(a, "stop-child #1 100"), "ok");
  EXPECT_EQ(ask(a, "spawn kid - x;spawn kid - x"), "ok #3;refused over-quota");
  node_.sim().send(a, "spawn kid - x;trap unreachable");
  EXPECT_EQ(ask(a, "spawn kid - x;spawn kid - x;spawn kid - x"), "ok #1;ok #2;refused over-quota");
}

}  // namespace
}  // namespace troupe
