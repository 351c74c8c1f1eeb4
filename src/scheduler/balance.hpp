#pragma once
// Which worker gives actors to which. Two cores share a cache line at the price of some hundred
// instructions, so that nothing moves without need.

#include <atomic>
#include <cstdint>
#include <optional>
#include <span>

namespace troupe {

// How many actors of a worker wait for their turns. Thread: its worker writes, all read.
struct alignas(64) Load {
  std::atomic<std::uint32_t> ready{0};
};

struct Transfer {
  std::uint16_t to = 0;
  std::uint32_t actors = 0;
};

// What worker `own` is to give away now: half of what it has more than the one who has least, if
// that is worth the way. `loads`: how many actors wait, or are about to, at each worker.
[[nodiscard]] std::optional<Transfer> surplus(std::uint16_t own,
                                              std::span<const std::uint32_t> loads);

// Whether an actor may follow whom it talks to: to a worker that has time.
[[nodiscard]] inline bool has_time(const Load& load) {
  return load.ready.load(std::memory_order_relaxed) <= 2;
}

}  // namespace troupe
