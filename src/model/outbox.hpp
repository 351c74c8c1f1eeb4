#pragma once
// The outbox: what a handler asked for, in the order of the calls. Kept when the handler returns,
// dropped when it crashes.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "base/limits.hpp"
#include "model/envelope.hpp"
#include "troupe/outcome.hpp"
#include "troupe/time.hpp"

namespace troupe {

// Every effect is an envelope: one that travels, or an order that the actor's own worker carries
// out (EnvelopeKind says which).
//
// Thread: the one that runs the turn.
// Owns:   the effects, until they are taken out.
// Bounds: limits::outbox_effects_max effects and limits::outbox_bytes_max payload bytes a handler.
class Outbox {
 public:
  // Whether one more effect with this many payload bytes has room.
  [[nodiscard]] std::optional<Refusal> refusal(std::uint64_t payload_bytes) const {
    if (counted_ >= limits::outbox_effects_max) return Refusal::over_quota;
    if (payload_bytes > limits::outbox_bytes_max - bytes_) return Refusal::too_large;
    return std::nullopt;
  }
  void add(EnvelopePtr effect, std::uint64_t payload_bytes = 0) {
    ++counted_;
    bytes_ += payload_bytes;
    effects_.push(std::move(effect));
  }
  // A request, and how long to wait for its answer from the commit on.
  void add_request(EnvelopePtr request, Duration timeout) {
    timeouts_.push_back(timeout);
    const std::uint64_t bytes = request->size();
    add(std::move(request), bytes);
  }
  void add_spawn(EnvelopePtr spawn) {
    ++spawns_;
    const std::uint64_t bytes = spawn->size();
    add(std::move(spawn), bytes);
  }
  // Of the handler.
  [[nodiscard]] std::size_t spawns() const { return spawns_; }
  // For what may not be refused: cancelling. Bounded by what there is to cancel.
  void add_uncounted(EnvelopePtr effect) { effects_.push(std::move(effect)); }

  // The first effect that is left; null when there is none, and the outbox is as new.
  [[nodiscard]] EnvelopePtr take() {
    EnvelopePtr first = effects_.pop();
    if (first == nullptr) reset();
    return first;
  }
  // Of the first request that is left. REQUIRES: it was just taken.
  [[nodiscard]] Duration take_timeout() { return timeouts_[next_timeout_++]; }

  // visit(const Envelope&) for each, in order.
  template <typename Visit>
  void for_each(const Visit& visit) const {
    effects_.for_each(visit);
  }

 private:
  void reset() {
    counted_ = 0;
    spawns_ = 0;
    bytes_ = 0;
    next_timeout_ = 0;
    timeouts_.clear();
  }

  EnvelopeList effects_;
  std::size_t counted_ = 0;
  std::size_t spawns_ = 0;
  std::uint64_t bytes_ = 0;
  std::vector<Duration> timeouts_;
  std::size_t next_timeout_ = 0;
};

}  // namespace troupe
