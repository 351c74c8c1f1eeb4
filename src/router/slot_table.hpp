#pragma once
// Slots by their indexes.

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>

#include "base/atomics.hpp"
#include "base/limits.hpp"

namespace troupe {

// What SlotTable is made of; a model checker brings its own.
struct SlotTablePolicy : StdAtomics {
  static constexpr std::uint32_t chunk_slots = 4'096;
  static constexpr std::uint32_t chunk_count = limits::actors_max / chunk_slots + 1;

  template <typename Slot>
  [[nodiscard]] static Slot* make_chunk() {
    return std::make_unique<Slot[]>(chunk_slots).release();
  }
  template <typename Slot>
  static void free_chunk(Slot* chunk) {
    const std::unique_ptr<Slot[]> owned(chunk);
  }
};

// In chunks, each made when the first of its slots is needed. From then on they stay where they
// are.
//
// Thread: at() any thread; make() one at a time.
// Owns:   the slots.
// Bounds: chunk_count x chunk_slots.
template <typename Slot, typename Policy = SlotTablePolicy>
class SlotTable {
 public:
  SlotTable() = default;
  SlotTable(const SlotTable&) = delete;
  SlotTable& operator=(const SlotTable&) = delete;
  ~SlotTable() {
    for (auto& chunk : chunks_) {
      Policy::template free_chunk<Slot>(chunk.load(std::memory_order_relaxed));
    }
  }

  // Null: it is not made yet, nor is any behind its chunk.
  [[nodiscard]] Slot* at(std::uint32_t index) const {
    if (index / Policy::chunk_slots >= Policy::chunk_count) return nullptr;
    Slot* chunk = chunks_[index / Policy::chunk_slots].load(Policy::order(look_order));
    return chunk != nullptr ? &chunk[index % Policy::chunk_slots] : nullptr;
  }
  // REQUIRES: it is within the bounds, and all before it are made.
  void make(std::uint32_t index) {
    auto& chunk = chunks_.at(index / Policy::chunk_slots);
    if (chunk.load(std::memory_order_relaxed) != nullptr) return;
    chunk.store(Policy::template make_chunk<Slot>(), Policy::order(show_order));
  }

 private:
  // Whoever comes upon a chunk, and has an index from nobody, sees slots that are made.
  static constexpr Ordering show_order{"SlotTable.show", std::memory_order_release};
  static constexpr Ordering look_order{"SlotTable.look", std::memory_order_acquire};

  std::array<typename Policy::template Atomic<Slot*>, Policy::chunk_count> chunks_{};
};

}  // namespace troupe
