#include "bench/rows/rows.hpp"

#include <algorithm>
#include <array>

namespace troupe::bench {

std::span<const Block* const> all_blocks() {
#if TROUPE_HAS_WASMTIME
  static const std::array blocks = {&floor_block(),       &core_block(),
                                    &exchange_block(),    &flood_block(),
                                    &ring_block(),        &call_block(),
                                    &life_block(),        &compute_block(),
                                    &crowd_ahead_block(), &crowd_on_demand_block(),
                                    &start_block()};
#else
  static const std::array blocks = {&floor_block(), &core_block(), &exchange_block(),
                                    &flood_block(), &ring_block()};
#endif
  return blocks;
}

const Block* find_block(std::string_view name) {
  if (name == selftest_block().name) return &selftest_block();
  const auto found = std::ranges::find(all_blocks(), name, &Block::name);
  return found == all_blocks().end() ? nullptr : *found;
}

}  // namespace troupe::bench
