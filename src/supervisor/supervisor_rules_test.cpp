// The rules of restarting, each as a script.

#include <gtest/gtest.h>

#include "supervisor/test_supervisor_script.hpp"

namespace troupe {
namespace {

using script::expect_script;

// --- One for one -----------------------------------------------------------------------------

TEST(SupervisorRules, RestartsByType) {
  expect_script(R"(
    policy one-for-one 9 in 60s
    add a permanent    => start a
    add b transient    => start b
    add c temporary    => start c
    started a
    crash a            => restart, start a
    kill a             => restart, start a
    exit a             => restart, start a
    crash b            => restart, start b
    kill b             => restart, start b
    exit b             => leave-ended, forget b
    crash c            => leave-ended, forget c
    add d temporary    => start d
    exit d             => leave-ended, forget d
    look               => a, restarts 5
  )");
}

TEST(SupervisorRules, LeavesWhatWasAskedToStop) {
  expect_script(R"(
    policy one-for-one 1 in 60s
    add a permanent    => start a
    add b transient    => start b
    stopped a          => leave-ended, forget a
    stopped b          => leave-ended, forget b
    look               => nobody, restarts 0
  )");
}

TEST(SupervisorRules, CountsTheRestartsOfAllInAWindowWithBothItsEnds) {
  expect_script(R"(
    policy one-for-one 2 in 10s
    add a permanent    => start a
    add b permanent    => start b
    at 1s
    crash a            => restart, start a
    at 2s
    crash b            => restart, start b
    at 11s
    look               => a b, restarts 2
    at 11001ms
    look               => a b, restarts 1
    crash a            => restart, start a
    at 12s
    crash a            => give-up, forget a, stop b
    look               => b, restarts 2, ending, given up
    exit b             => leave-ended, forget b, all-down
  )");
  expect_script(R"(
    policy one-for-one 0 in 10s
    add a transient    => start a
    add b permanent    => start b
    exit a             => leave-ended, forget a
    exit b             => give-up, forget b, all-down
    look               => nobody, restarts 0, ending, given up
  )");
}

TEST(SupervisorRules, TakesAFailedRestartForAnotherOne) {
  expect_script(R"(
    policy one-for-one 2 in 60s
    add a permanent    => start a
    started a
    crash a            => restart, start a
    crash a            => restart, start a
    crash a            => give-up, forget a, all-down
  )");
}

TEST(SupervisorRules, WaitsLongerEachTime) {
  expect_script(R"(
    policy one-for-one 9 in 60s exponential 100ms 300ms
    add a permanent    => start a
    crash a            => restart, start a
    crash a            => restart after 100ms, wait 100ms
    at 100ms
    due                => start a
    crash a            => restart after 200ms, wait 300ms
    at 300ms
    due                => start a
    crash a            => restart after 300ms, wait 600ms
    at 600ms
    due                => start a
    crash a            => restart after 300ms, wait 900ms
    at 900ms
    due                => start a
    at 70s
    crash a            => restart, start a
  )");
  expect_script(R"(
    policy one-for-one 9 in 60s linear 100ms 250ms
    add a permanent    => start a
    crash a            => restart, start a
    crash a            => restart after 100ms, wait 100ms
    at 100ms
    due                => start a
    crash a            => restart after 200ms, wait 300ms
    at 300ms
    due                => start a
    crash a            => restart after 250ms, wait 550ms
  )");
}

TEST(SupervisorRules, WakesForTheEarliestAndThenForTheNext) {
  expect_script(R"(
    policy one-for-one 9 in 60s exponential 100ms 30s
    add a permanent    => start a
    add b permanent    => start b
    add c permanent    => start c
    add d permanent    => start d
    crash a            => restart, start a
    crash a            => restart after 100ms, wait 100ms
    crash b            => restart after 200ms
    crash c            => restart after 400ms
    at 50ms
    due
    at 300ms
    due                => start a, start b, wait 400ms
    remove c
    at 400ms
    due
    crash d            => restart after 800ms, wait 1.2s
    at 1150ms
    crash a            => restart after 1.6s
    at 1300ms
    due                => start d, wait 2.75s
    look               => a b d, restarts 6
  )");
}

TEST(SupervisorRules, StartsInTheOrderOfFailuresThoseDueTogether) {
  expect_script(R"(
    policy one-for-one 9 in 60s linear 0s 0s
    add a permanent    => start a
    crash a            => restart, start a
    crash a            => restart, start a
  )");
  expect_script(R"(
    policy one-for-one 9 in 60s exponential 1s 1s
    add a permanent    => start a
    add b permanent    => start b
    add c permanent    => start c
    crash c            => restart, start c
    crash c            => restart after 1s, wait 1s
    crash a            => restart after 1s
    crash b            => restart after 1s
    at 1s
    due                => start c, start a, start b
  )");
}

// --- One for all -----------------------------------------------------------------------------

TEST(SupervisorRules, StopsAllInReverseOrderAndStartsThemInOrder) {
  expect_script(R"(
    policy one-for-all 3 in 60s
    add a permanent    => start a
    add b permanent    => start b
    add c permanent    => start c
    started a
    started b
    started c
    crash b            => restart-all, stop c
    exit c             => noted, stop a
    kill a             => noted, start a
    started a          => start b
    started b          => start c
    started c
    look               => a b c, restarts 1
    crash c            => restart-all, stop b
    kill b             => noted, stop a
    kill a             => noted, start a
  )");
}

TEST(SupervisorRules, RestartsNobodyForOneThatIsLeftEnded) {
  expect_script(R"(
    policy one-for-all 3 in 60s
    add a permanent    => start a
    add b transient    => start b
    add c temporary    => start c
    exit b             => leave-ended, forget b
    crash c            => leave-ended, forget c
    stopped a          => leave-ended, forget a
  )");
}

TEST(SupervisorRules, ForgetsTheTemporaryThatItStopsForOthers) {
  expect_script(R"(
    policy one-for-all 3 in 60s
    add a temporary    => start a
    add b permanent    => start b
    add c temporary    => start c
    add d transient    => start d
    crash b            => restart-all, stop d
    crash a            => leave-ended, forget a
    exit d             => noted, stop c
    exit c             => leave-ended, forget c, start b
    started b          => start d
    started d
    look               => b d, restarts 1
  )");
}

TEST(SupervisorRules, TakesAnEndForTheStopThatWouldHaveCome) {
  expect_script(R"(
    policy one-for-all 1 in 60s
    add a permanent    => start a
    add b transient    => start b
    add c permanent    => start c
    crash c            => restart-all, stop b
    crash a            => noted
    exit b             => noted, start a
    started a          => start b
    started b          => start c
    started c
    look               => a b c, restarts 1
  )");
}

TEST(SupervisorRules, DoesNotRestartWhatTheOperatorStopsMeanwhile) {
  expect_script(R"(
    policy one-for-all 3 in 60s exponential 100ms 30s
    add a permanent    => start a
    add b permanent    => start b
    add c permanent    => start c
    crash c            => restart-all, stop b
    stopped a          => leave-ended, forget a
    stopped b          => leave-ended, forget b, start c
    started c
    add d permanent    => start d
    add e permanent    => start e
    crash e            => restart-all after 100ms, stop d
    exit d             => noted, stop c
    exit c             => noted, wait 100ms
    remove d
    at 100ms
    due                => start c
    stopped c          => leave-ended, forget c, start e
    remove e
    look               => nobody, restarts 2
    add f permanent    => start f
  )");
}

TEST(SupervisorRules, WaitsUntilAllHaveStoppedAndItIsTime) {
  expect_script(R"(
    policy one-for-all 9 in 60s exponential 100ms 30s
    add a permanent    => start a
    add b permanent    => start b
    crash a            => restart-all, stop b
    exit b             => noted, start a
    started a          => start b
    started b
    crash a            => restart-all after 100ms, stop b
    at 30ms
    exit b             => noted, wait 100ms
    at 99ms
    due
    at 100ms
    due                => start a
    started a          => start b
    started b
    crash b            => restart-all after 200ms, stop a
    at 400ms
    exit a             => noted, start a
  )");
}

TEST(SupervisorRules, BeginsAnewWhenOneFailsAmongThoseThatStart) {
  expect_script(R"(
    policy one-for-all 3 in 60s
    add a permanent    => start a
    add b permanent    => start b
    add c permanent    => start c
    crash a            => restart-all, stop c
    exit c             => noted, stop b
    exit b             => noted, start a
    started a          => start b
    crash b            => restart-all, stop a
    exit a             => noted, start a
    started a          => start b
    started b          => start c
    crash a            => restart-all, stop c
    started c
    exit c             => noted, stop b
    exit b             => noted, start a
    crash a            => give-up, forget a, forget c, forget b, all-down
  )");
}

TEST(SupervisorRules, StartsInTheirTurnThoseAddedMeanwhile) {
  expect_script(R"(
    policy one-for-all 9 in 60s exponential 1s 1s
    add a permanent    => start a
    add b permanent    => start b
    crash a            => restart-all, stop b
    add c temporary
    exit b             => noted, start a
    add d permanent
    started a          => start b
    started b          => start c
    exit c             => leave-ended, forget c, start d
    crash d            => restart-all after 1s, stop b
    add e temporary
    exit b             => noted, stop a
    exit a             => noted, wait 1s
    add f permanent
    at 1s
    due                => start a
    started a          => start b
    started b          => start d
    started d          => start e
    crash d            => restart-all after 1s, stop e
    exit e             => leave-ended, forget e, stop b
    remove f
    exit b             => noted, stop a
    exit a             => noted, wait 2s
    at 2s
    due                => start a
    started a          => start b
    started b          => start d
    started d
    add g permanent    => start g
    look               => a b d g, restarts 3
  )");
}

TEST(SupervisorRules, LeavesAloneThoseThatBeginMeanwhile) {
  expect_script(R"(
    policy one-for-all 9 in 60s
    add a permanent    => start a
    add b permanent    => start b
    crash a            => restart-all, stop b
    begun c permanent
    exit b             => noted, start a
    begun d transient
    exit d             => leave-ended, forget d
    started a          => start b
    crash c            => restart-all, stop b
    exit b             => noted, stop a
    exit a             => noted, start a
    started a          => start b
    started b          => start c
    started c
    crash a            => restart-all, stop c
  )");
}

// --- Rest for one ----------------------------------------------------------------------------

TEST(SupervisorRules, RestartsThoseStartedAfterIt) {
  expect_script(R"(
    policy rest-for-one 9 in 60s
    add a permanent    => start a
    add b permanent    => start b
    add c temporary    => start c
    add d permanent    => start d
    crash b            => restart-rest, stop d
    exit d             => noted, stop c
    exit c             => leave-ended, forget c, start b
    started b          => start d
    started d
    crash d            => restart-rest, start d
    started d
    look               => a b d, restarts 2
  )");
}

TEST(SupervisorRules, GoesOnFromTheOneThatCouldNotStart) {
  expect_script(R"(
    policy rest-for-one 3 in 60s
    add a permanent    => start a
    add b permanent    => start b
    add c permanent    => start c
    add d permanent    => start d
    crash b            => restart-rest, stop d
    exit d             => noted, stop c
    exit c             => noted, start b
    started b          => start c
    crash c            => restart-rest, start c
    started c          => start d
    crash b            => restart-rest, stop d
    exit d             => noted, stop c
    exit c             => noted, start b
    crash b            => give-up, forget b, forget d, forget c, stop a
    exit a             => leave-ended, forget a, all-down
  )");
}

TEST(SupervisorRules, TakesInThoseBeforeWhenOneOfThemFails) {
  expect_script(R"(
    policy rest-for-one 9 in 60s exponential 100ms 30s
    add a permanent    => start a
    add b permanent    => start b
    add c permanent    => start c
    add d permanent    => start d
    crash d            => restart-rest, start d
    started d
    crash c            => restart-rest after 100ms, stop d
    crash b            => restart-rest after 200ms
    exit d             => noted, wait 200ms
    at 150ms
    crash a            => restart-rest after 400ms
    at 200ms
    due                => wait 550ms
    at 550ms
    due                => start a
    started a          => start b
    started b          => start c
    crash a            => restart-rest after 800ms, stop c
    exit c             => noted, stop b
    exit b             => noted, wait 1.35s
  )");
}

TEST(SupervisorRules, KeepsTheOnesPendingWhenALaterOneFails) {
  expect_script(R"(
    policy rest-for-one 9 in 60s
    add a permanent    => start a
    add b permanent    => start b
    add c permanent    => start c
    crash a            => restart-rest, stop c
    exit c             => noted, stop b
    exit b             => noted, start a
    begun d permanent
    crash d            => restart-rest
    started a          => start b
    started b          => start c
    started c          => start d
  )");
}

// --- The end ---------------------------------------------------------------------------------

TEST(SupervisorRules, StopsAllOneByOneOrTogether) {
  expect_script(R"(
    policy one-for-one 3 in 60s
    stop-all           => all-down
    stop-all           => all-down
    look               => nobody, restarts 0, ending
  )");
  expect_script(R"(
    policy one-for-one 3 in 60s
    add a permanent    => start a
    add b temporary    => start b
    add c transient    => start c
    stop-all           => stop c
    crash a            => leave-ended, forget a
    stop-all
    begun d permanent  => stop d
    crash c            => leave-ended, forget c, stop b
    stopped b          => leave-ended, forget b
    exit d             => leave-ended, forget d, all-down
    look               => nobody, restarts 0, ending
    begun e permanent  => stop e
    exit e             => leave-ended, forget e, all-down
  )");
  expect_script(R"(
    policy one-for-one 3 in 60s together
    add a permanent    => start a
    add b temporary    => start b
    add c transient    => start c
    stop-all           => stop c, stop b, stop a
    crash b            => leave-ended, forget b
    exit c             => leave-ended, forget c
    stopped a          => leave-ended, forget a, all-down
  )");
}

TEST(SupervisorRules, EndsWhateverIsUnderWay) {
  expect_script(R"(
    policy one-for-one 9 in 60s exponential 100ms 30s
    add a permanent    => start a
    add b permanent    => start b
    add c permanent    => start c
    crash a            => restart, start a
    crash b            => restart after 100ms, wait 100ms
    stop-all           => stop c
    exit c             => leave-ended, forget c, forget b, stop a
    at 100ms
    due
    started a
    exit a             => leave-ended, forget a, all-down
  )");
  expect_script(R"(
    policy one-for-all 9 in 60s exponential 100ms 30s
    add a permanent    => start a
    add b permanent    => start b
    add c permanent    => start c
    crash c            => restart-all, stop b
    stop-all           => forget c
    exit b             => leave-ended, forget b, stop a
    exit a             => leave-ended, forget a, all-down
  )");
  expect_script(R"(
    policy one-for-all 9 in 60s exponential 100ms 30s
    add a permanent    => start a
    add b permanent    => start b
    crash a            => restart-all, stop b
    exit b             => noted, start a
    stop-all           => forget b, stop a
    started a
    crash a            => leave-ended, forget a, all-down
  )");
  expect_script(R"(
    policy one-for-all 9 in 60s exponential 100ms 30s
    add a permanent    => start a
    crash a            => restart-all, start a
    crash a            => restart-all after 100ms, wait 100ms
    add b permanent
    stop-all           => forget b, forget a, all-down
    at 100ms
    due
  )");
  expect_script(R"(
    policy one-for-one 0 in 60s together
    add a permanent    => start a
    add b permanent    => start b
    add c permanent    => start c
    crash b            => give-up, forget b, stop c, stop a
    stop-all
    remove c
    exit a             => leave-ended, forget a, all-down
    stop-all           => all-down
    look               => nobody, restarts 0, ending, given up
  )");
}

}  // namespace
}  // namespace troupe
