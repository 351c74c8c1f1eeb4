// What a child that is not to wait for its time starts before, and what it waits for all the same:
// each rule as a script.

#include <gtest/gtest.h>

#include "supervisor/test_supervisor_script.hpp"

namespace troupe {
namespace {

using script::expect_script;

TEST(SupervisorHurry, StartsOneAtOnceAndNotAgainWhenItsTimeHasCome) {
  expect_script(R"(
    policy one-for-one 9 in 60s exponential 100ms 30s
    add a permanent    => start a
    add b permanent    => start b
    crash a            => restart, start a
    crash a            => restart after 100ms, wait 100ms
    crash b            => restart after 200ms
    at 10ms
    hurry a            => start a
    hurry a
    at 100ms
    due                => wait 200ms
    at 200ms
    due                => start b
    crash a            => restart after 400ms, wait 600ms
    hurry a            => start a
    crash a            => restart after 800ms
    at 600ms
    due                => wait 1s
    at 1s
    due                => start a
    look               => a b, restarts 5
  )");
}

TEST(SupervisorHurry, LeavesThoseAloneThatLive) {
  expect_script(R"(
    policy one-for-all 9 in 60s exponential 100ms 30s
    add a permanent    => start a
    add b permanent    => start b
    hurry a
    crash a            => restart-all, stop b
    hurry b
    exit b             => noted, start a
    hurry a
    started a          => start b
  )");
}

TEST(SupervisorHurry, StartsSeveralBeforeTheirTimeInOrder) {
  expect_script(R"(
    policy one-for-all 9 in 60s exponential 100ms 30s
    add a permanent    => start a
    add b permanent    => start b
    crash a            => restart-all, stop b
    exit b             => noted, start a
    started a          => start b
    started b
    crash b            => restart-all after 100ms, stop a
    exit a             => noted, wait 100ms
    hurry b            => start a
    started a          => start b
    at 100ms
    due
  )");
}

TEST(SupervisorHurry, WaitsForThoseThatStop) {
  expect_script(R"(
    policy rest-for-one 9 in 60s exponential 100ms 30s
    add a permanent    => start a
    add b permanent    => start b
    crash b            => restart-rest, start b
    started b
    crash a            => restart-rest after 100ms, stop b
    hurry a
    exit b             => noted, start a
    started a          => start b
  )");
}

}  // namespace
}  // namespace troupe
