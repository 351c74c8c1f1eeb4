#pragma once
// What is shown of a distribution.

#include <array>
#include <string_view>

#include "metrics/histogram.hpp"

namespace troupe::bench {

struct Quantile {
  std::string_view name;
  double share = 0;
};
inline constexpr std::array quantiles{
    Quantile{.name = "p50", .share = 0.5}, Quantile{.name = "p90", .share = 0.9},
    Quantile{.name = "p99", .share = 0.99}, Quantile{.name = "p99.9", .share = 0.999},
    Quantile{.name = "max", .share = 1}};

[[nodiscard]] inline double value_at(const Histogram& histogram, const Quantile& quantile) {
  return static_cast<double>(quantile.share < 1 ? histogram.quantile(quantile.share)
                                                : histogram.max());
}

}  // namespace troupe::bench
