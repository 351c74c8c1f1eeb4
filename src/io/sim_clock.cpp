#include "io/sim_clock.hpp"

#include "base/check.hpp"

namespace troupe {

std::uint64_t SimClock::wall_ms() const {
  return wall_start_ms_.load() + static_cast<std::uint64_t>(now_ns_.load() / 1'000'000);
}

void SimClock::set_wall_ms(std::uint64_t wall_ms) {
  wall_start_ms_.store(wall_ms - static_cast<std::uint64_t>(now_ns_.load() / 1'000'000));
}

void SimClock::advance(Duration span) {
  CHECK(span.count() >= 0, "the monotonic clock never goes back");
  now_ns_.fetch_add(span.count());
}

void SimClock::set(Instant now) {
  CHECK(now.ns >= now_ns_.exchange(now.ns), "the monotonic clock never goes back");
}

}  // namespace troupe
