#include "actor/cell.hpp"

#include <string>
#include <utility>

namespace troupe {
namespace {

// What the state alone says of it.
Health health_in(ActorState state) {
  switch (state) {
    case ActorState::creating:
    case ActorState::starting:
      return {.status = HealthStatus::degraded, .reason = "it is not ready yet"};
    case ActorState::ready:
      return {};
    case ActorState::stopping:
      return {.status = HealthStatus::degraded, .reason = "it stops"};
    case ActorState::ended:
    case ActorState::failed:
      return {.status = HealthStatus::unhealthy, .reason = "its life has ended"};
  }
  return {};
}

}  // namespace

Activity& Cell::make_activity() {
  // Release: who finds it finds it made.
  activity_.store(std::make_unique<Activity>().release(), std::memory_order_release);
  return *activity_.load(std::memory_order_relaxed);
}

ActorHealth Cell::health(Instant now) const {
  Health seen = health_in(state.load(std::memory_order_relaxed));
  const Activity* active = activity_if_any();
  const ShownHealth* shown = active != nullptr ? active->health() : nullptr;
  if (shown == nullptr && spec->interfaces.health && seen.status == HealthStatus::healthy) {
    seen = {.status = HealthStatus::unknown, .reason = std::string(not_asked_yet)};
  }
  if (shown == nullptr || seen.status > shown->is.status) {
    return {.status = seen.status, .reason = std::move(seen.reason)};
  }
  return {
      .status = shown->is.status, .reason = shown->is.reason, .since = since(shown->since, now)};
}

void note_next_life(const Registry& registry, Address actor, Instant at) {
  registry.read(actor, [&](const Cell& cell) {
    // The slot may have its next owner by now. Who has never ended has nothing to wait for.
    Activity* const active = cell.address == actor ? cell.activity_if_any() : nullptr;
    if (active != nullptr) active->next_life.store(at, std::memory_order_relaxed);
  });
}

std::optional<Duration> Cell::next_life_in(Instant now) const {
  const ActorState is = state.load(std::memory_order_relaxed);
  const Activity* active = activity_if_any();
  if ((is != ActorState::ended && is != ActorState::failed) || active == nullptr) return {};
  const Instant at = active->next_life.load(std::memory_order_relaxed);
  return at != never && at > now ? std::optional(at - now) : std::nullopt;
}

ActorStatus Cell::status(Instant now) const {
  const auto relaxed = std::memory_order_relaxed;
  ActorStatus status;
  status.address = address;
  status.component = spec->component;
  status.state = state.load(relaxed);
  status.lives = life.load(relaxed);
  status.age = age(now);
  status.health = health(now);
  status.refused_by = books.lasting().refused_by();
  const Activity* active = activity_if_any();
  if (active == nullptr) return status;
  status.received = active->received.load(relaxed);
  status.handled = active->handled.load(relaxed);
  status.errors = active->errors.load(relaxed);
  status.dropped = active->dropped.load(relaxed);
  status.expired = active->expired.load(relaxed);
  status.dead = active->dead.load(relaxed);
  status.requests = active->requests.load(relaxed);
  status.timers = active->timers.load(relaxed);
  status.children = active->children.load(relaxed);
  status.addresses = active->addresses.load(relaxed);
  status.timed_out = active->timed_out.load(relaxed);
  status.orphans = active->orphans.load(relaxed);
  status.queued = active->queued.load(relaxed);
  if (status.queued > 0) status.oldest_queued = since(active->oldest_queued.load(relaxed), now);
  const Instant ready_since = active->ready_since.load(relaxed);
  if (status.queued == 0 && status.state == ActorState::ready &&
      ready_since > life_began.load(relaxed)) {
    status.idle = since(ready_since, now);
  }
  status.oldest_request = since(active->oldest_request.load(relaxed), now);
  status.long_turn = since(active->went_away.load(relaxed), now);
  status.in_long_lane = spec->long_running || active->in_long_lane.load(relaxed);
  status.turn_time = Duration(active->turn_ns.load(relaxed));
  status.memory_bytes = active->memory_bytes.load(relaxed);
  status.memory_peak_bytes = active->memory_peak_bytes.load(relaxed);
  if (const Exit* exit = active->last_exit()) status.last_exit = *exit;
  return status;
}

}  // namespace troupe
