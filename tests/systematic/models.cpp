// The list of models.

#include "models.hpp"

#include <array>

namespace troupe::systematic {

std::span<const Model* const> all_models() {
  static constexpr std::array<const Model*, 4> models{&inbox_model, &away_model, &move_model,
                                                      &reclaimer_model};
  return models;
}

}  // namespace troupe::systematic
