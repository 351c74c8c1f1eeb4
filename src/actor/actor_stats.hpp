#pragma once
// What an actor lets others see of itself, without being asked.

#include <atomic>
#include <cstdint>

#include "model/refusal_tally.hpp"
#include "troupe/status.hpp"
#include "troupe/time.hpp"

namespace troupe {

// Thread: written by the actor's home worker alone, read by any thread; each figure by itself is
//         true, two of them together may be a moment apart.
struct ActorStats {
  std::atomic<ActorState> state{ActorState::creating};
  std::atomic<std::uint64_t> lives{0};
  std::atomic<Instant> life_began{Instant{}};  // Of the latest; `lives` says whether there was one.
  std::atomic<std::uint64_t> received{0};
  std::atomic<std::uint64_t> handled{0};
  std::atomic<std::uint64_t> errors{0};     // Handlers that returned an error.
  std::atomic<std::uint64_t> dropped{0};    // By the mailbox's policy.
  std::atomic<std::uint64_t> expired{0};    // Of what was sent to it.
  RefusalTally refused;                     // What it wanted to send.
  std::atomic<std::uint64_t> timed_out{0};  // Of its requests.
  std::atomic<std::uint64_t> orphans{0};    // Outcomes that came after the first.
  std::atomic<std::uint32_t> queued{0};
  std::atomic<Instant> oldest_queued{never};   // The oldest in the mailbox came no earlier.
  std::atomic<Instant> oldest_request{never};  // When it was asked; never: none is open.
  std::atomic<std::int64_t> turn_ns{0};
  std::atomic<std::uint64_t> memory_bytes{0};
  std::atomic<std::uint64_t> memory_peak_bytes{0};
};

// One writer: a load and a store, no locked instruction.
template <typename T>
void bump(std::atomic<T>& figure) {
  figure.store(figure.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
}

}  // namespace troupe
