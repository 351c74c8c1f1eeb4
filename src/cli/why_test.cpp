// What is said of an actor, and what is advised, case by case.

#include "cli/why.hpp"

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "base/format.hpp"
#include "base/limits.hpp"

namespace troupe {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

ActorDetails idle_actor() {
  return {.status = {.name = "bank/ledger",
                     .state = ActorState::ready,
                     .lives = 4,
                     .age = seconds(2),
                     .memory_bytes = 65'536},
          .restart = "permanent",
          .limits = {.memory_bytes = 1'048'576,
                     .deadline = seconds(1),
                     .mailbox_messages = 100,
                     .descendants = limits::actors_max}};
}

ExitEvent crash(const Exit& exit, const std::string& place, const std::string& what = "request") {
  return {.number = 1,
          .name = "bank/ledger",
          .life = 3,
          .lived = milliseconds(1'200),
          .exit = exit,
          .backtrace = place.empty() ? std::vector<std::string>{} : std::vector{place},
          .in_hand = InHand{.what = what, .sender = "bank/teller", .bytes = 12},
          .decision = "restarted",
          .window = RestartWindow{.restarts = 2, .most = 3, .period = seconds(60)}};
}

TEST(Why, SaysWhatAnActorDoesOrWaitsFor) {
  ActorDetails actor = idle_actor();
  EXPECT_EQ(explain(actor, {}).now, "ready for 2s, in its life 4: waits for messages");
  actor.status.oldest_request = seconds(3);
  EXPECT_TRUE(explain(actor, {}).now.contains("has waited for an answer for 3s"));
  actor.status.queued = 5;
  actor.status.oldest_queued = milliseconds(40);
  EXPECT_TRUE(explain(actor, {}).now.contains("5 messages wait for it, the oldest for 40ms"));
  actor.status.long_turn = milliseconds(700);
  EXPECT_TRUE(explain(actor, {}).now.contains("its handler has run for 700ms"));
  actor = idle_actor();
  for (const ActorState state : {ActorState::ended, ActorState::failed}) {
    actor.status.state = state;
    EXPECT_EQ(
        explain(actor, {}).now,
        fmt::format("{}, its life 4 began 2s ago: waits for its next life", to_string(state)));
    actor.next_life_in = milliseconds(1'200);
    EXPECT_TRUE(explain(actor, {}).now.ends_with("next life, which begins in 1.2s"));
    actor.next_life_in.reset();
  }
  EXPECT_EQ(explain(std::nullopt, std::vector{crash(Exit::killed(), "")}).now,
            "it is gone: nobody restarts it");
}

TEST(Why, SaysWhenOneThatIsGoneHasEndedWell) {
  const NodeEvent end{.wall_ms = 1'000,
                      .kind = NodeEvent::Kind::stopped,
                      .name = "bank/ledger",
                      .life = 4,
                      .text = "normal; \x1b"};
  for (const auto& crashes : {std::vector<ExitEvent>{}, {crash(Exit::crashed("before"), "")}}) {
    const Explanation why = explain(std::nullopt, crashes, end);
    EXPECT_TRUE(why.now.starts_with("it is gone: its life 4 ended at ")) << why.now;
    EXPECT_TRUE(why.now.ends_with(" (normal; \\x1b)")) << why.now;
    EXPECT_EQ(why.ends.size(), crashes.size());
    EXPECT_TRUE(why.advice.starts_with("nothing is wrong")) << why.advice;
  }
}

TEST(Why, SaysWhatItsHealthIsAndWhatFollows) {
  ActorDetails actor = idle_actor();
  actor.status.health = {.status = HealthStatus::unknown, .reason = "its first check is to come"};
  EXPECT_TRUE(explain(actor, {}).advice.starts_with("no crash of its earlier lives"));
  actor.status.health = {.status = HealthStatus::unknown,
                         .reason = "its check took longer than 1s",
                         .since = seconds(5)};
  EXPECT_EQ(
      explain(actor, {}).advice,
      "how it is nobody knows, its check took longer than 1s: if that stays so, its life ends");
  actor.status.health = {.status = HealthStatus::degraded, .reason = "queue \x1b is long"};
  EXPECT_EQ(explain(actor, {}).advice,
            "it is degraded, it says: queue \\x1b is long: look at what it depends on; that "
            "restarts nothing");
  actor.status.health = {.status = HealthStatus::unhealthy, .reason = "no disk"};
  EXPECT_TRUE(explain(actor, {}).advice.contains("if it stays so, its life ends"));
  actor.status.health = {};
  EXPECT_TRUE(explain(actor, std::vector{crash(Exit::exceeded("health"), "", "health")})
                  .advice.contains("raise health.timeout"));
  EXPECT_TRUE(explain(actor, std::vector{crash(Exit::crashed("unhealthy: no disk"), "", "health")})
                  .advice.starts_with("its health check ended it, with crashed(\"unhealthy"));
}

TEST(Why, SaysHowFarLimitsAreUsed) {
  ActorDetails actor = idle_actor();
  actor.status.queued = 25;
  const Explanation why = explain(actor, {});
  ASSERT_EQ(why.limits.size(), 4U);
  EXPECT_EQ(why.limits[0], "memory 64KiB of 1MiB (6 %)");
  EXPECT_EQ(why.limits[1], "mailbox 25 of 100 messages (25 %)");
  EXPECT_EQ(why.limits[2], "a handler may take 1s");
  EXPECT_EQ(why.limits[3], "it is permanent: restarted however it ends");
}

TEST(Why, SpeaksOfDescendantsWhereTheyAreBounded) {
  ActorDetails actor = idle_actor();
  actor.limits.descendants = 40;
  actor.descendants = 35;
  EXPECT_EQ(explain(actor, {}).limits.back(), "35 of 40 descendants live below it (87 %)");
  EXPECT_FALSE(explain(actor, {}).advice.contains("descendants"));
  actor.descendants = 36;
  EXPECT_TRUE(explain(actor, {}).advice.contains("raise limits.descendants"));
}

TEST(Why, ListsTheLatestCrashesNewestFirst) {
  std::vector<ExitEvent> crashes;
  for (std::uint64_t life = 1; life <= 7; ++life) {
    crashes.push_back(crash(Exit::crashed("unreachable"), ""));
    crashes.back().life = life;
  }
  const Explanation why = explain(idle_actor(), crashes);
  ASSERT_EQ(why.ends.size(), 5U);
  EXPECT_TRUE(
      why.ends[0].contains("life 7 after 1.2s: crashed(\"unreachable\") over a request of "
                           "12B from bank/teller; restarted (2 of 3 within 1m)"))
      << why.ends[0];
  EXPECT_TRUE(why.ends[4].contains("life 3 "));
}

TEST(Why, AdvisesByHowItEnded) {
  const auto advice = [](const ExitEvent& last) {
    return explain(idle_actor(), std::vector{last}).advice;
  };
  EXPECT_TRUE(advice(crash(Exit::exceeded("deadline"), "")).contains("limits.deadline"));
  EXPECT_TRUE(advice(crash(Exit::exceeded("memory"), "")).contains("limits.memory"));
  EXPECT_TRUE(advice(crash(Exit::exceeded("fuel"), "")).contains("limits.fuel"));
  EXPECT_TRUE(advice(crash(Exit::killed(), "")).contains("killed"));
  EXPECT_TRUE(advice(crash(Exit::crashed("unreachable"), "start at a.c:1", "start"))
                  .contains("can't start: look at its config, and at what its `start` does (start "
                            "at a.c:1)"));
  EXPECT_TRUE(advice(crash(Exit::crashed("unreachable"), "handle at a.c:41"))
                  .starts_with("it crashed, at handle at a.c:41 over a request"));
}

TEST(Why, CountsCrashesThatAreAlike) {
  const ExitEvent same = crash(Exit::crashed("unreachable"), "handle at a.c:41");
  const ExitEvent other = crash(Exit::crashed("unreachable"), "handle at a.c:50");
  const auto advice = [](const std::vector<ExitEvent>& crashes) {
    return explain(idle_actor(), crashes).advice;
  };
  EXPECT_TRUE(advice({other, same, same, same}).starts_with("its last 3 lives ended in the same"));
  EXPECT_TRUE(advice({same, same, other}).starts_with("it crashed, at handle at a.c:50"));
}

TEST(Why, KnowsOfLivesThatEndedWithoutACrash) {
  ActorDetails actor = idle_actor();
  EXPECT_TRUE(explain(actor, {}).advice.starts_with("no crash of its earlier lives is kept"));
  EXPECT_TRUE(explain(actor, {}).advice.contains("`troupe events bank/ledger`"));
  actor.status.lives = 1;
  EXPECT_EQ(explain(actor, {}).advice, "nothing is wrong with it, as far as the node can tell");
}

TEST(Why, PutsWhatGoesOnNowFirst) {
  const std::vector before{crash(Exit::crashed("unreachable"), "")};
  ActorDetails actor = idle_actor();
  actor.status.oldest_request = seconds(2);
  EXPECT_TRUE(explain(actor, before).advice.contains("waits for another actor's answer"));
  actor.status.memory_bytes = 1'000'000;
  EXPECT_TRUE(explain(actor, before).advice.contains("memory is nearly used up"));
  actor.status.queued = 95;
  EXPECT_TRUE(explain(actor, before).advice.contains("mailbox is full"));
  actor.status.long_turn = seconds(2);
  EXPECT_TRUE(explain(actor, before).advice.contains("its handler is at work for 2s"));
}

}  // namespace
}  // namespace troupe
