// What is said of an actor, and what is advised, case by case.

#include "cli/why.hpp"

#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "base/format.hpp"
#include "base/limits.hpp"
#include "cli/crash_text.hpp"

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
          .wall_ms = 1'000,
          .name = "bank/ledger",
          .life = 3,
          .lived = milliseconds(1'200),
          .exit = exit,
          .backtrace = place.empty() ? std::vector<std::string>{} : std::vector{place},
          .in_hand = InHand{.what = what, .sender = "bank/teller", .bytes = 12},
          .decision = "restarted",
          .window = RestartWindow{.restarts = 2, .most = 3, .period = seconds(60)}};
}

NodeEvent event(std::uint64_t number, NodeEvent::Kind kind, std::uint64_t life, std::string text,
                std::uint64_t crash = 0) {
  return {.number = number,
          .wall_ms = 1'000,
          .kind = kind,
          .name = "bank/ledger",
          .life = life,
          .text = std::move(text),
          .crash = crash};
}

TEST(Why, SaysWhatAnActorDoesOrWaitsFor) {
  ActorDetails actor = idle_actor();
  EXPECT_EQ(explain(actor, {}).now, "ready for 2s, in its life 4: waits for messages");
  actor.status.idle = milliseconds(1500);
  EXPECT_EQ(explain(actor, {}).now,
            "ready for 2s, in its life 4: waits for messages; the last came 1.5s ago");
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
    const Explanation why = explain(std::nullopt, crashes, std::vector{end});
    EXPECT_TRUE(why.now.starts_with("it is gone: its life 4 ended at ")) << why.now;
    EXPECT_TRUE(why.now.ends_with(" (normal; \\x1b)")) << why.now;
    EXPECT_EQ(why.ends.size(), crashes.size()) << "the end is told of already";
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

TEST(Why, ListsTheLatestCrashesNewestLast) {
  std::vector<ExitEvent> crashes;
  for (std::uint64_t life = 1; life <= 7; ++life) {
    crashes.push_back(crash(Exit::crashed("unreachable"), ""));
    crashes.back().life = life;
  }
  const Explanation why = explain(idle_actor(), crashes);
  ASSERT_EQ(why.ends.size(), 5U);
  EXPECT_TRUE(
      why.ends[4].contains("life 7 after 1.2s: crashed(\"unreachable\") over a request of "
                           "12B from bank/teller; restarted (2 of 3 within 1m)"))
      << why.ends[4];
  EXPECT_TRUE(why.ends[0].contains("life 3 "));
}

TEST(Why, ListsEventsOfItsLivesAmongCrashesAndNoneTwice) {
  using Kind = NodeEvent::Kind;
  std::vector<ExitEvent> crashes{crash(Exit::crashed("first"), ""),
                                 crash(Exit::crashed("second"), "")};
  crashes[1].number = 2;
  // The wall clock was set back in between.
  const std::vector events{event(11, Kind::crashed, 1, "crashed(\"first\"); restarted", 1),
                           event(12, Kind::restarted, 2, "after crashed(\"first\")"),
                           event(13, Kind::stopped, 2, "normal; restarted in its turn"),
                           event(14, Kind::health, 3, "degraded"),
                           event(15, Kind::restarted, 3, ""),
                           event(16, Kind::crashed, 3, "crashed(\"second\"); restarted", 2),
                           event(17, Kind::escalated, 3, "gave up \x1b")};
  const Explanation why = explain(idle_actor(), crashes, events);
  ASSERT_EQ(why.ends.size(), 6U);
  EXPECT_TRUE(why.ends[0].contains("crashed(\"first\") over"));
  EXPECT_TRUE(why.ends[1].ends_with(" bank/ledger life 2 restarted: after crashed(\"first\")"));
  EXPECT_TRUE(why.ends[2].ends_with(" bank/ledger life 2 stopped: normal; restarted in its turn"));
  EXPECT_TRUE(why.ends[3].ends_with(" bank/ledger life 3 restarted"));
  EXPECT_TRUE(why.ends[4].contains("crashed(\"second\") over"));
  EXPECT_TRUE(why.ends[5].ends_with(" bank/ledger life 3 escalated: gave up \\x1b"));
  for (const std::string& line : why.ends) {
    EXPECT_TRUE(line.contains(time_of_day(1'000))) << "each has its time: " << line;
  }
}

TEST(Why, ListsFiveEventsAtMostAndCrashesWithoutReports) {
  std::vector<NodeEvent> events;
  for (std::uint64_t number = 1; number <= 9; ++number) {
    events.push_back(event(number, NodeEvent::Kind::crashed, number, "killed; restarted", number));
  }
  const Explanation why = explain(idle_actor(), {}, events);
  ASSERT_EQ(why.ends.size(), 5U);
  EXPECT_TRUE(why.ends[0].ends_with(" life 5 crashed: killed; restarted")) << why.ends[0];
  EXPECT_TRUE(why.ends[4].ends_with(" life 9 crashed: killed; restarted")) << why.ends[4];
}

TEST(Why, AdvisesOneThatEndsByItselfAgainAndAgain) {
  const auto advice = [](const ActorDetails& actor, const std::string& text) {
    return explain(actor, std::vector{crash(Exit::crashed("long ago"), "")},
                   std::vector{event(1, NodeEvent::Kind::crashed, 2, "crashed", 1),
                               event(2, NodeEvent::Kind::stopped, 3, text),
                               event(3, NodeEvent::Kind::restarted, 4, "after normal")})
        .advice;
  };
  ActorDetails actor = idle_actor();
  for (const char* decision :
       {"normal; restarted", "normal; restarted in 200ms", "normal; restarted with all others"}) {
    EXPECT_EQ(advice(actor, decision),
              "it ends by itself with normal, and its supervisor restarts it as `permanent`: say "
              "restart = \"transient\" if ending is meant");
  }
  for (const char* decision :
       {"normal; restarted in its turn", "normal; ended with its supervisor's life"}) {
    EXPECT_TRUE(advice(actor, decision).starts_with("it was stopped for the sake of another"));
  }
  EXPECT_TRUE(advice(actor, "normal; restarted, as it was asked for").starts_with("it crashed"));
  actor.restart = "transient";
  EXPECT_TRUE(advice(actor, "normal; restarted").starts_with("it crashed"));
  EXPECT_TRUE(explain(idle_actor(), std::vector{crash(Exit::crashed("x"), "")},
                      std::vector{event(1, NodeEvent::Kind::stopped, 2, "normal; restarted"),
                                  event(2, NodeEvent::Kind::crashed, 3, "crashed", 1)})
                  .advice.starts_with("it crashed"))
      << "that came later";
}

TEST(Why, SpeaksOfTheBudgetOfOneThatEndsInItsStop) {
  const auto advice = [](const Exit& exit, const std::string& what) {
    return explain(idle_actor(), std::vector{crash(exit, "loop at a.c:9", what)}).advice;
  };
  for (const std::string what : {"stop", "save"}) {
    const std::string killed = advice(Exit::killed(), what);
    EXPECT_TRUE(killed.starts_with("it was killed in its `" + what + "` (loop at a.c:9): "));
    EXPECT_TRUE(killed.contains("did not end within its `shutdown` budget")) << killed;
    EXPECT_EQ(advice(Exit::crashed("unreachable"), what),
              "it crashed in its `" + what +
                  "` (loop at a.c:9): a longer `shutdown` budget does not help; `troupe inspect` "
                  "shows the report");
    EXPECT_TRUE(advice(Exit::exceeded("memory"), what).contains("raise limits.memory"));
    EXPECT_TRUE(advice(Exit::exceeded("deadline"), what).contains("`shutdown`")) << what;
  }
  EXPECT_FALSE(advice(Exit::exceeded("deadline"), "stop").contains("limits.deadline"));
  ActorDetails actor = idle_actor();
  actor.status.state = ActorState::stopping;
  actor.status.long_turn = seconds(2);
  EXPECT_TRUE(explain(actor, {}).advice.starts_with("it has taken 2s to stop"));
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
