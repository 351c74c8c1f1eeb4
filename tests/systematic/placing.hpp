#pragma once
// What a model's places beside the workers are made of.

#include <cstdint>

#include "atomics.hpp"
#include "scheduler/away_places.hpp"

namespace troupe::systematic {

struct ModelAway : ModelAtomics {
  using Mutex = systematic::Mutex;
  using Condition = systematic::Condition;
  template <typename T>
  using Guarded = Plain<T>;
  static constexpr std::uint64_t slice_ticks = 1;
};

using Places = BasicAwayPlaces<ModelAway>;

}  // namespace troupe::systematic
