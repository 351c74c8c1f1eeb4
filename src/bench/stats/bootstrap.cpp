#include "bench/stats/bootstrap.hpp"

#include <cmath>
#include <cstddef>
#include <span>
#include <vector>

#include "base/check.hpp"
#include "bench/stats/pcg32.hpp"
#include "bench/stats/summary.hpp"

namespace troupe::bench {

Estimate estimate_from(double value, std::span<double> replicates, double confidence) {
  CHECK(replicates.size() >= 2, "an interval needs resamples");
  CHECK(confidence > 0.0 && confidence < 1.0, "confidence is a share, such as 0.95");
  const double tail = (1.0 - confidence) / 2.0;
  return {.value = value,
          .interval = {.low = quantile_in_place(replicates, tail),
                       .high = quantile_in_place(replicates, 1.0 - tail)},
          .standard_error = sample_sd(replicates)};
}

Estimates estimate_all(std::span<const double> sample, const Resampling& how) {
  std::vector<double> scratch(sample.begin(), sample.end());
  struct Values {
    double mean, median, sd, mad;
  };
  const auto statistics = [&scratch] {
    Values values{.mean = mean(scratch), .median = 0, .sd = sample_sd(scratch), .mad = 0};
    values.median = median_in_place(scratch);
    // The MAD's own median is at hand; only the distances are left to do.
    for (double& value : scratch) value = std::abs(value - values.median);
    values.mad = median_in_place(scratch);
    return values;
  };
  const Values of_sample = statistics();

  Pcg32 generator(how.seed);
  std::vector<double> means(how.resamples);
  std::vector<double> medians(how.resamples);
  std::vector<double> sds(how.resamples);
  std::vector<double> mads(how.resamples);
  for (std::size_t index = 0; index < how.resamples; ++index) {
    draw_again(sample, std::span<double>(scratch), generator);
    const Values values = statistics();
    means[index] = values.mean;
    medians[index] = values.median;
    sds[index] = values.sd;
    mads[index] = values.mad;
  }
  return {.mean = estimate_from(of_sample.mean, means, how.confidence),
          .median = estimate_from(of_sample.median, medians, how.confidence),
          .sd = estimate_from(of_sample.sd, sds, how.confidence),
          .mad = estimate_from(of_sample.mad, mads, how.confidence)};
}

}  // namespace troupe::bench
