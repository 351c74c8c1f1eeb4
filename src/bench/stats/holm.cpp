#include "bench/stats/holm.hpp"

#include <algorithm>
#include <cstddef>
#include <numeric>
#include <span>
#include <vector>

#include "base/check.hpp"

namespace troupe::bench {

std::vector<double> holm_adjusted(std::span<const double> p_values) {
  CHECK(std::ranges::all_of(p_values, [](double p) { return p >= 0.0 && p <= 1.0; }),
        "a p-value is a probability");
  std::vector<std::size_t> order(p_values.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::sort(order, {}, [&](std::size_t index) { return p_values[index]; });

  std::vector<double> adjusted(p_values.size());
  double last = 0;
  std::size_t left = p_values.size();
  for (const std::size_t index : order) {
    last = std::clamp(static_cast<double>(left) * p_values[index], last, 1.0);
    adjusted[index] = last;
    --left;
  }
  return adjusted;
}

}  // namespace troupe::bench
