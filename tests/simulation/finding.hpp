#pragma once
// What a run has shown.

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace troupe::simulation {

struct Finding {
  std::uint64_t trace = 0;  // As in Fingerprint.
  std::uint64_t events = 0;
  std::map<std::string, std::uint64_t> counts;  // Faults and refusals.
  std::vector<std::string> failures;
};

// Of a world that keeps its own trace.
template <typename World>
[[nodiscard]] Finding finding_of(const World& world) {
  return {.trace = world.trace.value(),
          .events = world.trace.events(),
          .counts = world.counts,
          .failures = world.failures};
}

}  // namespace troupe::simulation
