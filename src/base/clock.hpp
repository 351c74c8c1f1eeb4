#pragma once
// Time enters by constructor. Real clocks are in io/, the simulated one beside them.

#include <cstdint>

#include "troupe/time.hpp"

namespace troupe {

// Thread: any thread.
class Clock {
 public:
  Clock() = default;
  Clock(const Clock&) = delete;
  Clock& operator=(const Clock&) = delete;
  virtual ~Clock() = default;

  // Nanoseconds since the node started; never goes back.
  [[nodiscard]] virtual Instant now() const = 0;
  // Moves when now() has moved by about a millisecond, and may be cheaper to read: who can do with
  // a time that is so old reads now() anew only then.
  [[nodiscard]] virtual std::uint64_t ticks() const { return static_cast<std::uint64_t>(now().ns); }
  // Milliseconds since 1970-01-01 UTC; may jump.
  [[nodiscard]] virtual std::uint64_t wall_ms() const = 0;
};

}  // namespace troupe
