#include "bench/stats/nested.hpp"

#include <algorithm>
#include <cstdint>
#include <span>
#include <vector>

#include "base/check.hpp"
#include "bench/stats/pcg32.hpp"
#include "bench/stats/summary.hpp"

namespace troupe::bench {

std::vector<double> process_medians(std::span<const std::vector<double>> processes) {
  std::vector<double> medians;
  medians.reserve(processes.size());
  for (const std::vector<double>& samples : processes) medians.push_back(median(samples));
  return medians;
}

VarianceParts split_variance(std::span<const std::vector<double>> processes) {
  CHECK(processes.size() >= 2, "one process says nothing about others");
  double count = 0;
  double sum = 0;
  double squared_counts = 0;
  for (const std::vector<double>& samples : processes) {
    const auto size = static_cast<double>(samples.size());
    count += size;
    sum += mean(samples) * size;
    squared_counts += size * size;
  }
  const double grand_mean = sum / count;
  const auto groups = static_cast<double>(processes.size());
  CHECK(count > groups, "one sample each says nothing about samples");

  double within_squares = 0;
  double between_squares = 0;
  for (const std::vector<double>& samples : processes) {
    const double center = mean(samples);
    for (const double value : samples) within_squares += (value - center) * (value - center);
    const double offset = center - grand_mean;
    between_squares += static_cast<double>(samples.size()) * offset * offset;
  }
  const double within = within_squares / (count - groups);
  // The means differ by the noise of their samples too, so that is taken off.
  const double samples_each = (count - squared_counts / count) / (groups - 1);
  const double between = (between_squares / (groups - 1) - within) / samples_each;
  return {.within = within, .between = std::max(0.0, between)};
}

Nested estimate_nested(std::span<const std::vector<double>> processes, const Resampling& how) {
  const VarianceParts variance = split_variance(processes);
  std::vector<double> medians = process_medians(processes);
  const double value = median(medians);

  const auto count = static_cast<std::uint32_t>(processes.size());
  std::vector<double> drawn;
  std::vector<double> replicates(how.resamples);
  Pcg32 generator(how.seed);
  for (double& replicate : replicates) {
    for (double& center : medians) {
      const std::vector<double>& process = processes[generator.below(count)];
      drawn.resize(process.size());
      draw_again(std::span<const double>(process), std::span<double>(drawn), generator);
      center = median_in_place(drawn);
    }
    replicate = median_in_place(medians);
  }
  return {.center = estimate_from(value, replicates, how.confidence), .variance = variance};
}

}  // namespace troupe::bench
