#pragma once
// Time enters by constructor. Real clocks are in io/, the simulated one beside them.

#include <atomic>
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
  // Moves when now() has moved by about a millisecond: who can do with a time that is so old reads
  // now() anew only then. Null: there is none, each look at the time is a new one.
  [[nodiscard]] virtual const std::atomic<std::uint64_t>* ticks() const { return nullptr; }
  // Milliseconds since 1970-01-01 UTC; may jump.
  [[nodiscard]] virtual std::uint64_t wall_ms() const = 0;
};

}  // namespace troupe
