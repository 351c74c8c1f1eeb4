#pragma once
// How an actor is: what it says when it is asked, and what its node sees.

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "troupe/time.hpp"

namespace troupe {

// From good to bad: of two the worse counts.
enum class HealthStatus : std::uint8_t {
  healthy,
  unknown,    // It has not answered in its present life, or took too long to. Nothing follows yet.
  degraded,   // It works, less well than it should. Nothing follows.
  unhealthy,  // It does not do its work. So many times in a row, and its life ends.
};
inline constexpr std::array<std::string_view, 4> health_status_names{"healthy", "unknown",
                                                                     "degraded", "unhealthy"};
[[nodiscard]] constexpr std::string_view to_string(HealthStatus status) {
  return health_status_names.at(static_cast<std::size_t>(std::to_underlying(status)));
}

// What an actor says of itself.
struct Health {
  HealthStatus status = HealthStatus::healthy;
  std::string reason = {};  // For people; of it limits::health_reason_bytes_max are kept.
};

// When an actor is asked, and what its answers lead to.
struct HealthChecks {
  // From the start of a life, or the end of a check, to the next; 10 ms .. 24 h.
  Duration interval = std::chrono::seconds(5);
  // For one check, from its start; one that takes longer has failed. 1 ms .. 5 min.
  Duration timeout = std::chrono::seconds(1);
  // Checks in a row that fail, by `unhealthy` or by taking too long, and the life ends; 1 .. 100. A
  // check that takes that many time-outs is cut off.
  std::uint32_t threshold = 3;

  friend bool operator==(const HealthChecks&, const HealthChecks&) = default;
};

// As an operator sees it: the worse of what the actor says and of what its node sees (it has ended,
// starts, stops, or its memory is nearly used up).
struct ActorHealth {
  HealthStatus status = HealthStatus::healthy;
  std::string reason = {};  // Empty if it is healthy.
  // For how long it has had this status; none: since its life began, or nobody knows.
  std::optional<Duration> since = {};

  friend bool operator==(const ActorHealth&, const ActorHealth&) = default;
};

}  // namespace troupe
