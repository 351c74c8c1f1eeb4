#pragma once
// How time passes where something is to be looked at on the way.

#include <algorithm>

#include "runtime/sim_node.hpp"

namespace troupe::simulation {

// As SimNode::advance(), but with rest() at each instant at which something is due, which lets the
// node run until it is idle.
template <typename Rest>
void pass_time(SimNode& node, Duration span, const Rest& rest) {
  SimClock& clock = node.clock();
  const Instant end = clock.now() + span;
  while (true) {
    rest();
    const Instant due = node.next_due();
    if (due > end) break;
    if (due > clock.now()) clock.set(due);
  }
  // Handlers may have let more time pass.
  if (clock.now() < end) clock.set(end);
  rest();
}

}  // namespace troupe::simulation
