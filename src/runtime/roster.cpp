#include "runtime/roster.hpp"

#include <algorithm>
#include <utility>

#include "actor/cell.hpp"
#include "base/limits.hpp"
#include "runtime/actor_filter.hpp"

namespace troupe {
namespace {

constexpr std::uint32_t slots_a_slice = 1'000;

}  // namespace

std::uint32_t Roster::add_supervisor(std::string name) {
  const std::lock_guard lock(mutex_);
  supervisors_.push_back(std::move(name));
  return static_cast<std::uint32_t>(supervisors_.size() - 1);
}

// REQUIRES: inside a section of the registry's reclaimer.
ActorStatus Roster::status_of(const Cell& cell, Instant now) const {
  ActorStatus status = cell.status(now);
  status.name = registry_.label_in_step(cell.address);
  status.worker = registry_.home(cell.address).value_or(0);
  if (!cell.parent.is_nobody()) {
    status.supervisor = registry_.label_in_step(cell.parent);
  } else {
    const std::lock_guard lock(mutex_);
    if (cell.child_number < supervisors_.size())
      status.supervisor = supervisors_[cell.child_number];
  }
  return status;
}

std::vector<ActorStatus> Roster::actors() const {
  const Instant now = clock_.now();
  std::vector<ActorStatus> list;
  for (std::optional<std::uint32_t> at = 0; at;) {
    at = registry_.read_some(*at, slots_a_slice,
                             [&](const Cell& cell) { list.push_back(status_of(cell, now)); });
  }
  return list;
}

ActorList Roster::actors(const ActorQuery& query, std::string_view own_app) const {
  const Instant now = clock_.now();
  const ActorFilter filter(query, own_app);
  FirstByName first(query.limit);
  for (std::optional<std::uint32_t> at = 0; at;) {
    at = registry_.read_some(*at, slots_a_slice, [&](const Cell& cell) {
      const std::string name = registry_.label_in_step(cell.address);
      if (filter.takes({.name = name,
                        .component = cell.spec->component,
                        .state = cell.state.load(std::memory_order_relaxed),
                        .age = cell.age(now)})) {
        first.offer(name, cell.address);
      }
    });
  }
  const std::vector<Address> shown = first.take();
  ActorList list{.actors = {}, .more = first.offered() - shown.size()};
  list.actors.reserve(shown.size());
  for (const Address address : shown) {
    if (auto status = actor(address)) list.actors.push_back(*std::move(status));
  }
  return list;
}

NodeGauges Roster::gauges() const {
  const Instant now = clock_.now();
  const auto relaxed = std::memory_order_relaxed;
  NodeGauges all;
  Instant oldest_queued = never;
  Instant oldest_request = never;
  for (std::optional<std::uint32_t> at = 0; at;) {
    at = registry_.read_some(*at, slots_a_slice, [&](const Cell& cell) {
      ++all.actors;
      const Activity* active = cell.activity_if_any();
      if (active == nullptr) return;
      const std::uint32_t queued = active->queued.load(relaxed);
      all.queued += queued;
      if (queued > 0) oldest_queued = std::min(oldest_queued, active->oldest_queued.load(relaxed));
      oldest_request = std::min(oldest_request, active->oldest_request.load(relaxed));
      all.memory_bytes += active->memory_bytes.load(relaxed);
    });
  }
  all.oldest_queued = since(oldest_queued, now);
  all.oldest_request = since(oldest_request, now);
  return all;
}

std::optional<ActorDetails> Roster::details(Address address) const {
  const Instant now = clock_.now();
  std::optional<ActorDetails> details;
  registry_.read(address, [&](const Cell& cell) {
    if (cell.address != address) return;  // As in actor().
    const ActorSpec& spec = *cell.spec;
    // Its own, which stays as long as the cell, or that of another above.
    const Census* const census = cell.books.census();
    const bool is_counted = census != nullptr && spec.quotas.descendants < limits::actors_max;
    details = ActorDetails{.status = status_of(cell, now),
                           .restart = std::string(to_string(cell.restart)),
                           .limits = {.memory_bytes = spec.limits.memory_bytes,
                                      .deadline = spec.limits.deadline,
                                      .mailbox_messages = spec.mailbox.messages,
                                      .mailbox_bytes = spec.mailbox.bytes,
                                      .payload_bytes = spec.quotas.payload_bytes,
                                      .requests = spec.quotas.requests,
                                      .timers = spec.quotas.timers,
                                      .children = spec.quotas.children,
                                      .descendants = spec.quotas.descendants,
                                      .addresses = spec.limits.addresses},
                           .descendants = is_counted ? census->living() : 0,
                           .next_life_in = cell.next_life_in(now)};
  });
  return details;
}

std::optional<ActorStatus> Roster::actor(Address address) const {
  const Instant now = clock_.now();
  std::optional<ActorStatus> status;
  registry_.read(address, [&](const Cell& cell) {
    // The slot may have its next owner by now.
    if (cell.address == address) status = status_of(cell, now);
  });
  return status;
}

}  // namespace troupe
