#pragma once
// Who is there, and how each stands: read from the cells themselves, without asking anybody.

#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "router/registry.hpp"
#include "troupe/actor_query.hpp"
#include "troupe/address.hpp"
#include "troupe/status.hpp"

namespace troupe {

// Thread: any thread. Nobody waits for a reader; memory that it may look at is kept for the length
//         of a slice.
// Cost:   every slot is looked at; only what is shown is copied.
class Roster {
 public:
  Roster(const Registry& registry, const Clock& clock) : registry_(registry), clock_(clock) {}

  // By slot: while none has ended, in the order in which they were asked for.
  [[nodiscard]] std::vector<ActorStatus> actors() const;
  // As Runtime's.
  [[nodiscard]] ActorList actors(const ActorQuery& query, std::string_view own_app) const;
  [[nodiscard]] std::optional<ActorStatus> actor(Address address) const;
  [[nodiscard]] std::optional<ActorDetails> details(Address address) const;
  [[nodiscard]] NodeGauges gauges() const;

  // A supervisor that is no actor; its children have the number in their parentage.
  [[nodiscard]] std::uint32_t add_supervisor(std::string name);

 private:
  [[nodiscard]] ActorStatus status_of(const Cell& cell, Instant now) const;

  const Registry& registry_;
  const Clock& clock_;
  mutable std::mutex mutex_;
  std::vector<std::string> supervisors_;  // Under mutex_.
};

}  // namespace troupe
