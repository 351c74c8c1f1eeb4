#include "router/worker_inputs.hpp"

#include "base/limits.hpp"

namespace troupe {

Accepted<Address> SharedInputs::find(std::string_view full_name) {
  const auto found = world_.registry.find(full_name);
  if (!found) return refused(Refusal::gone);
  return *found;
}

std::string SharedInputs::label(Address actor) {
  return world_.registry.label(actor).substr(0, limits::label_bytes_max);
}

Accepted<Address> SharedInputs::reserve(std::optional<std::string> full_name) {
  if (world_.is_stopping.load(std::memory_order_relaxed)) return refused(Refusal::stopping);
  return world_.registry.reserve(std::move(full_name), world_.placement.next());
}

}  // namespace troupe
