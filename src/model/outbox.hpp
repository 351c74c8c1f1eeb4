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

  [[nodiscard]] bool empty() const { return effects_.empty(); }
  // The first effect that is left; null when there is none.
  [[nodiscard]] EnvelopePtr take() { return effects_.pop(); }
  // Likewise, if it is a message, which is only to be sent.
  [[nodiscard]] EnvelopePtr take_message() {
    return effects_.first_is(EnvelopeKind::message) ? effects_.pop() : nullptr;
  }
  // As new. REQUIRES: it is empty.
  void reset() {
    bytes_ = 0;
    counted_ = 0;
    spawns_ = 0;
    next_timeout_ = 0;
    timeouts_.clear();
  }
  // Of the first request that is left. REQUIRES: it was just taken.
  [[nodiscard]] Duration take_timeout() { return timeouts_[next_timeout_++]; }

  // visit(const Envelope&) for each, in order.
  template <typename Visit>
  void for_each(const Visit& visit) const {
    effects_.for_each(visit);
  }

 private:
  EnvelopeList effects_;
  std::uint64_t bytes_ = 0;
  std::uint32_t counted_ = 0;
  std::uint32_t spawns_ = 0;
  std::vector<Duration> timeouts_;
  std::size_t next_timeout_ = 0;
};

}  // namespace troupe
