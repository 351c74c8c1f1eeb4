#pragma once
// A against B on a machine that changes while one looks: run them in turns and judge the pairs.
//
// What slows a whole minute slows both halves of its pairs, and the ratio within a pair does not
// see it. So this is what the gate of a build believes, with two witnesses that must agree: the
// interval of the median ratio, and the sign test, which asks only how often B was slower (J.
// Arbuthnott, An Argument for Divine Providence, 1710; W. J. Dixon and A. M. Mood, The Statistical
// Sign Test, 1946). Duet benchmarking goes further and runs both at once (L. Bulej et al., 2020).

#include <cstddef>
#include <cstdint>
#include <span>

#include "bench/stats/bootstrap.hpp"

namespace troupe::bench {

// Two neighbours in time: each the time of one process (a median, say), or each a sample of one.
// Whichever of the two comes first should change from pair to pair. For rates, swap a and b.
struct Pair {
  double a = 0;
  double b = 0;
};

struct SignTest {
  std::size_t larger = 0;   // b > a
  std::size_t smaller = 0;  // b < a
  std::size_t ties = 0;     // Dropped, as Dixon and Mood do: they speak for neither.
  double p_value = 1;       // Two-sided, exact.
};

[[nodiscard]] SignTest sign_test(std::span<const Pair> pairs);

// How many pairs, all of one sign, the sign test needs to come below `alpha`: 2^(1 - n) < alpha.
// At 0.05 it is 6; with fewer, nothing is ever called slower. REQUIRES: 0 < alpha <= 1.
[[nodiscard]] std::size_t fewest_pairs(double alpha);

struct PairedComparison {
  // b / a: exp of the median of the log ratios, with its percentile interval over pairs. Logs make
  // twice as slow and twice as fast equally far from 1.
  Estimate ratio;
  SignTest sign;
};

// REQUIRES: at least one pair; all values positive.
[[nodiscard]] PairedComparison compare_pairs(std::span<const Pair> pairs, const Resampling& how);

struct PairedRule {
  double noise_threshold = 0.01;  // Relative, on both sides of 1.
  double alpha = 0.05;
};

enum class Change : std::uint8_t { no_change, slower, faster };

// Slower or faster only if the whole interval lies outside 1 +- noise_threshold and the p-value is
// below alpha. Of several rows, put the Holm-adjusted value (holm.hpp) into sign.p_value first.
[[nodiscard]] Change decide(const PairedComparison& comparison, const PairedRule& rule);

}  // namespace troupe::bench
