#include "bench/statistics.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>

#include "base/check.hpp"

namespace troupe::bench {
namespace {

// Sorts.
double median_of(std::vector<double>& values) {
  std::ranges::sort(values);
  const std::size_t half = values.size() / 2;
  return values.size() % 2 == 1 ? values[half] : (values[half - 1] + values[half]) / 2;
}

}  // namespace

Summary summarize(std::vector<double> values) {
  CHECK(!values.empty());
  Summary summary;
  summary.median = median_of(values);
  summary.min = values.front();
  summary.max = values.back();
  for (double& value : values) value = std::abs(value - summary.median);
  summary.mad = median_of(values);
  return summary;
}

std::vector<double> ratios(const std::vector<double>& above, const std::vector<double>& below) {
  CHECK(above.size() == below.size());
  std::vector<double> ratios;
  ratios.reserve(above.size());
  for (std::size_t index = 0; index < above.size(); ++index) {
    CHECK(below[index] != 0);
    ratios.push_back(above[index] / below[index]);
  }
  return ratios;
}

}  // namespace troupe::bench
