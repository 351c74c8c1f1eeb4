#pragma once
// How many actors live below one, at any depth, and how many may.

#include <atomic>
#include <cstdint>
#include <memory>

#include "base/limits.hpp"

namespace troupe {

// One for each actor whose spec bounds its descendants; those in between have none, so an actor is
// counted by the next above it that has, and by all above that. The chain is walked upwards at a
// spawn and at an end, nowhere else.
//
// Thread: any; descendants may live on several workers.
// Owns:   itself: it goes when its actor has let go of it and nobody is counted any more. A
//         supervisor may forget a child whose cell is still on its way out, elsewhere.
// Bounds: limits::censuses_max above each other; who has more above may spawn nobody.
class Census {
 public:
  struct LetGo {
    void operator()(Census* census) const { census->drop(owned); }
  };
  // Of its actor.
  using Owner = std::unique_ptr<Census, LetGo>;

  // `above` may be null.
  [[nodiscard]] static Owner make(std::uint32_t most, Census* above) {
    return Owner(std::unique_ptr<Census>(new Census(most, above)).release());
  }
  Census(const Census&) = delete;
  Census& operator=(const Census&) = delete;

  // One more below `nearest`, if all who count allow it; null: nobody counts. The actor counts from
  // the call that spawns it. REQUIRES: who spawns it lives.
  [[nodiscard]] static bool try_add(Census* nearest) {
    if (nearest != nullptr && nearest->depth_ > limits::censuses_max) return false;
    for (Census* at = nearest; at != nullptr; at = at->above_) {
      if (at->try_add_here()) continue;
      for (Census* before = nearest; before != at; before = before->above_) before->drop(one);
      return false;
    }
    return true;
  }
  // That one is gone, or never was.
  static void remove(Census* nearest) {
    while (nearest != nullptr) {
      // It may go with the last; the one above has the same to count until its turn.
      Census* const above = nearest->above_;
      nearest->drop(one);
      nearest = above;
    }
  }

  [[nodiscard]] Census* above() const { return above_; }
  [[nodiscard]] std::uint32_t living() const {
    return static_cast<std::uint32_t>(state_.load(std::memory_order_relaxed) / one);
  }

 private:
  // Of state_: whether its actor still has it, and how many it counts.
  static constexpr std::uint64_t owned = 1;
  static constexpr std::uint64_t one = 2;

  Census(std::uint32_t most, Census* above)
      : above_(above), most_(most), depth_(above != nullptr ? above->depth_ + 1 : 1) {}
  ~Census() = default;
  friend std::default_delete<Census>;

  // A count and nothing behind it: no other memory is read by what it says.
  [[nodiscard]] bool try_add_here() {
    std::uint64_t seen = state_.load(std::memory_order_relaxed);
    while (seen / one < most_) {
      if (state_.compare_exchange_weak(seen, seen + one, std::memory_order_relaxed)) return true;
    }
    return false;
  }
  void drop(std::uint64_t what);

  Census* const above_;
  const std::uint32_t most_;
  const std::uint32_t depth_;  // With those above it.
  std::atomic<std::uint64_t> state_{owned};
};

}  // namespace troupe
