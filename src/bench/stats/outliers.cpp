#include "bench/stats/outliers.hpp"

#include <span>

#include "bench/stats/summary.hpp"

namespace troupe::bench {

Fences tukey_fences(std::span<const double> sample) {
  const double first = quantile(sample, 0.25);
  const double third = quantile(sample, 0.75);
  const double between = third - first;
  return {.outer_low = first - 3.0 * between,
          .inner_low = first - 1.5 * between,
          .inner_high = third + 1.5 * between,
          .outer_high = third + 3.0 * between};
}

Outliers count_outliers(std::span<const double> sample) {
  const Fences fences = tukey_fences(sample);
  Outliers outliers;
  for (const double value : sample) {
    if (value < fences.outer_low) {
      ++outliers.low_severe;
    } else if (value < fences.inner_low) {
      ++outliers.low_mild;
    } else if (value > fences.outer_high) {
      ++outliers.high_severe;
    } else if (value > fences.inner_high) {
      ++outliers.high_mild;
    }
  }
  return outliers;
}

}  // namespace troupe::bench
