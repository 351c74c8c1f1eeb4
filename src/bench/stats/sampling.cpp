#include "bench/stats/sampling.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <numeric>

#include "base/check.hpp"
#include "troupe/time.hpp"

namespace troupe::bench {
namespace {

double ns_of(Duration span) { return static_cast<double>(span.count()); }

// So many iterations that they last `ns`, and at least one.
std::uint64_t lasting(double ns, double ns_per_iteration) {
  const double count = std::ceil(ns / ns_per_iteration);
  CHECK(count < 0x1p62, "an iteration takes next to no time");
  return std::max<std::uint64_t>(1, static_cast<std::uint64_t>(count));
}

}  // namespace

std::uint64_t SamplingPlan::total_iterations() const {
  return std::accumulate(iterations.begin(), iterations.end(), std::uint64_t{0});
}

SamplingPlan plan_samples(double ns_per_iteration, const SamplingOptions& options) {
  CHECK(ns_per_iteration > 0 && options.samples > 0 && options.measuring > Duration{});
  const double measuring = ns_of(options.measuring);
  const double shortest = ns_of(options.shortest_sample);
  const auto samples = static_cast<double>(options.samples);

  // 1 + 2 + ... + n times d iterations fill the time.
  const double units = samples * (samples + 1) / 2;
  const std::uint64_t unit = lasting(std::max(measuring / units, shortest), ns_per_iteration);
  const double linear_ns = units * static_cast<double>(unit) * ns_per_iteration;

  SamplingPlan plan{.mode = options.mode, .iterations = {}};
  if (plan.mode == SamplingMode::automatic)
    plan.mode = linear_ns > 2 * measuring ? SamplingMode::flat : SamplingMode::linear;
  if (plan.mode == SamplingMode::linear) {
    for (std::size_t k = 1; k <= options.samples; ++k) plan.iterations.push_back(k * unit);
  } else {
    const double each = std::max(measuring / samples, shortest);
    plan.iterations.assign(options.samples, lasting(each, ns_per_iteration));
  }
  return plan;
}

}  // namespace troupe::bench
