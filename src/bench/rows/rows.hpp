#pragma once
// The blocks of the benchmark, each made in a file of its own.

#include <span>
#include <string_view>

#include "bench/row.hpp"

namespace troupe::bench {

// What the machine, its kernel and our own queues cost by themselves: nothing that is built from
// them can be faster.
[[nodiscard]] const Block& floor_block();
[[nodiscard]] const Block& core_block();  // W1, W6: the node's own code.
[[nodiscard]] const Block& exchange_block();
[[nodiscard]] const Block& call_block();
[[nodiscard]] const Block& life_block();
[[nodiscard]] const Block& compute_block();
[[nodiscard]] const Block& crowd_ahead_block();
[[nodiscard]] const Block& crowd_on_demand_block();
[[nodiscard]] const Block& start_block();
// For `troupe bench selftest` only: not among all_blocks().
[[nodiscard]] const Block& selftest_block();

// In the order in which they are shown.
[[nodiscard]] std::span<const Block* const> all_blocks();
// Any block, by its name; null: there is none.
[[nodiscard]] const Block* find_block(std::string_view name);

}  // namespace troupe::bench
