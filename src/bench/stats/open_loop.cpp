#include "bench/stats/open_loop.hpp"

#include <cstdint>

#include "base/check.hpp"
#include "troupe/time.hpp"

namespace troupe::bench {
namespace {

constexpr std::uint64_t ns_per_second = 1'000'000'000;

}  // namespace

Instant Schedule::intended_start(std::uint64_t request) const {
  // Whole seconds apart, so that no product passes 64 bits.
  const std::uint64_t seconds = request / per_second;
  const std::uint64_t rest = request % per_second;
  const std::uint64_t ns = seconds * ns_per_second + rest * ns_per_second / per_second;
  return start + Duration(ns);
}

std::uint64_t Schedule::started_by(Instant now) const {
  if (now < start) return 0;
  // floor(i * 10^9 / rate) <= elapsed holds for just those i below (elapsed + 1) * rate / 10^9.
  const auto end = static_cast<std::uint64_t>((now - start).count()) + 1;
  const std::uint64_t seconds = end / ns_per_second;
  const std::uint64_t rest = end % ns_per_second;
  return seconds * per_second + (rest * per_second + ns_per_second - 1) / ns_per_second;
}

OpenLoop::OpenLoop(Schedule schedule) : schedule_(schedule) {
  CHECK(schedule.per_second >= 1 && schedule.per_second <= ns_per_second,
        "a rate is 1 to 10^9 requests a second");
}

std::uint64_t OpenLoop::due(Instant now) const {
  const std::uint64_t started = schedule_.started_by(now);
  return started > begun_ ? started - begun_ : 0;
}

void OpenLoop::complete(std::uint64_t request, Instant now) {
  CHECK(request < begun_ && completed_ < begun_, "what completes was begun, once");
  const Duration latency = now - schedule_.intended_start(request);
  CHECK(latency >= Duration{}, "a request is not begun before it is due");
  latencies_ns_.record(static_cast<std::uint64_t>(latency.count()));
  ++completed_;
}

}  // namespace troupe::bench
