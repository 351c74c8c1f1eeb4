#pragma once
// Two independent samples, such as a saved baseline and this run: did it change, by how much, and
// is that more than noise? After Criterion.rs.
//
// It assumes that both samples met the same machine. Where neighbours come and go between two runs
// they have not, and pairs.hpp, which interleaves them, is the one to believe.

#include <cstdint>
#include <span>

#include "bench/stats/bootstrap.hpp"

namespace troupe::bench {

struct TwoSamples {
  std::span<const double> baseline;
  std::span<const double> current;
};

struct Comparison {
  // Relative: 0.02 is 2 % more than the baseline.
  Estimate mean_change;
  Estimate median_change;
  // How often a difference of means so large comes about if both samples are of one distribution.
  double p_value = 1;
  // Cliff's delta: the share of pairs (current, baseline) in which current is larger, less the
  // share in which it is smaller. -1 or 1: the samples do not overlap; 0: neither is larger.
  double cliffs_delta = 0;
};

// The changes have percentile intervals, both samples being drawn again on their own. The p-value
// is of Welch's two-sample t, its distribution under "no difference" taken from splitting draws of
// the pooled sample (Efron and Tibshirani 1993, algorithm 16.1, studentized), two-sided by |t|; the
// sample itself counts as one draw, so it is never 0 (A. C. Davison and D. V. Hinkley, Bootstrap
// Methods and Their Application, 1997, chapter 4).
// REQUIRES: two values each at least; those of the baseline positive.
[[nodiscard]] Comparison compare(const TwoSamples& samples, const Resampling& how);

// N. Cliff, Dominance Statistics: Ordinal Analyses to Answer Ordinal Questions, 1993. An effect
// size that no outlier moves. REQUIRES: one value each at least.
[[nodiscard]] double cliffs_delta(const TwoSamples& samples);

enum class Better : std::uint8_t {
  lower,   // Times, bytes.
  higher,  // Rates.
};

struct ComparisonRule {
  Better better = Better::lower;
  double significance = 0.05;
  double noise_threshold = 0.01;  // Relative; a change must be surely larger to count.
};

enum class Verdict : std::uint8_t {
  no_change,     // p is not below the significance.
  within_noise,  // There is a change, but its interval reaches into +- noise_threshold.
  improved,
  regressed,
};

// Judges by the mean, as its p-value does. Of several comparisons, correct their p-values first
// (holm.hpp).
[[nodiscard]] Verdict judge(const Comparison& comparison, const ComparisonRule& rule);

}  // namespace troupe::bench
