#include "bench/stats/sampling.hpp"

#include <cstdint>
#include <vector>

#include <gtest/gtest.h>

#include "io/sim_clock.hpp"
#include "troupe/time.hpp"

namespace troupe::bench {
namespace {

using namespace std::chrono_literals;

TEST(Sampling, WarmsUpByDoublingUntilTheTimeHasPassed) {
  SimClock clock;
  std::vector<std::uint64_t> counts;
  const WarmUp warm = warm_up(clock, 100us, [&](std::uint64_t count) {
    counts.push_back(count);
    clock.advance(Duration(count * 1'000));
  });
  // 1 + 2 + ... + 32 us are 63, 64 more pass 100.
  EXPECT_EQ(counts, (std::vector<std::uint64_t>{1, 2, 4, 8, 16, 32, 64}));
  EXPECT_EQ(warm.iterations, 127U);
  EXPECT_EQ(warm.elapsed, 127us);
  EXPECT_DOUBLE_EQ(warm.ns_per_iteration(), 1'000.0);
}

TEST(Sampling, WarmsUpPastTheTimeNotJustToIt) {
  SimClock clock;
  const auto one_us_each = [&](std::uint64_t count) { clock.advance(Duration(count * 1'000)); };
  EXPECT_EQ(warm_up(clock, 2us, one_us_each).iterations, 3U);
  EXPECT_EQ(warm_up(clock, 3us, one_us_each).iterations, 7U) << "3 us have been, not passed";
}

TEST(Sampling, CountsOnlyWhatTheRunTakes) {
  SimClock clock;
  clock.advance(1h);
  const WarmUp warm = warm_up(clock, 1us, [&](std::uint64_t) { clock.advance(5us); });
  EXPECT_EQ(warm.iterations, 1U);
  EXPECT_EQ(warm.elapsed, 5us);
}

TEST(Sampling, PlansALine) {
  // 10 samples are 55 units; 5.5 ms at 100 ns are 55,000 iterations.
  const SamplingPlan plan =
      plan_samples(100.0, {.mode = SamplingMode::linear, .samples = 10, .measuring = 5'500us});
  ASSERT_EQ(plan.iterations.size(), 10U);
  for (std::uint64_t k = 1; k <= 10; ++k) EXPECT_EQ(plan.iterations[k - 1], k * 1'000);
  EXPECT_EQ(plan.total_iterations(), 55'000U);
}

TEST(Sampling, PlansEqualCounts) {
  const SamplingPlan plan =
      plan_samples(300.0, {.mode = SamplingMode::flat, .samples = 10, .measuring = 10ms});
  // 1 ms per sample is 3,333.3 iterations, rounded up.
  EXPECT_EQ(plan.iterations, std::vector<std::uint64_t>(10, 3'334));
}

TEST(Sampling, RunsEveryIterationOnceAtLeast) {
  for (const SamplingMode mode : {SamplingMode::linear, SamplingMode::flat}) {
    const SamplingPlan plan = plan_samples(1e9, {.mode = mode, .samples = 3, .measuring = 1ms});
    EXPECT_EQ(plan.iterations.front(), 1U);
    EXPECT_EQ(plan.iterations.back(), mode == SamplingMode::linear ? 3U : 1U);
  }
}

TEST(Sampling, ChoosesFlatOnlyWhereALineTakesTwiceTheTime) {
  const SamplingOptions options{.samples = 10, .measuring = 55ms};
  // One unit of 1 ms fits 55 times exactly; a slower iteration is still run 55 times.
  EXPECT_EQ(plan_samples(1e6, options).mode, SamplingMode::linear);
  EXPECT_EQ(plan_samples(2e6, options).mode, SamplingMode::linear) << "just twice the time";
  EXPECT_EQ(plan_samples(2.001e6, options).mode, SamplingMode::flat);
  EXPECT_EQ(plan_samples(1.0, options).mode, SamplingMode::linear);
}

TEST(Sampling, KeepsTheShortestSampleAboveTheClocksStep) {
  const SamplingOptions options{
      .mode = SamplingMode::linear, .samples = 100, .measuring = 10ms, .shortest_sample = 10us};
  EXPECT_EQ(plan_samples(10.0, options).iterations.front(), 1'000U) << "10 us, not 2";
  EXPECT_EQ(plan_samples(10.0, {.measuring = 10ms}).mode, SamplingMode::flat)
      << "50 ms of line would not do for 10 ms";
  const SamplingPlan flat =
      plan_samples(10.0, {.mode = SamplingMode::flat, .samples = 100, .measuring = 100us});
  EXPECT_EQ(flat.iterations.front(), 1'000U);
}

TEST(Sampling, PlansWhatItMeasuredOnCriterionsDefaults) {
  const SamplingPlan plan = plan_samples(12.5, {});
  EXPECT_EQ(plan.mode, SamplingMode::linear);
  EXPECT_EQ(plan.iterations.size(), 100U);
  const double planned_ns = static_cast<double>(plan.total_iterations()) * 12.5;
  EXPECT_NEAR(planned_ns, 5e9, 1e6);
}

TEST(SamplingDeathTest, RefusesWorkThatTakesNoTime) {
  const SimClock clock;
  EXPECT_DEATH((void)warm_up(clock, 1us, [](std::uint64_t) {}), "takes no time");
  EXPECT_DEATH((void)plan_samples(0.0, {}), "ns_per_iteration > 0");
  EXPECT_DEATH((void)plan_samples(1.0, {.samples = 0}), "CHECK failed");
  EXPECT_DEATH((void)plan_samples(1.0, {.measuring = 0ns}), "CHECK failed");
  EXPECT_DEATH((void)plan_samples(1e-30, {}), "next to no time");
}

}  // namespace
}  // namespace troupe::bench
