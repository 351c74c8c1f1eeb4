#pragma once
// What stands behind the addresses of one slot, one owner after the other.

#include <atomic>
#include <cstdint>

#include "scheduler/reclaimer.hpp"

namespace troupe {

// What BasicSlot is made of; a model checker brings its own.
struct SlotPolicy : ReclaimerPolicy {
  // Who sees a generation sees what its owner began with.
  static constexpr std::memory_order begin_generation = std::memory_order_release;
  static constexpr std::memory_order check_generation = std::memory_order_acquire;
  // Who reads the cell sees what it was made of; who reads the name, what it says.
  static constexpr std::memory_order show = std::memory_order_release;
};

// Whose it is, by its generation, and the owner's cell and name; `beside` is what else stands in
// the same line of memory. Those who look without being the owner's worker are inside a section of
// a reclaimer, which frees cell and name.
//
// Thread: show_name(), begin(), take_back() whoever has the slot; show_cell() and own_cell() the
//         worker that has the cell; end() and the rest any thread.
template <typename Cell, typename Name, typename Beside, typename Policy = SlotPolicy>
class BasicSlot {
 public:
  // A generation that is over never comes again.
  [[nodiscard]] bool has(std::uint32_t generation) const {
    return generation_.load(Policy::check_generation) == generation;
  }
  // First the name: who looks for the owner before may come upon the name of this one.
  void show_name(const Name* name) { name_.store(name, Policy::show); }
  // Then the generation: who finds an address finds somebody there.
  void begin(std::uint32_t generation) { generation_.store(generation, Policy::begin_generation); }
  // As if it had never begun. REQUIRES: nobody has learned its address.
  void take_back() {
    generation_.store(0, std::memory_order_relaxed);
    name_.store(nullptr, Policy::unlink);
  }
  // True for one of those who end it; then nobody finds the cell, and the name it had is its
  // caller's to retire.
  [[nodiscard]] bool end(std::uint32_t generation, const Name*& name) {
    // Who ends it has learned of it from who began it: this orders nothing more.
    if (!generation_.compare_exchange_strong(generation, 0, std::memory_order_relaxed,
                                             std::memory_order_relaxed)) {
      return false;
    }
    cell_.store(nullptr, Policy::unlink);
    name = name_.exchange(nullptr, Policy::unlink);
    return true;
  }

  void show_cell(Cell* cell) { cell_.store(cell, Policy::show); }
  // As the worker sees it that alone changes it.
  [[nodiscard]] Cell* own_cell() const { return cell_.load(std::memory_order_relaxed); }
  // Of whoever has the slot.
  [[nodiscard]] const Cell* cell() const { return cell_.load(Policy::follow); }
  // None if another has it by now: who sees the next one's cell sees its generation.
  [[nodiscard]] const Cell* cell_of(std::uint32_t generation) const {
    const Cell* const found = cell();
    return has(generation) ? found : nullptr;
  }
  // Of whoever has the slot; what has a name knows its address.
  [[nodiscard]] const Name* name() const { return name_.load(Policy::follow); }

 private:
  template <typename T>
  using Atomic = Policy::template Atomic<T>;

  Atomic<std::uint32_t> generation_{0};  // 0 between two owners.

 public:
  Beside beside{};

 private:
  Atomic<Cell*> cell_{nullptr};
  Atomic<const Name*> name_{nullptr};
};

}  // namespace troupe
