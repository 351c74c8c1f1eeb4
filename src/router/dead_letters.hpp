#pragma once
// Messages that were accepted and then could not be delivered, each with its reason.

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <mutex>
#include <vector>

#include "base/limits.hpp"
#include "model/envelope.hpp"
#include "troupe/dead_letter.hpp"

namespace troupe {

// Thread: any thread; it locks. Nothing on a message's ordinary way comes here.
// Owns:   the latest of them, payloads and all.
// Bounds: limits::dead_letters_max letters and limits::dead_letters_bytes_max payload bytes; older
//         ones make room, and only their count stays.
class DeadLetters {
 public:
  // Takes a message, a request or an event.
  void add(EnvelopePtr envelope, DeadReason reason, Instant at);

  // The latest, newest first.
  [[nodiscard]] std::vector<DeadLetter> latest(std::size_t at_most) const;
  [[nodiscard]] std::uint64_t count(DeadReason reason) const {
    return counts_.at(static_cast<std::size_t>(reason)).load(std::memory_order_relaxed);
  }

 private:
  struct Kept {
    EnvelopePtr envelope;
    DeadReason reason = DeadReason::gone;
    Instant at;
  };

  std::array<std::atomic<std::uint64_t>, dead_reason_count> counts_{};
  mutable std::mutex mutex_;
  std::deque<Kept> kept_;  // Oldest first.
  std::uint64_t bytes_ = 0;
};

}  // namespace troupe
