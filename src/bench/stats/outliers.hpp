#pragma once
// Values that lie far from the rest: counted and shown, never dropped.
//
// An outlier of a benchmark is a fact about program or machine (a page fault, a neighbour), and a
// sample without its outliers is a different sample. The fences are John W. Tukey's (Exploratory
// Data Analysis, 1977): 1.5 and 3 times the distance between the quartiles, outside of them.

#include <cstddef>
#include <span>

namespace troupe::bench {

// A value is a mild outlier beyond an inner fence, a severe one beyond an outer; on it, neither.
struct Fences {
  double outer_low = 0;
  double inner_low = 0;
  double inner_high = 0;
  double outer_high = 0;
};

struct Outliers {
  std::size_t low_severe = 0;
  std::size_t low_mild = 0;
  std::size_t high_mild = 0;
  std::size_t high_severe = 0;

  [[nodiscard]] std::size_t total() const {
    return low_severe + low_mild + high_mild + high_severe;
  }

  friend bool operator==(const Outliers&, const Outliers&) = default;
};

// REQUIRES: at least one value.
[[nodiscard]] Fences tukey_fences(std::span<const double> sample);
[[nodiscard]] Outliers count_outliers(std::span<const double> sample);

}  // namespace troupe::bench
