#pragma once
// What a sample looks like in a few numbers.
//
// Benchmark times are skewed: interference adds time and never takes any away. So beside the mean
// and the standard deviation stand the median and the median absolute deviation, which half of the
// sample may spoil without moving them far (F. R. Hampel, The Influence Curve and Its Role in
// Robust Estimation, 1974).

#include <cstddef>
#include <span>

namespace troupe::bench {

// All of these: any unit, the result has the same. REQUIRES: values are finite; at least one.

[[nodiscard]] double mean(std::span<const double> sample);

// Divides the squares by n - 1, so that their expectation is the variance of what was sampled.
// REQUIRES: at least two values.
[[nodiscard]] double sample_sd(std::span<const double> sample);

// The value below which a share `q` (0 .. 1) of the sample lies, interpolated between neighbours:
// definition 7 of R. J. Hyndman and Y. Fan, Sample Quantiles in Statistical Packages, 1996, which
// is the default of R, NumPy and spreadsheets.
[[nodiscard]] double quantile(std::span<const double> sample, double q);

[[nodiscard]] double median(std::span<const double> sample);

// The median distance from the median, raw: of a normal sample it is 0.6745 standard deviations,
// and whoever wants to compare the two multiplies by 1.4826.
[[nodiscard]] double median_absolute_deviation(std::span<const double> sample);

// The same without a copy: they leave the sample in another order, or (the last) destroyed. For
// statistics that run ten thousand times. Cost: linear in the size, by selection, not sorting.
[[nodiscard]] double quantile_in_place(std::span<double> sample, double q);
[[nodiscard]] double median_in_place(std::span<double> sample);
[[nodiscard]] double median_absolute_deviation_in_place(std::span<double> sample);

struct Summary {
  std::size_t count = 0;
  double min = 0;
  double p5 = 0;
  double median = 0;
  double p95 = 0;
  double max = 0;
  double mean = 0;
  double sd = 0;   // 0 for a single value, of which no spread can be known.
  double mad = 0;  // Median absolute deviation, raw.
};

[[nodiscard]] Summary summarize(std::span<const double> sample);

}  // namespace troupe::bench
