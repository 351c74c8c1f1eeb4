#pragma once
// How far may a figure be off? Draw the sample again, with replacement, and see how it moves.
//
// The bootstrap (B. Efron, Bootstrap Methods: Another Look at the Jackknife, 1979) asks no formula
// of a statistic, so median and MAD get their intervals like the mean. The intervals are percentile
// intervals (Efron and Tibshirani, An Introduction to the Bootstrap, 1993, chapter 13): plain,
// never outside of what was seen, and of a skewed sample skewed too. They are somewhat too short
// for small samples: of ten values, a 95 % interval of the mean covers it about 90 % of the time.

#include <cstddef>
#include <cstdint>
#include <limits>
#include <ranges>
#include <span>
#include <type_traits>
#include <vector>

#include "base/check.hpp"
#include "bench/stats/pcg32.hpp"

namespace troupe::bench {

struct Interval {
  double low = 0;
  double high = 0;
};

struct Estimate {
  double value = 0;  // Of the sample itself.
  Interval interval;
  double standard_error = 0;  // Standard deviation over the resamples.
};

// Without a default seed, so that leaving it out is a warning: who reports an interval reports it.
// NOLINTNEXTLINE(cppcoreguidelines-pro-type-member-init)
struct Resampling {
  std::uint64_t seed;
  std::size_t resamples = 10'000;
  double confidence = 0.95;
};

// Fills `resample` with values of `sample`, each as likely as any other, with replacement.
// REQUIRES: 1 .. 2^32 - 1 values.
template <class Value>
void draw_again(std::span<const Value> sample, std::span<Value> resample, Pcg32& generator) {
  CHECK(!sample.empty() && sample.size() <= std::numeric_limits<std::uint32_t>::max());
  const auto count = static_cast<std::uint32_t>(sample.size());
  for (Value& value : resample) value = sample[generator.below(count)];
}

// The estimate behind a bootstrap: `value` of the sample, and what the resamples gave (which come
// back in another order). REQUIRES: at least two replicates, all finite; 0 < confidence < 1.
[[nodiscard]] Estimate estimate_from(double value, std::span<double> replicates, double confidence);

// Any statistic of any sample: double(std::span<Value>), finite, and free to reorder or destroy
// what it is given, since that is a copy. Cost: resamples times the statistic.
template <std::ranges::contiguous_range Sample, class Statistic>
  requires std::is_invocable_r_v<double, Statistic&, std::span<std::ranges::range_value_t<Sample>>>
[[nodiscard]] Estimate bootstrap(const Sample& sample, const Resampling& how, Statistic statistic) {
  using Value = std::ranges::range_value_t<Sample>;
  const std::span<const Value> values(sample);
  std::vector<Value> scratch(values.begin(), values.end());
  const double value = statistic(std::span<Value>(scratch));

  Pcg32 generator(how.seed);
  std::vector<double> replicates(how.resamples);
  for (double& replicate : replicates) {
    draw_again(values, std::span<Value>(scratch), generator);
    replicate = statistic(std::span<Value>(scratch));
  }
  return estimate_from(value, replicates, how.confidence);
}

// What a report says about one sample; summary.hpp defines the four.
struct Estimates {
  Estimate mean;
  Estimate median;
  Estimate sd;
  Estimate mad;
};

// All four from the same resamples. REQUIRES: at least two values.
[[nodiscard]] Estimates estimate_all(std::span<const double> sample, const Resampling& how);

}  // namespace troupe::bench
