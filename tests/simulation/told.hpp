#pragma once
// What the worlds of a run have in common: their faults, those who hear what happens, and what was
// counted and found.

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "faults.hpp"

namespace troupe::simulation {

// Thread: one.
template <typename Listener>
class Told {
 public:
  // `place` stands before what is found.
  explicit Told(FaultPlan& plan, std::string place = {}) : faults(plan), place_(std::move(place)) {}

  template <typename Tell>
  void tell(const Tell& tell_one) {
    for (Listener* oracle : oracles) tell_one(*oracle);
  }
  void count(const std::string& what) { ++counts[what]; }
  // Whether it happens now, as FaultPlan::take(); counted.
  [[nodiscard]] std::optional<std::uint64_t> fault(FaultKind kind) {
    const auto chance = faults.take(kind);
    if (chance) count(std::string(to_string(kind)));
    return chance;
  }
  void fail(std::string what) {
    if (failures.size() < 10) failures.push_back(place_ + std::move(what));
  }

  FaultPlan& faults;
  std::vector<Listener*> oracles;
  std::map<std::string, std::uint64_t> counts;  // Faults and refusals.
  std::vector<std::string> failures;

 private:
  std::string place_;
};

}  // namespace troupe::simulation
