#include "bench/stats/summary.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numeric>
#include <span>
#include <vector>

#include "base/check.hpp"

namespace troupe::bench {
namespace {

std::vector<double> copy_of(std::span<const double> sample) {
  return {sample.begin(), sample.end()};
}

}  // namespace

double mean(std::span<const double> sample) {
  CHECK(!sample.empty(), "nothing has no mean");
  return std::accumulate(sample.begin(), sample.end(), 0.0) / static_cast<double>(sample.size());
}

double sample_sd(std::span<const double> sample) {
  CHECK(sample.size() >= 2, "one value says nothing about spread");
  // Two passes: the textbook's shortcut, mean of squares less square of mean, cancels most digits
  // of samples that lie close together far from zero, as times do.
  const double center = mean(sample);
  double squares = 0;
  for (const double value : sample) squares += (value - center) * (value - center);
  return std::sqrt(squares / static_cast<double>(sample.size() - 1));
}

double quantile_in_place(std::span<double> sample, double q) {
  CHECK(!sample.empty(), "nothing has no quantiles");
  CHECK(q >= 0.0 && q <= 1.0, "a quantile is a share");
  // Definition 7 puts the k-th smallest value, from 0, at the share k / (n - 1).
  const double position = q * static_cast<double>(sample.size() - 1);
  const auto below = static_cast<std::size_t>(position);
  const auto at = sample.begin() + static_cast<std::ptrdiff_t>(below);
  std::nth_element(sample.begin(), at, sample.end());
  const double low = *at;
  if (below + 1 == sample.size()) return low;
  // What selection leaves to the right is not smaller, so the next value is the least of it.
  const double high = *std::min_element(at + 1, sample.end());
  return std::lerp(low, high, position - static_cast<double>(below));
}

double median_in_place(std::span<double> sample) { return quantile_in_place(sample, 0.5); }

double median_absolute_deviation_in_place(std::span<double> sample) {
  const double center = median_in_place(sample);
  for (double& value : sample) value = std::abs(value - center);
  return median_in_place(sample);
}

double quantile(std::span<const double> sample, double q) {
  std::vector<double> values = copy_of(sample);
  return quantile_in_place(values, q);
}

double median(std::span<const double> sample) { return quantile(sample, 0.5); }

double median_absolute_deviation(std::span<const double> sample) {
  std::vector<double> values = copy_of(sample);
  return median_absolute_deviation_in_place(values);
}

Summary summarize(std::span<const double> sample) {
  CHECK(!sample.empty(), "nothing has no summary");
  const auto [min, max] = std::ranges::minmax(sample);
  return {.count = sample.size(),
          .min = min,
          .p5 = quantile(sample, 0.05),
          .median = median(sample),
          .p95 = quantile(sample, 0.95),
          .max = max,
          .mean = mean(sample),
          .sd = sample.size() < 2 ? 0.0 : sample_sd(sample),
          .mad = median_absolute_deviation(sample)};
}

}  // namespace troupe::bench
