#include "io/thread_clock.hpp"

#include <ctime>

#include "base/check.hpp"
#include "io/system_clock.hpp"

namespace troupe {

Instant ThreadClock::now() const {
  timespec time = {};
  CHECK(::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time) == 0);
  return {std::int64_t{time.tv_sec} * 1'000'000'000 + time.tv_nsec};
}

std::uint64_t ThreadClock::wall_ms() const { return SystemClock().wall_ms(); }

}  // namespace troupe
