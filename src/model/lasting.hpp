#pragma once
// What few actors' turns leave behind, over all their lives.

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <utility>

#include "troupe/outcome.hpp"
#include "troupe/state.hpp"

namespace troupe {

// How often sends were refused, by reason. Thread: as whoever holds it says.
using RefusalCounts = std::array<std::atomic<std::uint64_t>, refusal_count>;

// Most actors are never refused anything and have no state of the program's: the first that has
// makes this.
//
// Thread: was_refused() and state() by one thread at a time; refused_by() any thread.
class Lasting {
 public:
  Lasting() = default;
  Lasting(const Lasting&) = delete;
  Lasting& operator=(const Lasting&) = delete;
  ~Lasting() { const std::unique_ptr<Kept> owned(kept_.load(std::memory_order_relaxed)); }

  void was_refused(Refusal why) {
    auto& one = made().refused[std::to_underlying(why)];
    one.store(one.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
  }
  [[nodiscard]] std::array<std::uint64_t, refusal_count> refused_by() const {
    std::array<std::uint64_t, refusal_count> copy{};
    const Kept* kept = kept_.load(std::memory_order_acquire);
    if (kept == nullptr) return copy;
    for (std::size_t at = 0; at < copy.size(); ++at) {
      copy[at] = kept->refused[at].load(std::memory_order_relaxed);
    }
    return copy;
  }

  [[nodiscard]] AnyState& state() { return made().state; }

 private:
  struct Kept {
    RefusalCounts refused{};
    AnyState state;
  };

  Kept& made() {
    Kept* kept = kept_.load(std::memory_order_relaxed);
    if (kept == nullptr) {
      kept = std::make_unique<Kept>().release();
      kept_.store(kept, std::memory_order_release);
    }
    return *kept;
  }

  std::atomic<Kept*> kept_{nullptr};  // Owned.
};

}  // namespace troupe
