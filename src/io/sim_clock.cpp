#include "io/sim_clock.hpp"

#include "base/check.hpp"

namespace troupe {

std::uint64_t SimClock::wall_ms() const {
  return wall_start_ms_ + static_cast<std::uint64_t>(now_ns_.load() / 1'000'000);
}

void SimClock::advance(Duration span) {
  CHECK(span.count() >= 0, "the monotonic clock never goes back");
  now_ns_.fetch_add(span.count());
}

void SimClock::set(Instant now) {
  CHECK(now.ns >= now_ns_.exchange(now.ns), "the monotonic clock never goes back");
}

}  // namespace troupe
