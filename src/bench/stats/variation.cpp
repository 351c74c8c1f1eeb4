#include "bench/stats/variation.hpp"

#include <optional>
#include <span>

#include "bench/stats/summary.hpp"

namespace troupe::bench {

std::optional<double> coefficient_of_variation(std::span<const double> values) {
  if (values.size() < 2) return std::nullopt;
  const double center = mean(values);
  if (!(center > 0)) return std::nullopt;
  return sample_sd(values) / center;
}

Variation gate_variation(std::span<const double> process_medians, RowKind kind) {
  const std::optional<double> coefficient = coefficient_of_variation(process_medians);
  if (!coefficient) return {};
  return {
      .coefficient = coefficient,
      .stability = *coefficient <= variation_limit(kind) ? Stability::stable : Stability::unstable};
}

}  // namespace troupe::bench
