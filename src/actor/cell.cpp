#include "actor/cell.hpp"

namespace troupe {
Activity& Cell::make_activity() {
  // Release: who finds it finds it made.
  activity_.store(std::make_unique<Activity>().release(), std::memory_order_release);
  return *activity_.load(std::memory_order_relaxed);
}

ActorStatus Cell::status(Instant now) const {
  const auto relaxed = std::memory_order_relaxed;
  ActorStatus status;
  status.address = address;
  status.component = spec->component;
  status.state = state.load(relaxed);
  status.lives = life.load(relaxed);
  status.age = age(now);
  status.refused_by = books.refused().read();
  const Activity* active = activity_if_any();
  if (active == nullptr) return status;
  status.received = active->received.load(relaxed);
  status.handled = active->handled.load(relaxed);
  status.errors = active->errors.load(relaxed);
  status.dropped = active->dropped.load(relaxed);
  status.expired = active->expired.load(relaxed);
  status.timed_out = active->timed_out.load(relaxed);
  status.orphans = active->orphans.load(relaxed);
  status.queued = active->queued.load(relaxed);
  if (status.queued > 0) status.oldest_queued = since(active->oldest_queued.load(relaxed), now);
  status.oldest_request = since(active->oldest_request.load(relaxed), now);
  status.long_turn = since(active->went_away.load(relaxed), now);
  status.turn_time = Duration(active->turn_ns.load(relaxed));
  status.memory_bytes = active->memory_bytes.load(relaxed);
  status.memory_peak_bytes = active->memory_peak_bytes.load(relaxed);
  if (const Exit* exit = active->last_exit()) status.last_exit = *exit;
  return status;
}

}  // namespace troupe
