#pragma once
// Summaries of samples. Medians, since a shared machine only ever adds time.

#include <vector>

namespace troupe::bench {

struct Summary {
  double median = 0;
  double mad = 0;  // Median distance from the median.
  double min = 0;
  double max = 0;

  // Share of the median.
  [[nodiscard]] double spread() const { return median == 0 ? 0 : mad / median; }
};

// REQUIRES: at least one value
[[nodiscard]] Summary summarize(std::vector<double> values);

// Value by value. REQUIRES: equally many, none of `below` 0
[[nodiscard]] std::vector<double> ratios(const std::vector<double>& above,
                                         const std::vector<double>& below);

}  // namespace troupe::bench
