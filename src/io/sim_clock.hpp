#pragma once
// A clock that stands still until it is told to move.

#include <atomic>
#include <cstdint>

#include "base/clock.hpp"

namespace troupe {

// Thread: any thread.
class SimClock final : public Clock {
 public:
  // Begins at Instant{} and, for the calendar, at `wall_ms` (default: 2026-01-01 UTC).
  explicit SimClock(std::uint64_t wall_ms = 1'767'225'600'000) : wall_start_ms_(wall_ms) {}

  [[nodiscard]] Instant now() const override { return {now_ns_.load()}; }
  // Moves with now(), but for set_wall_ms().
  [[nodiscard]] std::uint64_t wall_ms() const override;

  // REQUIRES: not negative; the monotonic clock never goes back.
  void advance(Duration span);
  // REQUIRES: not before now().
  void set(Instant now);
  // Sets the calendar, back or forth; now() stays.
  void set_wall_ms(std::uint64_t wall_ms);

 private:
  std::atomic<std::int64_t> now_ns_ = 0;
  std::atomic<std::uint64_t> wall_start_ms_;  // When now() was Instant{}.
};

}  // namespace troupe
