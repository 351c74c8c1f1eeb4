#pragma once
// The models there are.

#include <span>

#include "checker.hpp"

namespace troupe::systematic {

// One file each: X_model.cpp.
extern const Model inbox_model;
extern const Model flush_model;
extern const Model places_model;
extern const Model away_model;
extern const Model move_model;
extern const Model depart_model;
extern const Model stop_model;
extern const Model reclaimer_model;
extern const Model names_model;
extern const Model slots_model;
extern const Model doors_model;

[[nodiscard]] std::span<const Model* const> all_models();

}  // namespace troupe::systematic
