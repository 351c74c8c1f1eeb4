#include "model/outbox.hpp"

#include "base/limits.hpp"

namespace troupe {

std::optional<Refusal> Outbox::refusal(std::uint64_t payload_bytes) const {
  if (counted_ >= limits::outbox_effects_max) return Refusal::over_quota;
  if (payload_bytes > limits::outbox_bytes_max - bytes_) return Refusal::too_large;
  return std::nullopt;
}

void Outbox::add(Effect effect, std::uint64_t payload_bytes) {
  ++counted_;
  bytes_ += payload_bytes;
  effects_.push_back(std::move(effect));
}

void Outbox::clear() {
  effects_.clear();
  counted_ = 0;
  bytes_ = 0;
}

}  // namespace troupe
