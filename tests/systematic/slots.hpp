#pragma once
// What a model's slots are made of.

#include <cstdint>

#include "atomics.hpp"
#include "reclaiming.hpp"
#include "router/slot.hpp"

namespace troupe::systematic {

struct ModelSlots : ModelReclaiming {
  static constexpr NamedOrder begin_generation{
      {"Slot.begin_generation", std::memory_order_release}};
  static constexpr NamedOrder check_generation{
      {"Slot.check_generation", std::memory_order_acquire}};
  static constexpr NamedOrder show{{"Slot.show", std::memory_order_release}};
};

// Of one owner.
struct Cell {
  explicit Cell(std::uint32_t own_generation) : generation(own_generation) {}
  Plain<std::uint32_t> generation;
};

struct Nothing {};

template <typename Name>
using ModelSlot = BasicSlot<Cell, Name, Nothing, ModelSlots>;

}  // namespace troupe::systematic
