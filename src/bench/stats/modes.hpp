#pragma once
// Does the sample have one hump or several? Two modes (two clock rates, a cache that sometimes
// misses, fast path and slow path) are two answers, and the mean or median of both is neither.
//
// The dip test (J. A. Hartigan and P. M. Hartigan, The Dip Test of Unimodality, 1985) assumes no
// shape: the dip is the distance from the sample's distribution function to the nearest one with a
// single mode, and the uniform distribution is the hardest unimodal one to tell from two modes.

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace troupe::bench {

// Between 1 / (2n) (for n different values) and 1/4; 0 if all values are equal. Values repeated
// because the clock is coarse are steps that no smooth hump fits, and count as modes: sample
// longer than the clock's step (sampling.hpp). REQUIRES: at least one value.
[[nodiscard]] double dip(std::span<const double> sample);

// What the dip of `count` uniform values looks like, by simulation. Kept, for the samples of a run
// have one size and this is the expensive part.
// Thread: any, once made.
// Cost:   a few microseconds for each of `resamples`, when made.
class UniformDips {
 public:
  // NOLINTNEXTLINE(cppcoreguidelines-pro-type-member-init) as Resampling's: a seed is given.
  struct Options {
    std::size_t count;
    std::uint64_t seed;
    std::size_t resamples = 2'000;
  };
  explicit UniformDips(const Options& options);

  // The share of uniform samples with a dip as large as was measured, that one counted as one of
  // them.
  [[nodiscard]] double p_value(double measured) const;

 private:
  std::vector<double> sorted_;
};

// REQUIRES: at least one value.
[[nodiscard]] double dip_p_value(std::span<const double> sample, std::uint64_t seed);

// NOLINTNEXTLINE(cppcoreguidelines-pro-type-member-init) as Resampling's: a seed is given.
struct ModeRule {
  std::uint64_t seed;
  double alpha = 0.05;
};

// Whether the dip test at level `alpha` refuses to believe in one mode. Wrong for a uniform sample
// in a share alpha of cases, for humps less often; with fewer than about 30 values it sees only
// modes that are far apart.
// REQUIRES: at least one value.
[[nodiscard]] bool is_multimodal(std::span<const double> sample, const ModeRule& rule);

}  // namespace troupe::bench
