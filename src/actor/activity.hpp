#pragma once
// What an actor has been doing, once it has done something: an actor that was never sent a message
// has none of this.

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>

#include "model/pool.hpp"
#include "scheduler/reclaimer.hpp"
#include "troupe/address.hpp"
#include "troupe/health.hpp"
#include "troupe/outcome.hpp"
#include "troupe/time.hpp"

namespace troupe {

// What an actor shows of its health.
struct ShownHealth {
  Health is;
  Instant since;
};

// Thread: figures are written by the actor's home worker alone, read by any thread (each by itself
//         is true, two of them together may be a moment apart); the rest is the home worker's.
struct Activity : Pooled {
  Activity() = default;
  Activity(const Activity&) = delete;
  Activity& operator=(const Activity&) = delete;
  ~Activity() {
    const std::unique_ptr<const Exit> owned(last_exit_.load(std::memory_order_relaxed));
    const std::unique_ptr<const ShownHealth> shown(health_.load(std::memory_order_relaxed));
  }

  // Of the life before this one; null if there was none. Any thread.
  [[nodiscard]] const Exit* last_exit() const { return last_exit_.load(ReclaimerPolicy::follow); }
  // What was there before is given back; others may still be reading it.
  [[nodiscard]] std::unique_ptr<const Exit> set_last_exit(const Exit& exit) {
    auto next = std::make_unique<const Exit>(exit);
    return std::unique_ptr<const Exit>(
        last_exit_.exchange(next.release(), ReclaimerPolicy::unlink));
  }

  // Null: since its life began healthy, or, of one that is asked, not known. Any thread.
  [[nodiscard]] const ShownHealth* health() const { return health_.load(ReclaimerPolicy::follow); }
  // As set_last_exit().
  [[nodiscard]] std::unique_ptr<const ShownHealth> set_health(
      std::unique_ptr<const ShownHealth> next) {
    return std::unique_ptr<const ShownHealth>(
        health_.exchange(next.release(), ReclaimerPolicy::unlink));
  }

  // What every message touches, in one line. `received` to `turn_ns` are figures.
  std::atomic<std::uint64_t> received{0};
  std::atomic<std::uint64_t> handled{0};
  std::atomic<std::uint32_t> queued{0};
  std::uint16_t from_partner = 0;  // Messages in a row, without any from its own worker.
  bool memory_warned = false;
  std::uint8_t long_turns = 0;  // Beyond the share, in a row; it then counts no further.
  std::atomic<std::int64_t> turn_ns{0};
  std::uint64_t usage_stamp = 0;                // As the instance's when it was looked at last.
  std::atomic<Instant> ready_since{Instant{}};  // It last got something to do after it had none.
  // Of what it has received, the first `marked` came before `marked_at`, the rest later.
  std::uint64_t marked = 0;
  Instant marked_at = {};

  // Figures.
  std::atomic<Instant> oldest_queued{never};   // The oldest in the mailbox came no earlier.
  std::atomic<Instant> oldest_request{never};  // When it was asked; never: none is open.
  std::atomic<std::uint64_t> errors{0};        // Handlers that returned an error.
  std::atomic<std::uint64_t> dropped{0};       // By the mailbox's policy.
  std::atomic<std::uint64_t> expired{0};       // Of what was sent to it.
  std::atomic<std::uint64_t> dead{0};          // Likewise, for whatever reason.
  std::atomic<std::uint64_t> timed_out{0};     // Of its requests.
  std::atomic<std::uint64_t> orphans{0};       // Outcomes that came after the first.
  std::atomic<Instant> went_away{never};       // Its present turn, beside its worker.
  // Of one between two lives, when its supervisor begins the next, at the earliest; never: at once,
  // or when others let it. Written by whoever supervises it; never again when a life begins.
  std::atomic<Instant> next_life{never};
  std::atomic<bool> in_long_lane{false};
  std::atomic<std::uint32_t> requests{0};  // Open.
  std::atomic<std::uint32_t> timers{0};    // Likewise.
  std::atomic<std::uint32_t> children{0};
  std::atomic<std::uint32_t> addresses{0};  // That its guest holds.
  std::atomic<std::uint64_t> memory_bytes{0};
  std::atomic<std::uint64_t> memory_peak_bytes{0};

  std::uint64_t handled_before = 0;  // When the last of the long turns came home.
  std::uint64_t memory_at_boot = 0;
  Address partner = {};        // Of another worker.
  Instant settled_until = {};  // It does not move before.

 private:
  std::atomic<const Exit*> last_exit_{nullptr};      // Owned.
  std::atomic<const ShownHealth*> health_{nullptr};  // Likewise.
};

// How long ago; none for `never`.
[[nodiscard]] inline std::optional<Duration> since(Instant at, Instant now) {
  if (at == never) return std::nullopt;
  return std::max(Duration::zero(), now - at);
}

// One writer: a load and a store, no locked instruction.
template <typename T>
void bump(std::atomic<T>& figure) {
  figure.store(figure.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
}

}  // namespace troupe
