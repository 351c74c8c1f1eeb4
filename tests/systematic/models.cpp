// The list of models.

#include "models.hpp"

#include <array>

namespace troupe::systematic {

std::span<const Model* const> all_models() {
  static constexpr std::array models{&inbox_model, &flush_model,  &places_model,    &away_model,
                                     &move_model,  &depart_model, &reclaimer_model, &names_model,
                                     &slots_model, &doors_model,  &stop_model};
  return models;
}

}  // namespace troupe::systematic
