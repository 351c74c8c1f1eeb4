#pragma once
// Time as types: a span is a Duration, a point of the monotonic clock is an Instant.

#include <chrono>
#include <cstdint>

namespace troupe {

using Duration = std::chrono::nanoseconds;

// A point on a node's monotonic clock: nanoseconds since the node started.
struct Instant {
  std::int64_t ns = 0;

  friend constexpr auto operator<=>(Instant, Instant) = default;
  // `never`, if that is too far away to count.
  friend constexpr Instant operator+(Instant at, Duration span) {
    std::int64_t sum = 0;
    return {__builtin_add_overflow(at.ns, span.count(), &sum) ? INT64_MAX : sum};
  }
  friend constexpr Duration operator-(Instant a, Instant b) { return Duration{a.ns - b.ns}; }
};

// Later than anything that happens.
inline constexpr Instant never{INT64_MAX};

}  // namespace troupe
