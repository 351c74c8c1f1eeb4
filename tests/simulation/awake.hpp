#pragma once
// Nobody sleeps while there is something to do: whoever gives a sleeping worker work calls it.

#include <functional>
#include <string_view>

#include "base/format.hpp"
#include "runtime/sim_node.hpp"

namespace troupe::simulation {

// For SimNode::Options::on_overslept.
template <typename World>
[[nodiscard]] std::function<void(std::string_view)> tells_who_oversleeps(World& world) {
  return [&world](std::string_view what) {
    world.fail(fmt::format("a worker is not woken for {}", what));
  };
}

template <typename World>
void count_sleeps(World& world, const SimNode& node) {
  world.counts["park"] += node.times_asleep();
  world.counts["call of who is parked"] += node.times_called();
}

}  // namespace troupe::simulation
