#pragma once
// When a node has ended, nothing of it is left: no actors, nothing that waits, nothing that is due.

#include <cstdint>
#include <functional>
#include <string>

#include "base/format.hpp"
#include "runtime/sim_node.hpp"

namespace troupe::simulation {

// REQUIRES: it was asked to end, and had the time for it.
inline void check_that_it_is_quiet(SimNode& node, const std::function<void(std::string)>& fail) {
  if (!node.end()) {
    fail("the node does not end");
    return;
  }
  for (const ActorStatus& status : node.core().roster().actors()) {
    fail(fmt::format("{} is left when the node has ended, with {} messages", status.name,
                     status.queued));
  }
  std::uint64_t made = 0;
  std::uint64_t gone = 0;
  for (const auto& worker : node.core().workers()) {
    made += worker->counters().created.load();
    gone += worker->counters().retired.load();
    if (worker->has_arrivals()) fail("something waits for a worker when the node has ended");
  }
  if (made != gone) fail(fmt::format("{} actors were made, {} have gone", made, gone));
  for (const NodeCore::Part& part : node.core().parts()) {
    if (part.what->next_due() != never) fail("something is due when the node has ended");
  }
}

}  // namespace troupe::simulation
