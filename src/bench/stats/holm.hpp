#pragma once
// Many comparisons at once: at 5 % each, one of twenty is significant by chance alone.
//
// Holm's correction (S. Holm, A Simple Sequentially Rejective Multiple Test Procedure, 1979) keeps
// the chance of any false alarm in the whole family at the level that was asked for, whatever the
// tests have to do with each other, and is never weaker than Bonferroni's.

#include <span>
#include <vector>

namespace troupe::bench {

// Adjusted p-values in the order given, each to be compared with the level itself: the k-th
// smallest of n is multiplied by n - k + 1, is at most 1, and at least what the one before it
// became. REQUIRES: 0 <= p <= 1.
[[nodiscard]] std::vector<double> holm_adjusted(std::span<const double> p_values);

}  // namespace troupe::bench
