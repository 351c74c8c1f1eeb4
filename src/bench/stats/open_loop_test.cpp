#include "bench/stats/open_loop.hpp"

#include <algorithm>
#include <cstdint>

#include <gtest/gtest.h>

#include "io/sim_clock.hpp"
#include "metrics/histogram.hpp"
#include "troupe/time.hpp"

namespace troupe::bench {
namespace {

using namespace std::chrono_literals;

TEST(Schedule, SpacesRequestsWithoutDrift) {
  const Schedule thirds{.start = {500}, .per_second = 3};
  EXPECT_EQ(thirds.intended_start(0).ns, 500);
  EXPECT_EQ(thirds.intended_start(1).ns, 500 + 333'333'333);
  EXPECT_EQ(thirds.intended_start(2).ns, 500 + 666'666'666);
  EXPECT_EQ(thirds.intended_start(3).ns, 500 + 1'000'000'000);
  // A year later still on the dot.
  EXPECT_EQ(thirds.intended_start(3ULL * 31'536'000).ns, 500 + 31'536'000'000'000'000);
}

TEST(Schedule, CountsWhatHasStartedAtBelowAndAboveEachStart) {
  for (const std::uint64_t rate : {1ULL, 3ULL, 7ULL, 1'000ULL, 999'999'937ULL, 1'000'000'000ULL}) {
    const Schedule schedule{.start = {500}, .per_second = rate};
    EXPECT_EQ(schedule.started_by({0}), 0U);
    EXPECT_EQ(schedule.started_by({499}), 0U);
    for (const std::uint64_t request : {0ULL, 1ULL, 2ULL, 3ULL, 10ULL, 1'000'003ULL}) {
      const Instant start = schedule.intended_start(request);
      // At 10^9 and just below, two requests may share a nanosecond.
      EXPECT_GE(schedule.started_by(start), request + 1) << rate << ' ' << request;
      EXPECT_LE(schedule.started_by({start.ns - 1}), request) << rate << ' ' << request;
      EXPECT_GT(schedule.intended_start(schedule.started_by(start)), start);
    }
  }
}

TEST(OpenLoop, SaysWhatIsDueUntilItIsBegun) {
  OpenLoop loop({.start = {0}, .per_second = 1'000});
  EXPECT_EQ(loop.due({0}), 1U);
  EXPECT_EQ(loop.begin(), 0U);
  EXPECT_EQ(loop.due({999'999}), 0U);
  EXPECT_EQ(loop.next_start().ns, 1'000'000);
  EXPECT_EQ(loop.due({1'000'000}), 1U);
  EXPECT_EQ(loop.due({5'000'000}), 5U) << "the driver was late; all are due at once";
}

TEST(OpenLoop, CountsLatencyFromTheIntendedStart) {
  OpenLoop loop({.start = {0}, .per_second = 1'000});
  const std::uint64_t first = loop.begin();
  const std::uint64_t second = loop.begin();
  EXPECT_EQ(loop.outstanding(), 2U);
  loop.complete(second, {1'000'040});
  loop.complete(first, {63});
  EXPECT_EQ(loop.outstanding(), 0U);
  EXPECT_EQ(loop.latencies_ns().count(), 2U);
  EXPECT_EQ(loop.latencies_ns().min(), 40U);
  EXPECT_EQ(loop.latencies_ns().max(), 63U);
}

// One request at a time, 100 us each; whatever comes in the 100 ms from 5 s on waits until its end.
class StallingServer {
 public:
  Instant answer(Instant asked) {
    Instant begin = std::max(asked, free_at_);
    if (begin >= stall_begin && begin < stall_end) begin = stall_end;
    free_at_ = begin + 100us;
    return free_at_;
  }

 private:
  static constexpr Instant stall_begin{5'000'000'000};
  static constexpr Instant stall_end{5'100'000'000};
  Instant free_at_;
};

constexpr Instant end_of_run{10'000'000'000};

TEST(OpenLoop, SeesAStallThatAClosedLoopOmits) {
  SimClock clock;
  StallingServer open_server;
  OpenLoop open({.start = clock.now(), .per_second = 1'000});
  while (clock.now() < end_of_run) {
    for (std::uint64_t left = open.due(clock.now()); left > 0; --left) {
      const std::uint64_t request = open.begin();
      open.complete(request, open_server.answer(clock.now()));
    }
    clock.set(open.next_start());
  }
  EXPECT_EQ(open.latencies_ns().count(), 10'000U);
  EXPECT_LE(open.latencies_ns().quantile(0.98), 103'125U) << "most requests never wait";
  EXPECT_GE(open.latencies_ns().quantile(0.999), 90'000'000U);

  SimClock closed_clock;
  StallingServer closed_server;
  Histogram closed;
  while (closed_clock.now() < end_of_run) {
    const Instant asked = closed_clock.now();
    const Instant answered = closed_server.answer(asked);
    closed.record(static_cast<std::uint64_t>((answered - asked).count()));
    closed_clock.set(std::max(answered, asked + 1ms));
  }
  EXPECT_GE(closed.count(), 9'900U);
  EXPECT_LE(closed.quantile(0.999), 110'000U) << "a hundred calls that were never made";
  EXPECT_GE(closed.max(), 100'000'000U) << "one met the stall";
}

TEST(OpenLoopDeathTest, RefusesWhatCannotBe) {
  EXPECT_DEATH(OpenLoop({.start = {0}, .per_second = 0}), "a rate is 1 to");
  EXPECT_DEATH(OpenLoop({.start = {0}, .per_second = 1'000'000'001}), "a rate is 1 to");
  OpenLoop loop({.start = {0}, .per_second = 1});
  EXPECT_DEATH(loop.complete(0, {0}), "what completes was begun");
  EXPECT_EQ(loop.begin(), 0U);
  EXPECT_EQ(loop.begin(), 1U);
  EXPECT_DEATH(loop.complete(1, {999'999'999}), "not begun before it is due");
  loop.complete(0, {0});
  loop.complete(1, {1'000'000'000});
  EXPECT_DEATH(loop.complete(1, {1'000'000'000}), "what completes was begun");
}

}  // namespace
}  // namespace troupe::bench
