// Executions, counted.

#include "checker.hpp"

#include <algorithm>
#include <utility>

#include "base/check.hpp"
#include "random_strategy.hpp"

namespace troupe::systematic {
namespace {

constexpr std::uint64_t million = 1'000'000;

// How many random schedules show every ordering that a model uses.
constexpr std::uint64_t survey_schedules = 2'000;

// Those an access may have, which are weaker than what it has.
std::vector<std::memory_order> weaker_than(std::memory_order order, Access access) {
  using enum std::memory_order;
  const bool is_sequential = order == seq_cst;
  switch (access) {
    case Access::load:
      return is_sequential ? std::vector{acquire, relaxed} : std::vector{relaxed};
    case Access::store:
      return is_sequential ? std::vector{release, relaxed} : std::vector{relaxed};
    case Access::update:
    case Access::fence:
      if (is_sequential) return {acq_rel, acquire, release, relaxed};
      if (order == acq_rel) return {acquire, release, relaxed};
      return {relaxed};
  }
  return {};
}

}  // namespace

Finding Checker::sample(const SetUp& set_up, const SampleOptions& options) {
  Finding finding;
  const Execution::Mode mode{.names_orders = options.names_orders, .weakening = options.weakening};
  for (std::uint64_t i = 0; i < options.schedules; ++i) {
    RandomStrategy strategy(options.seed + i);
    const auto outcome = execution_.run(set_up, strategy, mode);
    ++finding.schedules;
    finding.steps += execution_.steps();
    if (options.progress && finding.schedules % million == 0) options.progress(finding.schedules);
    if (outcome == Execution::Outcome::passed) continue;
    RandomStrategy again(options.seed + i);
    finding.failure = describe(set_up, again, mode);
    finding.failure->seed = options.seed + i;
    break;
  }
  return finding;
}

Finding Checker::search(const SetUp& set_up, const SearchOptions& options) {
  const bool reduces = options.reduction != Search::Reduction::none;
  CHECK(!reduces || !options.is_weak, "states don't tell what may be read");
  Finding finding;
  Search search(options.reduction);
  const Execution::Mode mode{
      .is_weak = options.is_weak, .names_orders = options.names_orders, .keeps_histories = reduces};
  do {
    if (finding.schedules == options.schedules_max) return finding;
    const auto outcome = execution_.run(set_up, search, mode);
    ++finding.schedules;
    finding.steps += execution_.steps();
    finding.states = search.states();
    if (options.progress && finding.schedules % million == 0) options.progress(finding.schedules);
    if (outcome != Execution::Outcome::failed) continue;
    const std::string schedule = search.schedule();
    Replay again(schedule);
    finding.failure = describe(set_up, again, mode);
    finding.failure->schedule = schedule;
    return finding;
  } while (search.advance());
  finding.is_exhausted = true;
  return finding;
}

Finding Checker::replay(const SetUp& set_up, std::string_view schedule, Orders orders) {
  Finding finding{.schedules = 1};
  const Execution::Mode mode{.is_weak = false, .names_orders = orders == Orders::have_names};
  Replay strategy(schedule);
  if (execution_.run(set_up, strategy, mode) == Execution::Outcome::failed) {
    Replay again(schedule);
    finding.failure = describe(set_up, again, mode);
    finding.failure->schedule = schedule;
  }
  finding.steps = execution_.steps();
  return finding;
}

// The same once more, with a trace.
Failure Checker::describe(const SetUp& set_up, Strategy& strategy, Execution::Mode mode) {
  mode.traces = true;
  const auto outcome = execution_.run(set_up, strategy, mode);
  CHECK(outcome == Execution::Outcome::failed, "a model does not do the same again");
  return {.what = execution_.failure(), .steps = execution_.trace()};
}

std::vector<Checker::Site> Checker::sites(const SetUp& set_up) {
  // A fresh one has seen none.
  Execution survey;
  for (std::uint64_t seed = 0; seed < survey_schedules; ++seed) {
    RandomStrategy strategy(seed);
    survey.run(set_up, strategy, {.records_sites = true});
  }
  std::vector<Site> sites;
  for (const Execution::Use& use : survey.sites()) {
    Site site{.ordering = use.site, .weaker = weaker_than(use.site->order, use.access)};
    sites.push_back(std::move(site));
  }
  std::ranges::sort(sites, {}, [](const Site& site) { return site.ordering->site; });
  return sites;
}

}  // namespace troupe::systematic
