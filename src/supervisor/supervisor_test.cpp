#include "supervisor/supervisor.hpp"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "base/limits.hpp"

namespace troupe {
namespace {

using namespace std::chrono_literals;

constexpr SupervisorPolicy patient{.intensity = 1'000'000};

TEST(Supervisor, SaysWhyItGaveUp) {
  const SupervisorPolicy policy{.intensity = 2, .period = 60s};
  Supervisor supervisor(policy);
  SupervisorSteps steps;
  const ChildNumber child = supervisor.add({.slot = 1, .generation = 1}, {}, steps);
  const Exit exit = Exit::crashed("unreachable");
  SupervisorVerdict verdict;
  for (const auto at : {1000ms, 2000ms, 3500ms}) {
    supervisor.due(Instant{} + at, steps);
    verdict = supervisor.ended(child, exit, StopAsked::no, Instant{} + at, steps);
  }
  EXPECT_EQ(
      to_string(Judgement{
          .child = "account-3", .exit = exit, .verdict = verdict, .policy = supervisor.policy()}),
      "'account-3' ended: " + to_string(exit) +
          ", after 2 restarts in the last 2.5s; 2 within 1m are allowed");
  EXPECT_EQ(to_string(Judgement{
                .child = "a", .exit = Exit::killed(), .verdict = {}, .policy = {.intensity = 0}}),
            "'a' ended: " + to_string(Exit::killed()) + ", and no restarts are allowed");
}

TEST(Supervisor, SaysWhyItLeavesOneEnded) {
  const SupervisorVerdict verdict;
  const auto text = [&](RestartType type, const Exit& exit, StopAsked asked) {
    return decision_text({.child = "a",
                          .exit = exit,
                          .verdict = verdict,
                          .policy = patient,
                          .type = type,
                          .asked = asked});
  };
  const Exit crash = Exit::crashed("unreachable");
  EXPECT_EQ(text({}, crash, StopAsked::yes), "ended, as it was asked to");
  EXPECT_EQ(text(RestartType::temporary, crash, StopAsked::no), "ended: temporary");
  EXPECT_EQ(text(RestartType::transient, Exit::normal(), StopAsked::no),
            "ended: transient, and it ended well");
  EXPECT_EQ(text(RestartType::transient, crash, StopAsked::no), "ended with its supervisor");
}

TEST(Supervisor, KeepsTheLatestFailures) {
  Supervisor supervisor(patient);
  SupervisorSteps steps;
  const Address a{.slot = 1, .generation = 1};
  const Address b{.slot = 2, .generation = 1};
  const ChildNumber first = supervisor.add(a, RestartType::permanent, steps);
  const auto at = [](std::int64_t ns) { return Instant{ns}; };
  for (const RestartType type : {RestartType::transient, RestartType::temporary}) {
    const ChildNumber child = supervisor.add(b, type, steps);
    supervisor.ended(child, Exit::normal(), StopAsked::no, at(1), steps);
  }
  supervisor.ended(supervisor.add(b, {}, steps), Exit::killed(), StopAsked::yes, at(1), steps);
  EXPECT_TRUE(supervisor.history().empty()) << "these did not fail";

  supervisor.ended(supervisor.add(b, RestartType::temporary, steps), Exit::exceeded("fuel"),
                   StopAsked::no, at(2), steps);
  supervisor.ended(first, Exit::normal(), StopAsked::no, at(3), steps);
  EXPECT_EQ(supervisor.history(),
            (std::vector<SupervisorRecord>{
                {.at = at(2), .child = b, .exit = Exit::Kind::exceeded},
                {.at = at(3), .child = a, .verdict = SupervisorVerdict::Kind::restart}}));

  for (std::int64_t time = 4; time < 400; ++time) {
    supervisor.ended(supervisor.add(b, RestartType::temporary, steps), Exit::killed(),
                     StopAsked::no, at(time), steps);
  }
  const std::vector<SupervisorRecord> history = supervisor.history();
  ASSERT_EQ(history.size(), limits::supervisor_history_max);
  EXPECT_EQ(history.front().at, at(300));
  EXPECT_EQ(history.back().at, at(399));
}

TEST(Supervisor, GoesOnWithAHistoryButWithAnEmptyWindow) {
  constexpr SupervisorPolicy once{.intensity = 1};
  const Address child{.slot = 1, .generation = 1};
  SupervisorSteps steps;
  Supervisor before(once);
  const ChildNumber number = before.add(child, {}, steps);
  for (const std::int64_t at : {1, 2}) {
    before.ended(number, Exit::killed(), StopAsked::no, Instant{at}, steps);
  }
  ASSERT_TRUE(before.has_given_up());
  const std::vector<SupervisorRecord> history = before.history();

  Supervisor next(once);
  next.inherit_history(before);
  EXPECT_EQ(next.history(), history);
  EXPECT_EQ(next.restarts_within(Instant{2}), 0U);
  EXPECT_TRUE(before.history().empty());
  next.ended(next.add(child, {}, steps), Exit::killed(), StopAsked::no, Instant{3}, steps);
  EXPECT_FALSE(next.has_given_up());
  ASSERT_EQ(next.history().size(), history.size() + 1);
  EXPECT_EQ(next.history().back().at, Instant{3});
}

// As one policy gives them, in milliseconds.
std::vector<std::int64_t> delays(const SupervisorPolicy& policy, std::uint32_t seed) {
  Supervisor supervisor(policy, Supervisor::StopOrder::one_by_one, seed);
  SupervisorSteps steps;
  const ChildNumber child = supervisor.add({.slot = 1, .generation = 1}, {}, steps);
  std::vector<std::int64_t> list;
  Instant now;
  for (int restart = 0; restart < 50; ++restart) {
    const auto verdict = supervisor.ended(child, Exit::killed(), StopAsked::no, now, steps);
    list.push_back(verdict.delay / 1us);
    now = now + verdict.delay;
    supervisor.due(now, steps);
  }
  return list;
}

TEST(Supervisor, SpreadsDelaysAtRandomAndRepeatably) {
  SupervisorPolicy policy{.intensity = 1'000'000, .period = 24h};
  EXPECT_EQ(delays(policy, 1), delays(policy, 1));
  EXPECT_NE(delays(policy, 1), delays(policy, 2));

  std::int64_t nominal = 100'000;
  std::int64_t least = 1'000'000;
  std::int64_t most = 0;
  const std::vector<std::int64_t> spread = delays(policy, 7);
  EXPECT_EQ(spread[0], 0);
  for (std::size_t index = 1; index < spread.size(); ++index) {
    const std::int64_t per_million = spread[index] * 1'000'000 / nominal;
    EXPECT_GE(per_million, 899'999) << index;
    EXPECT_LE(per_million, 1'100'000) << index;
    least = std::min(least, per_million);
    most = std::max(most, per_million);
    nominal = std::min<std::int64_t>(2 * nominal, 30'000'000);
  }
  EXPECT_LT(least, 920'000);
  EXPECT_GT(most, 1'080'000);

  policy.backoff.kind = Backoff::Kind::immediate;
  EXPECT_EQ(delays(policy, 1), std::vector<std::int64_t>(50));
}

TEST(Supervisor, StandsTheLargestPolicies) {
  const Duration longest = std::chrono::milliseconds(limits::supervisor_backoff_ms_max);
  for (const auto kind : {Backoff::Kind::linear, Backoff::Kind::exponential}) {
    Supervisor supervisor(SupervisorPolicy{
        .intensity = limits::intensity_max,
        .period = std::chrono::milliseconds(limits::supervisor_period_ms_max),
        .strategy = Strategy::rest_for_one,
        .backoff = {.kind = kind, .jitter_percent = 100, .base = longest, .cap = longest}});
    SupervisorSteps steps;
    const ChildNumber child = supervisor.add({.slot = 1, .generation = 1}, {}, steps);
    SupervisorVerdict verdict;
    for (std::uint32_t restart = 0; restart < limits::intensity_max; ++restart) {
      steps.clear();
      verdict = supervisor.ended(child, Exit::killed(), StopAsked::no, Instant{restart}, steps);
      ASSERT_EQ(verdict.restarts, restart + 1);
      ASSERT_LE(verdict.delay, 2 * longest);
      if (verdict.delay > 0ns) supervisor.due(Instant{restart} + verdict.delay, steps);
    }
    verdict = supervisor.ended(child, Exit::killed(), StopAsked::no, Instant{1'000'000}, steps);
    EXPECT_EQ(verdict.kind, SupervisorVerdict::Kind::give_up);
    EXPECT_EQ(supervisor.restarts_within(Instant{1'000'000}), limits::intensity_max);
  }
}

TEST(Supervisor, GivesNumbersAgain) {
  Supervisor supervisor(patient);
  SupervisorSteps steps;
  std::vector<ChildNumber> numbers;
  numbers.reserve(100);
  for (std::uint32_t slot = 0; slot < 100; ++slot) {
    numbers.push_back(
        supervisor.add({.slot = slot, .generation = 1}, RestartType::temporary, steps));
  }
  for (std::uint32_t round = 0; round < 1'000; ++round) {
    ChildNumber& number = numbers[round % 100];
    supervisor.ended(number, Exit::normal(), StopAsked::no, {}, steps);
    number = supervisor.add({.slot = 100 + round, .generation = 1}, RestartType::temporary, steps);
    ASSERT_LT(number, 100U);
  }
  std::uint32_t next = 1'000;
  supervisor.for_each([&](ChildNumber number, Address address) {
    EXPECT_EQ(address.slot, next++);
    EXPECT_EQ(supervisor.address_of(number), address);
  });
  EXPECT_EQ(next, 1'100U);
}

// An operator stops, one by one, many that wait: their waits do not pile up, nor wake anybody.
TEST(Supervisor, ForgetsTheWaitsOfThoseRemoved) {
  Supervisor supervisor(patient);
  SupervisorSteps steps;
  std::vector<ChildNumber> kept;
  // The first waits for nothing.
  for (std::uint32_t slot = 0; slot < 10'000; ++slot) {
    const ChildNumber child = supervisor.add({.slot = slot, .generation = 1}, {}, steps);
    supervisor.ended(child, Exit::killed(), StopAsked::no, Instant{}, steps);
    if (slot == 0) continue;
    if (slot % 1'000 == 0) {
      kept.push_back(child);
    } else {
      supervisor.remove(child, {}, steps);
    }
  }
  constexpr std::size_t window_bytes = 16'384 * sizeof(Instant);
  EXPECT_LT(supervisor.heap_bytes(), window_bytes + 8'000);
  steps.clear();
  supervisor.due(Instant{} + 1h, steps);
  EXPECT_EQ(steps.size(), kept.size());
  EXPECT_EQ(supervisor.child_count(), kept.size() + 1);
}

// Most of 100,000s of supervisors have few children and no failure.
TEST(Supervisor, TakesLittleMemory) {
  static_assert(sizeof(Supervisor) == 64);
  const auto policy = std::make_shared<const SupervisorPolicy>();
  Supervisor supervisor(policy);
  EXPECT_EQ(&supervisor.policy(), policy.get()) << "it is shared";
  EXPECT_EQ(supervisor.heap_bytes(), 0U);
  SupervisorSteps steps;
  ChildNumber child = 0;
  for (std::uint32_t count = 1; count <= 10'000; ++count) {
    child = supervisor.add({.slot = count, .generation = 1}, RestartType::temporary, steps);
    ASSERT_LE(supervisor.heap_bytes(), std::max<std::size_t>(8, count + count / 2) * 24);
  }
  const std::size_t before = supervisor.heap_bytes();
  supervisor.ended(child, Exit::normal(), StopAsked::no, {}, steps);
  supervisor.stop_all(steps);
  EXPECT_EQ(supervisor.heap_bytes(), before) << "nobody has failed";

  Supervisor failing(policy);
  child = failing.add({.slot = 1, .generation = 1}, RestartType::permanent, steps);
  failing.ended(child, Exit::killed(), StopAsked::no, {}, steps);
  EXPECT_LE(failing.heap_bytes(), 512U);
}

TEST(SupervisorDeathTest, ChecksItsDriver) {
  Supervisor supervisor(SupervisorPolicy{});
  SupervisorSteps steps;
  const ChildNumber child = supervisor.add({.slot = 1, .generation = 1}, {}, steps);
  const Exit exit = Exit::killed();
  EXPECT_DEATH(supervisor.started(child + 1, steps), "a child not forgotten");
  supervisor.ended(child, exit, StopAsked::no, Instant{5}, steps);
  EXPECT_DEATH(supervisor.ended(child, exit, StopAsked::no, Instant{4}, steps), "never go back");
  supervisor.ended(child, exit, StopAsked::no, Instant{5}, steps);
  EXPECT_DEATH(supervisor.ended(child, exit, StopAsked::no, Instant{5}, steps), "no life of it");
  supervisor.stop_all(steps);
  EXPECT_DEATH((void)supervisor.address_of(child), "a child not forgotten");
  EXPECT_DEATH(supervisor.add({.slot = 2, .generation = 1}, {}, steps), "starts nobody");
  EXPECT_DEATH(Supervisor(SupervisorPolicy{.period = 0s}), "period");
}

}  // namespace
}  // namespace troupe
