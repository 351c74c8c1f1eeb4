#include "bench/stats/comparison.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <span>
#include <vector>

#include "base/check.hpp"
#include "bench/stats/pcg32.hpp"
#include "bench/stats/summary.hpp"

namespace troupe::bench {
namespace {

double variance(std::span<const double> sample) {
  const double sd = sample_sd(sample);
  return sd * sd;
}

// B. L. Welch, The Generalization of "Student's" Problem, 1947. Infinite where neither sample
// varies but their means differ.
double welch_t(const TwoSamples& samples) {
  const auto per_value = [](std::span<const double> sample) {
    return variance(sample) / static_cast<double>(sample.size());
  };
  const double difference = mean(samples.current) - mean(samples.baseline);
  const double error = std::sqrt(per_value(samples.current) + per_value(samples.baseline));
  if (error > 0) return difference / error;
  return difference == 0 ? 0 : std::copysign(std::numeric_limits<double>::infinity(), difference);
}

double pooled_p_value(const TwoSamples& samples, const Resampling& how) {
  std::vector<double> pool(samples.baseline.begin(), samples.baseline.end());
  pool.insert(pool.end(), samples.current.begin(), samples.current.end());
  std::vector<double> drawn(pool.size());
  const std::span<double> all(drawn);
  const TwoSamples split{.baseline = all.first(samples.baseline.size()),
                         .current = all.last(samples.current.size())};
  const double observed = std::abs(welch_t(samples));
  std::size_t as_large = 1;
  Pcg32 generator(how.seed);
  for (std::size_t index = 0; index < how.resamples; ++index) {
    draw_again(std::span<const double>(pool), all, generator);
    if (std::abs(welch_t(split)) >= observed) ++as_large;
  }
  return static_cast<double>(as_large) / static_cast<double>(how.resamples + 1);
}

}  // namespace

double cliffs_delta(const TwoSamples& samples) {
  CHECK(!samples.baseline.empty() && !samples.current.empty());
  std::vector<double> sorted(samples.baseline.begin(), samples.baseline.end());
  std::ranges::sort(sorted);
  std::ptrdiff_t dominance = 0;
  for (const double value : samples.current) {
    const auto [first, last] = std::ranges::equal_range(sorted, value);
    dominance += (first - sorted.begin()) - (sorted.end() - last);
  }
  const auto pairs =
      static_cast<double>(samples.baseline.size()) * static_cast<double>(samples.current.size());
  return static_cast<double>(dominance) / pairs;
}

Comparison compare(const TwoSamples& samples, const Resampling& how) {
  CHECK(samples.baseline.size() >= 2 && samples.current.size() >= 2,
        "one value says nothing about spread");
  CHECK(std::ranges::min(samples.baseline) > 0, "a change is relative to something positive");

  std::vector<double> baseline(samples.baseline.size());
  std::vector<double> current(samples.current.size());
  std::vector<double> mean_changes(how.resamples);
  std::vector<double> median_changes(how.resamples);
  Pcg32 generator(how.seed);
  for (std::size_t index = 0; index < how.resamples; ++index) {
    draw_again(samples.baseline, std::span<double>(baseline), generator);
    draw_again(samples.current, std::span<double>(current), generator);
    mean_changes[index] = mean(current) / mean(baseline) - 1;
    median_changes[index] = median_in_place(current) / median_in_place(baseline) - 1;
  }
  const double mean_change = mean(samples.current) / mean(samples.baseline) - 1;
  const double median_change = median(samples.current) / median(samples.baseline) - 1;
  return {.mean_change = estimate_from(mean_change, mean_changes, how.confidence),
          .median_change = estimate_from(median_change, median_changes, how.confidence),
          .p_value = pooled_p_value(samples, how),
          .cliffs_delta = cliffs_delta(samples)};
}

Verdict judge(const Comparison& comparison, const ComparisonRule& rule) {
  if (comparison.p_value >= rule.significance) return Verdict::no_change;
  const Interval change = comparison.mean_change.interval;
  const bool more = change.low > rule.noise_threshold;
  const bool less = change.high < -rule.noise_threshold;
  if (!more && !less) return Verdict::within_noise;
  return more == (rule.better == Better::higher) ? Verdict::improved : Verdict::regressed;
}

}  // namespace troupe::bench
