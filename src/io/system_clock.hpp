#pragma once
// The machine's clocks.

#include <chrono>
#include <cstdint>

#include "base/clock.hpp"

namespace troupe {

// Thread: any thread.
class SystemClock final : public Clock {
 public:
  SystemClock() = default;

  // Since this object was made.
  [[nodiscard]] Instant now() const override;
  [[nodiscard]] std::uint64_t wall_ms() const override;

 private:
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

}  // namespace troupe
