// Proves that a crash report tells what a real guest was at when it ended, and no more than it may.

#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "base/check.hpp"
#include "base/format.hpp"
#include "base/limits.hpp"
#include "guest_node.hpp"

namespace troupe {
namespace {

using std::chrono::seconds;

class CrashReportsTest : public ProbeTest {
 protected:
  [[nodiscard]] std::vector<ExitEvent> reports(const std::string& actor = {}) {
    return node_.sim().core().history().crashes.find({.actor = actor}, "test");
  }
  ExitEvent last_report() {
    const std::vector<ExitEvent> all = reports();
    CHECK(!all.empty(), "something has crashed");
    return all.back();
  }
};

TEST_F(CrashReportsTest, TellOfTheRequestInHand) {
  const Address a = probe("a");
  EXPECT_EQ(ask(a, "log 3 this is odd"), "ok");
  node_.sim().advance(seconds(2));
  EXPECT_TRUE(ask(a, "trap unreachable").starts_with("error: "));
  const ExitEvent report = last_report();
  EXPECT_EQ(report.number, 1U);
  EXPECT_EQ(report.name, "test/a");
  EXPECT_EQ(report.address, a);
  EXPECT_TRUE(report.component.contains("probe")) << report.component;
  EXPECT_EQ(report.life, 1U);
  EXPECT_GE(report.lived, seconds(2));
  EXPECT_EQ(report.exit, Exit::crashed("unreachable"));
  EXPECT_FALSE(report.backtrace.empty());
  ASSERT_TRUE(report.in_hand);
  EXPECT_EQ(report.in_hand->what, "request");
  EXPECT_EQ(report.in_hand->sender, "") << "from outside";
  EXPECT_EQ(report.in_hand->bytes, 16U);
  EXPECT_EQ(as_text(report.in_hand->payload), "trap unreachable");
  EXPECT_GE(report.memory_bytes, limits::KiB);
  EXPECT_GE(report.memory_peak_bytes, report.memory_bytes);
  ASSERT_EQ(report.log.size(), 1U);
  EXPECT_EQ(report.log[0].text, "this is odd");
  EXPECT_EQ(report.log[0].level, LogLevel::warn);
  EXPECT_EQ(report.decision, "restarted");
  ASSERT_TRUE(report.window);
  EXPECT_EQ(report.window->restarts, 1U);
  EXPECT_EQ(report.window->most, 3U);
  // What is told is what is kept.
  ASSERT_EQ(node_.sim().exits().size(), 1U);
  EXPECT_EQ(node_.sim().exits()[0].number, 1U);
}

// What an actor is called while it waits for its second restart; the first one is at once.
ActorState between_lives(SimNode& node, Address actor, std::string_view order) {
  const auto state = [&] { return node.core().roster().actor(actor)->state; };
  for (int i = 0; i < 2; ++i) {
    EXPECT_EQ(state(), ActorState::ready);
    node.send(actor, order);
  }
  const ActorState between = state();
  node.advance(seconds(10));
  EXPECT_EQ(state(), ActorState::ready);
  return between;
}

TEST_F(CrashReportsTest, LeaveTheActorFailedUntilItsNextLife) {
  EXPECT_EQ(between_lives(node_.sim(), probe("a"), "trap unreachable"), ActorState::failed);
}

TEST_F(CrashReportsTest, AreNotWrittenForLivesThatEndWell) {
  EXPECT_EQ(between_lives(node_.sim(), probe("a"), "exit"), ActorState::ended);
  EXPECT_TRUE(reports().empty());
}

TEST_F(CrashReportsTest, NameTheSender) {
  const Address a = probe("a");
  probe("b");
  EXPECT_EQ(ask(a, "send b trap unreachable"), "ok");
  const ExitEvent report = last_report();
  EXPECT_EQ(report.name, "test/b");
  ASSERT_TRUE(report.in_hand);
  EXPECT_EQ(report.in_hand->what, "message");
  EXPECT_EQ(report.in_hand->sender, "test/a");
}

TEST_F(CrashReportsTest, NameTheTopicOfAnEvent) {
  const Address a = probe("a");
  EXPECT_EQ(ask(a, "on event trap unreachable"), "ok");
  EXPECT_EQ(ask(a, "subscribe news.#").substr(0, 2), "ok");
  const Address b = probe("b");
  EXPECT_EQ(ask(b, "publish news.today x").substr(0, 2), "ok");
  const ExitEvent report = last_report();
  ASSERT_TRUE(report.in_hand);
  EXPECT_EQ(report.in_hand->what, "event");
  EXPECT_EQ(report.in_hand->topic, "news.today");
}

TEST_F(CrashReportsTest, HideThePayloadIfTheManifestSaysSo) {
  const Address a = probe("a", {.hides_messages = true});
  EXPECT_TRUE(ask(a, "trap unreachable").starts_with("error: "));
  const ExitEvent report = last_report();
  ASSERT_TRUE(report.in_hand);
  EXPECT_TRUE(report.in_hand->is_hidden);
  EXPECT_TRUE(report.in_hand->payload.empty());
  EXPECT_EQ(report.in_hand->bytes, 16U);
}

TEST_F(CrashReportsTest, CutLongPayloadsOff) {
  const Address a = probe("a");
  for (const std::size_t size :
       {limits::crash_payload_bytes_max - 1, limits::crash_payload_bytes_max,
        limits::crash_payload_bytes_max + 1}) {
    const std::string long_one = "trap unreachable;" + std::string(size - 17, 'x');
    EXPECT_TRUE(ask(a, long_one).starts_with("error: "));
    const ExitEvent report = last_report();
    EXPECT_EQ(report.in_hand->bytes, size);
    EXPECT_EQ(report.in_hand->payload.size(), std::min(size, limits::crash_payload_bytes_max));
  }
}

TEST_F(CrashReportsTest, ShowTheLastLinesOfThatLife) {
  const Address a = probe("a");
  for (int i = 0; i < 25; ++i) ask(a, fmt::format("log 2 line {}", i));
  ask(a, "trap unreachable");
  ExitEvent report = last_report();
  ASSERT_EQ(report.log.size(), limits::crash_log_lines_max);
  EXPECT_EQ(report.log.front().text, "line 5");
  EXPECT_EQ(report.log.back().text, "line 24");
  node_.sim().advance(seconds(1));
  ask(a, "log 2 of the next life");
  ask(a, "trap unreachable");
  report = last_report();
  ASSERT_EQ(report.log.size(), 1U);
  EXPECT_EQ(report.log[0].text, "of the next life");
}

TEST_F(CrashReportsTest, TellOfOneThatWasKilledWithNothingToDo) {
  const Address a = probe("a");
  node_.sim().core().control().post(
      [&] { node_.sim().core().control().kill(a, [](const auto&) {}); });
  node_.sim().run_until_idle();
  const ExitEvent report = last_report();
  EXPECT_EQ(report.exit, Exit::killed());
  EXPECT_FALSE(report.in_hand);
  EXPECT_EQ(report.took, Duration(0));
  EXPECT_EQ(report.decision, "restarted");
}

TEST_F(CrashReportsTest, TellOfOneThatCannotStart) {
  const auto address = node_.spawn("bad", "start_error");
  ASSERT_FALSE(address);
  const ExitEvent report = last_report();
  ASSERT_TRUE(report.in_hand);
  EXPECT_EQ(report.in_hand->what, "start");
  EXPECT_EQ(report.decision, "could not start");
}

TEST_F(CrashReportsTest, TellOfSpawnedChildren) {
  auto kid = node_.spec("probe", {.grants = everything()});
  auto parent = node_.spec("probe", {.grants = everything()});
  parent->add_template("kid", {.spec = kid.get(), .restart = RestartType::temporary});
  const auto a = node_.sim().spawn({.name = "a", .spec = parent, .config = {}});
  ASSERT_TRUE(a);
  EXPECT_EQ(ask(*a, "spawn kid b x;send #1 trap unreachable"), "ok #1;ok");
  ASSERT_EQ(reports("b").size(), 1U);
  EXPECT_EQ(reports("b")[0].decision, "ended: temporary");
  EXPECT_FALSE(reports("b")[0].window) << "nothing was decided about restarts";
}

TEST_F(CrashReportsTest, AreNotMadeOfEndsThatAreNormal) {
  const Address a = probe("a");
  EXPECT_EQ(ask(a, "log 2 bye"), "ok");
  node_.sim().core().control().post(
      [&] { node_.sim().core().control().stop(a, seconds(1), [](const auto&) {}); });
  node_.sim().run_until_idle();
  ASSERT_EQ(node_.sim().exits().size(), 1U);
  EXPECT_EQ(node_.sim().exits()[0].number, 0U);
  EXPECT_TRUE(reports().empty());
}

}  // namespace
}  // namespace troupe
