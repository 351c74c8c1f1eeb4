#include "bench/rows/rows.hpp"

#include <algorithm>
#include <vector>

namespace troupe::bench {

std::span<const Block* const> all_blocks() {
  static const std::vector<const Block*> blocks = [] {
    std::vector<const Block*> list{
        &floor_block(),      &core_block(),     &registry_block(),    &exchange_block(),
        &cross_core_block(), &flood_block(),    &fan_out_block(),     &ring_block(),
        &skynet_block(),     &restart_block(),  &crash_storm_block(), &decision_block(),
        &busy_block(),       &overload_block(), &latency_block(),     &lateness_block()};
    for (const Block& block : spawn_blocks()) list.push_back(&block);
    for (const Block& block : parked_blocks()) list.push_back(&block);
#if TROUPE_HAS_WASMTIME
    list.insert(list.end(), {&guest_floor_block(), &parallel_block(), &loopers_block(),
                             &call_block(), &life_block(), &compute_block(), &crowd_ahead_block(),
                             &crowd_on_demand_block(), &start_block()});
#endif
    return list;
  }();
  return blocks;
}

const Block* find_block(std::string_view name) {
  if (name == selftest_block().name) return &selftest_block();
  const auto found = std::ranges::find(all_blocks(), name, &Block::name);
  return found == all_blocks().end() ? nullptr : *found;
}

}  // namespace troupe::bench
