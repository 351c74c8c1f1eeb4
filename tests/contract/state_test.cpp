// Proves what of a guest survives a restart: what it saves, and what stands in its books.

#include <string>

#include <gtest/gtest.h>

#include "base/check.hpp"
#include "guest_node.hpp"

namespace troupe {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

class StateTest : public ProbeTest {
 protected:
  std::string restart(Address actor) { return node_.restart(actor, seconds(1)); }
  ActorStatus status(Address actor) { return *node_.sim().core().roster().actor(actor); }
  ExitEvent last_exit() {
    CHECK(!node_.sim().exits().empty(), "something has ended");
    return node_.sim().exits().back();
  }
};

TEST_F(StateTest, GoesOnAfterAPlannedRestart) {
  const Address a = probe("a", {.config = "settings"});
  probe("b");
  EXPECT_EQ(ask(a, "keep b;keep self"), "ok;ok");
  EXPECT_EQ(restart(a), "ok");
  EXPECT_EQ(ask(a, "journal"), "stop 1000\nsave ending\nload 0.0.0\n");
  EXPECT_EQ(ask(a, "kept;config;count"), "ok test/b test/a;settings;ok 2") << "a life of its own";
  EXPECT_EQ(status(a).lives, 2U);
  EXPECT_EQ(last_exit().exit, Exit::normal());
  EXPECT_EQ(restart(a), "ok") << "and again";
  EXPECT_EQ(ask(a, "kept"), "ok test/b test/a");
}

TEST_F(StateTest, KeepsTimersSubscriptionsWatchesAndRequests) {
  const Address a = probe("a");
  const Address b = probe("b", {.restart = RestartType::temporary});
  EXPECT_EQ(ask(a,
                "start-timer 100 0;start-timer 150 100;subscribe news.#;watch b;"
                "request b 10000 responder-later"),
            "ok 1;ok 2;ok 3;ok 4;ok 5");
  EXPECT_EQ(restart(a), "ok");
  EXPECT_EQ(ask(a, "forget"), "ok");
  EXPECT_EQ(ask(b, "publish news.today rain;answer-later yes"), "ok;ok");
  EXPECT_EQ(ask(b, "exit ok"), "ok");
  node_.sim().advance(milliseconds(300));
  EXPECT_EQ(ask(a, "journal"),
            "answered 5 answered yes\nevent 3 news.today rain\nexited 4 normal\n"
            "fired 1\nfired 2\nfired 2\n");
  EXPECT_EQ(ask(a, "cancel-timer 2;unsubscribe 3;forget"), "ok;ok;ok");
  node_.sim().advance(seconds(1));
  EXPECT_EQ(ask(a, "journal;request a 1000 count"), ";ok 6") << "the numbers go on, too";
}

// The journal shows what it is asked; of health it is not asked here.
void without_health(GuestInterfaces& interfaces) { interfaces.health = false; }

TEST_F(StateTest, LosesAllThatWithoutState) {
  const Address a =
      probe("a", {.switch_off = [](GuestInterfaces& interfaces) { interfaces.state = false; }});
  const Address b = probe("b");
  EXPECT_EQ(ask(a, "start-timer 100 100;subscribe news.#;watch b;request b 10000 responder-later"),
            "ok 1;ok 2;ok 3;ok 4");
  EXPECT_EQ(restart(a), "ok");
  EXPECT_EQ(ask(b, "publish news.today rain;answer-later yes"), "refused no-subscriber;ok");
  node_.sim().advance(milliseconds(300));
  EXPECT_EQ(ask(a, "journal"), "");
  EXPECT_EQ(status(a).orphans, 1U);
}

TEST_F(StateTest, HandsOnTheAnswersItOwesAsFarAsItSavesThem) {
  const Address a = probe("a");
  const Address b = probe("b");
  // The probe saves the responder that it took last.
  EXPECT_EQ(ask(b, "request a 10000 responder-later;request a 10000 responder-later"), "ok 1;ok 2");
  EXPECT_EQ(restart(a), "ok");
  EXPECT_EQ(ask(b, "journal"), "answered 1 receiver-exited\n");
  EXPECT_EQ(ask(a, "answer-later here it is"), "ok");
  EXPECT_EQ(ask(b, "journal"), "answered 1 receiver-exited\nanswered 2 answered here it is\n");
}

TEST_F(StateTest, IsNotRestartedWhileItDoesNotWantTo) {
  const Address a = probe("a", {.switch_off = without_health});
  EXPECT_EQ(ask(a, "on save error no;start-timer 100 0"), "ok;ok 1");
  const std::string why = restart(a);
  EXPECT_TRUE(why.contains("the probe does not want to")) << why;
  EXPECT_EQ(status(a).state, ActorState::ready);
  EXPECT_EQ(status(a).lives, 1U);
  // Neither the budget nor anything else of the stop is left.
  node_.sim().advance(seconds(10));
  EXPECT_EQ(ask(a, "journal"), "stop 1000\nsave ending\n  did ok\nfired 1\n");
  EXPECT_TRUE(node_.exits().empty());
  EXPECT_EQ(ask(a, "on save self;forget"), "ok;ok");
  EXPECT_EQ(restart(a), "ok") << "another time";
  EXPECT_EQ(status(a).lives, 2U);
}

TEST_F(StateTest, IsNewWhenSavingEndsTheLife) {
  const Address a = probe("a");
  EXPECT_EQ(ask(a, "keep self;start-timer 100 0;on save trap unreachable"), "ok;ok 1;ok");
  EXPECT_EQ(restart(a), "ok") << "there is a next life all the same";
  EXPECT_EQ(last_exit().exit, Exit::crashed("unreachable"));
  EXPECT_EQ(last_exit().in_hand->what, "save");
  node_.sim().advance(seconds(1));
  EXPECT_EQ(ask(a, "kept;journal"), "ok;");
}

TEST_F(StateTest, IsTriedOnce) {
  for (const std::string_view how : {"trap unreachable", "error rotten"}) {
    SCOPED_TRACE(how);
    const std::string name = how == "error rotten" ? "a" : "b";
    const Address actor = probe(name, {.config = "load " + std::string(how)});
    const Address c = probe("c-of-" + name);
    EXPECT_EQ(ask(c, "request " + name + " 10000 responder-later"), "ok 1");
    EXPECT_EQ(ask(actor, "start-timer 100 0;keep self"), "ok 1;ok");
    EXPECT_TRUE(restart(actor).contains("could not start"));
    EXPECT_EQ(last_exit().in_hand->what, "load");
    EXPECT_TRUE(last_exit().decision.starts_with("restarted")) << last_exit().decision;
    node_.sim().advance(seconds(1));
    EXPECT_EQ(ask(actor, "kept;journal"), "ok;") << "by start, with nothing of what was";
    EXPECT_EQ(status(actor).lives, 3U);
    EXPECT_EQ(ask(c, "journal"), "answered 1 receiver-exited\n");
  }
}

TEST_F(StateTest, IsThatOfTheLatestSnapshotAfterACrash) {
  const Address a = probe("a", {.snapshot_interval = seconds(1), .switch_off = without_health});
  EXPECT_EQ(ask(a, "keep a;start-timer 5000 0;subscribe news.#"), "ok;ok 1;ok 2");
  node_.sim().advance(seconds(1));
  EXPECT_EQ(ask(a, "journal;keep a"), "save\n;ok");
  EXPECT_TRUE(ask(a, "trap unreachable").starts_with("error: "));
  EXPECT_EQ(ask(a, "journal"), "save\nload 0.0.0\n");
  EXPECT_EQ(ask(a, "kept"), "ok test/a") << "with the handles of its time";
  node_.sim().advance(milliseconds(5'000));
  EXPECT_EQ(ask(a, "publish news.x y"), "refused no-subscriber");
  EXPECT_EQ(ask(a, "journal"), "save\nload 0.0.0\nsave\nsave\n") << "without the timer of then";
}

TEST_F(StateTest, IsNoneOfASnapshotThatCannotBeLoaded) {
  const Address a =
      probe("a", {.config = "load trap unreachable", .snapshot_interval = seconds(1)});
  EXPECT_EQ(ask(a, "keep a"), "ok");
  node_.sim().advance(seconds(1));
  EXPECT_TRUE(ask(a, "trap unreachable").starts_with("error: "));
  EXPECT_EQ(last_exit().in_hand->what, "load");
  node_.sim().advance(seconds(1));
  EXPECT_EQ(ask(a, "kept"), "ok");
  EXPECT_EQ(status(a).lives, 3U);
}

}  // namespace
}  // namespace troupe
