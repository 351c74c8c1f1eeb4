#pragma once
// Time per iteration as the slope of a line, after Criterion.rs.
//
// When samples run 1d, 2d, 3d ... iterations, time against iterations is a line. Reading the clock
// adds the same to each sample and so moves the line, not its slope much; a mean of ratios would be
// moved most by the shortest sample.

#include <cstdint>
#include <span>

#include "bench/stats/bootstrap.hpp"
#include "troupe/time.hpp"

namespace troupe::bench {

// One sample: so many iterations took so long.
struct Timing {
  std::uint64_t iterations = 0;
  Duration elapsed{};
};

struct Slope {
  Estimate ns_per_iteration;
  double r_squared = 0;
};

// Of the line through the origin with the least squared distances: sum(x y) / sum(x x), in ns per
// iteration. REQUIRES: one with iterations > 0.
[[nodiscard]] double slope_through_origin(std::span<const Timing> timings);

// The share of the times' variance about their mean that the line explains: 1 for points on the
// line, negative if their mean alone would describe them better. Lines without an intercept have
// several such measures (J. G. Eisenhauer, Regression through the Origin, 2003); this one is
// Criterion's and the strictest. It is no use in flat mode, where all iterations are equal, and 0
// where all times are.
[[nodiscard]] double r_squared(std::span<const Timing> timings);

// With an interval by the bootstrap over pairs, which needs no assumption about the noise (D. A.
// Freedman, Bootstrapping Regression Models, 1981). REQUIRES: every sample has iterations > 0.
[[nodiscard]] Slope estimate_slope(std::span<const Timing> timings, const Resampling& how);

}  // namespace troupe::bench
