#include "io/system_clock.hpp"

namespace troupe {

Instant SystemClock::now() const {
  return Instant{} +
         std::chrono::duration_cast<Duration>(std::chrono::steady_clock::now() - start_);
}

std::uint64_t SystemClock::wall_ms() const {
  const auto since_1970 = std::chrono::system_clock::now().time_since_epoch();
  const auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(since_1970).count();
  // A machine whose clock stands before 1970 has no better answer.
  return ms < 0 ? 0 : static_cast<std::uint64_t>(ms);
}

}  // namespace troupe
