#pragma once
// Small programs whose outcomes the memory model says, and how to see all of them.

#include <functional>
#include <set>
#include <string>

#include "checker.hpp"

namespace troupe::systematic {

// The outcomes that the executions have; each at_end says one by `saw`.
struct Outcomes {
  std::set<std::string> all;
  Finding finding;

  [[nodiscard]] bool has(const std::string& outcome) const { return all.contains(outcome); }
};

using Litmus = std::function<void(Execution&, std::set<std::string>& outcomes)>;

// Of all executions, with the loads that weak memory allows.
inline Outcomes weak_outcomes(const Litmus& litmus) {
  Outcomes outcomes;
  Checker checker;
  outcomes.finding = checker.search(
      [&](Execution& run) { litmus(run, outcomes.all); },
      {.reduction = Search::Reduction::none, .is_weak = true, .names_orders = false});
  return outcomes;
}

// Of all executions under sequential consistency.
inline Outcomes sequential_outcomes(const Litmus& litmus, Search::Reduction reduction) {
  Outcomes outcomes;
  Checker checker;
  outcomes.finding = checker.search([&](Execution& run) { litmus(run, outcomes.all); },
                                    {.reduction = reduction, .names_orders = false});
  return outcomes;
}

}  // namespace troupe::systematic
