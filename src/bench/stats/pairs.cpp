#include "bench/stats/pairs.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <span>
#include <vector>

#include "base/check.hpp"
#include "bench/stats/summary.hpp"

namespace troupe::bench {
namespace {

// The chance of at most `most` heads in `count` tosses of a fair coin.
double binomial_tail(std::size_t most, std::size_t count) {
  // By logs: the coefficients of a few thousand tosses overflow a double.
  const auto tosses = static_cast<double>(count);
  double log_term = -tosses * std::log(2.0);  // No heads.
  double sum = std::exp(log_term);
  for (std::size_t heads = 1; heads <= most; ++heads) {
    const auto k = static_cast<double>(heads);
    log_term += std::log((tosses - k + 1) / k);
    sum += std::exp(log_term);
  }
  return sum;
}

}  // namespace

SignTest sign_test(std::span<const Pair> pairs) {
  SignTest test;
  for (const Pair& pair : pairs) {
    if (pair.b > pair.a) {
      ++test.larger;
    } else if (pair.b < pair.a) {
      ++test.smaller;
    } else {
      ++test.ties;
    }
  }
  const std::size_t rarer = std::min(test.larger, test.smaller);
  test.p_value = std::min(1.0, 2 * binomial_tail(rarer, test.larger + test.smaller));
  return test;
}

std::size_t fewest_pairs(double alpha) {
  CHECK(alpha > 0 && alpha <= 1, "alpha is a probability above 0");
  std::size_t count = 1;
  while (std::ldexp(2.0, -static_cast<int>(count)) >= alpha) ++count;
  return count;
}

PairedComparison compare_pairs(std::span<const Pair> pairs, const Resampling& how) {
  std::vector<double> log_ratios;
  log_ratios.reserve(pairs.size());
  for (const Pair& pair : pairs) {
    CHECK(pair.a > 0 && pair.b > 0, "a ratio is of two positive times");
    log_ratios.push_back(std::log(pair.b / pair.a));
  }
  const auto median_ratio = [](std::span<double> logs) { return std::exp(median_in_place(logs)); };
  return {.ratio = bootstrap(log_ratios, how, median_ratio), .sign = sign_test(pairs)};
}

Change decide(const PairedComparison& comparison, const PairedRule& rule) {
  if (comparison.sign.p_value >= rule.alpha) return Change::no_change;
  if (comparison.ratio.interval.low > 1 + rule.noise_threshold) return Change::slower;
  if (comparison.ratio.interval.high < 1 - rule.noise_threshold) return Change::faster;
  return Change::no_change;
}

}  // namespace troupe::bench
