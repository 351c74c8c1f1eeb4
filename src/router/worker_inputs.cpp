#include "router/worker_inputs.hpp"

#include <utility>

#include "base/limits.hpp"

namespace troupe {
namespace {

Accepted<Address> found_or_gone(std::optional<Address> found) {
  if (!found) return refused(Refusal::gone);
  return *found;
}

}  // namespace

Accepted<Address> SharedInputs::find(std::string_view full_name) {
  return found_or_gone(world_.registry.find(full_name));
}

Accepted<Address> WorkerInputs::find(std::string_view full_name) {
  return found_or_gone(world().registry.find_in_step(full_name));
}

void WorkerInputs::was_refused(Address to, Refusal why) {
  auto burst = refusal_bursts_.add(to, why, now_);
  if (burst == nullptr) return;
  world().control.push(
      Envelope::make({.kind = EnvelopeKind::control}, {}, std::move(burst)).release());
}

std::string SharedInputs::label(Address actor) {
  return world_.registry.label(actor).substr(0, limits::label_bytes_max);
}

std::string WorkerInputs::label(Address actor) {
  return world().registry.label_in_step(actor).substr(0, limits::label_bytes_max);
}

Accepted<Address> SharedInputs::reserve(std::optional<std::string> full_name) {
  if (world_.is_stopping.load(std::memory_order_relaxed)) return refused(Refusal::stopping);
  return world_.registry.reserve(std::move(full_name), worker_);
}

Accepted<Address> WorkerInputs::reserve(std::optional<std::string> full_name) {
  if (world().is_stopping.load(std::memory_order_relaxed)) return refused(Refusal::stopping);
  return world().registry.reserve_in_step(std::move(full_name), worker());
}

}  // namespace troupe
