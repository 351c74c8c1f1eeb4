#pragma once
// How often an actor's sends were refused, and why.

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <utility>

#include "troupe/outcome.hpp"

namespace troupe {

// Most actors are never refused anything: the counts are made by the first.
//
// Thread: add() by one thread at a time; the rest any thread.
class RefusalTally {
  using Counts = std::array<std::atomic<std::uint64_t>, refusal_count>;

 public:
  RefusalTally() = default;
  RefusalTally(const RefusalTally&) = delete;
  RefusalTally& operator=(const RefusalTally&) = delete;
  ~RefusalTally() { const std::unique_ptr<Counts> owned(counts_.load(std::memory_order_relaxed)); }

  void add(Refusal why) {
    Counts* counts = counts_.load(std::memory_order_relaxed);
    if (counts == nullptr) {
      counts = std::make_unique<Counts>().release();
      counts_.store(counts, std::memory_order_release);
    }
    auto& one = (*counts)[std::to_underlying(why)];
    one.store(one.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
  }

  [[nodiscard]] std::array<std::uint64_t, refusal_count> read() const {
    std::array<std::uint64_t, refusal_count> copy{};
    const Counts* counts = counts_.load(std::memory_order_acquire);
    if (counts == nullptr) return copy;
    for (std::size_t at = 0; at < copy.size(); ++at) {
      copy[at] = (*counts)[at].load(std::memory_order_relaxed);
    }
    return copy;
  }

 private:
  std::atomic<Counts*> counts_{nullptr};  // Owned.
};

// The same of many actors. Thread: any thread.
using RefusalCounts = std::array<std::atomic<std::uint64_t>, refusal_count>;

}  // namespace troupe
