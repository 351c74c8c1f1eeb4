#include "router/refusal_bursts.hpp"

#include <chrono>

namespace troupe {
namespace {

constexpr Duration window = std::chrono::milliseconds(limits::refusal_window_ms);

}  // namespace

std::unique_ptr<RefusalBurst> RefusalBursts::add(Address receiver, Refusal why, Instant now) {
  // An address that is gone refuses nothing: nobody is there.
  if (why != Refusal::busy && why != Refusal::too_large) return nullptr;
  Place& place = places_.at(receiver.slot % places_.size());
  if (place.receiver.is_nobody() || now - place.began > window) {
    place = {.receiver = receiver, .began = now};
  }
  if (place.receiver != receiver) return nullptr;
  ++(why == Refusal::busy ? place.busy : place.too_large);
  if (place.busy + place.too_large != limits::refusal_burst) return nullptr;
  auto burst = std::make_unique<RefusalBurst>();
  burst->receiver = receiver;
  burst->busy = place.busy;
  burst->too_large = place.too_large;
  burst->within = now - place.began;
  return burst;
}

}  // namespace troupe
