#pragma once
// The blocks of the benchmark, each made in a file of its own.

#include <span>
#include <string_view>

#include "bench/row.hpp"

namespace troupe::bench {

// What the machine, its kernel and our own queues cost by themselves: nothing that is built from
// them can be faster.
[[nodiscard]] const Block& floor_block();
[[nodiscard]] const Block& core_block();      // W1, W6: the node's own code, stepped by one thread.
[[nodiscard]] const Block& registry_block();  // W14: actors found by name and by address.
[[nodiscard]] const Block& exchange_block();  // W1, W6: two actors of a node with one worker.
[[nodiscard]] const Block& cross_core_block();   // W2: two actors on two workers.
[[nodiscard]] const Block& flood_block();        // W3, W4: to one actor as fast as it takes them.
[[nodiscard]] const Block& fan_out_block();      // W5: events to all subscribers of a topic.
[[nodiscard]] const Block& ring_block();         // W8: a token through 10,000 actors.
[[nodiscard]] const Block& skynet_block();       // W9: a tree of actors that spawn actors.
[[nodiscard]] const Block& restart_block();      // W12: a crash and the next life.
[[nodiscard]] const Block& crash_storm_block();  // W12: many that crash.
[[nodiscard]] const Block& decision_block();     // W12: what a supervisor makes of an exit.
[[nodiscard]] const Block& busy_block();         // Work for two workers that begins on one.
[[nodiscard]] const Block& overload_block();     // Twice as much as a node can do.
[[nodiscard]] const Block& latency_block();      // W16: answers at a fixed rate of requests.
[[nodiscard]] const Block& lateness_block();     // 100,000 timers, and as many timeouts.
[[nodiscard]] std::span<const Block> parked_blocks();  // W15: 100,000 actors that wait.
[[nodiscard]] std::span<const Block> spawn_blocks();   // W7: actors that are spawned and wait.
// With WebAssembly:
[[nodiscard]] const Block& guest_floor_block();      // The bare parts of messages to guests.
[[nodiscard]] const Block& parallel_block();         // Guests that compute, on all CPUs and on one.
[[nodiscard]] const Block& loopers_block();          // W17: an answer beside endless loops.
[[nodiscard]] const Block& call_block();             // W10: a message handled by a guest.
[[nodiscard]] const Block& life_block();             // W11: an instance from its start to its end.
[[nodiscard]] const Block& compute_block();          // W13: guest code that computes.
[[nodiscard]] const Block& crowd_ahead_block();      // 100,000 guests, memory populated ahead.
[[nodiscard]] const Block& crowd_on_demand_block();  // 100,000 guests, memory as it is touched.
[[nodiscard]] const Block& start_block();            // The program, from its start.
// For `troupe bench selftest` only: not among all_blocks().
[[nodiscard]] const Block& selftest_block();

// In the order in which they are shown.
[[nodiscard]] std::span<const Block* const> all_blocks();
// Any block, by its name; null: there is none.
[[nodiscard]] const Block* find_block(std::string_view name);

}  // namespace troupe::bench
