#include "bench/stats/regression.hpp"

#include <algorithm>
#include <span>

#include "base/check.hpp"

namespace troupe::bench {
namespace {

double x_of(const Timing& timing) { return static_cast<double>(timing.iterations); }
double y_of(const Timing& timing) { return static_cast<double>(timing.elapsed.count()); }

}  // namespace

double slope_through_origin(std::span<const Timing> timings) {
  double xy = 0;
  double xx = 0;
  for (const Timing& timing : timings) {
    xy += x_of(timing) * y_of(timing);
    xx += x_of(timing) * x_of(timing);
  }
  CHECK(xx > 0, "a slope needs a sample with iterations");
  return xy / xx;
}

double r_squared(std::span<const Timing> timings) {
  const double slope = slope_through_origin(timings);
  double center = 0;
  for (const Timing& timing : timings) center += y_of(timing);
  center /= static_cast<double>(timings.size());

  double about_line = 0;
  double about_mean = 0;
  for (const Timing& timing : timings) {
    const double residual = y_of(timing) - slope * x_of(timing);
    const double deviation = y_of(timing) - center;
    about_line += residual * residual;
    about_mean += deviation * deviation;
  }
  return about_mean > 0 ? 1.0 - about_line / about_mean : 0.0;
}

Slope estimate_slope(std::span<const Timing> timings, const Resampling& how) {
  CHECK(std::ranges::all_of(timings, [](const Timing& timing) { return timing.iterations > 0; }),
        "a sample without iterations could be all that a resample draws");
  return {.ns_per_iteration = bootstrap(timings, how, slope_through_origin),
          .r_squared = r_squared(timings)};
}

}  // namespace troupe::bench
