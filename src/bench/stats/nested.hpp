#pragma once
// Samples within processes: two levels, each with a noise of its own.
//
// A process draws its addresses, its core and its neighbours once, and all its samples share them,
// so thirty samples of one process are not thirty facts about the program. An interval has to know
// of both levels (T. Kalibera and R. Jones, Rigorous Benchmarking in Reasonable Time, 2013), and
// the split says where more runs would help: more samples, or more processes.

#include <span>
#include <vector>

#include "bench/stats/bootstrap.hpp"

namespace troupe::bench {

// Components of the variance, in the square of the samples' unit.
struct VarianceParts {
  double within = 0;   // Of a sample about the mean of its process.
  double between = 0;  // Of the processes' means about each other; what no more samples reduce.
};

struct Nested {
  // The median of the processes' medians. Kalibera and Jones take means; the noise of a shared
  // machine only ever adds, in bursts that spoil some samples of a process or all of them, and a
  // median at each level holds against both.
  Estimate center;
  VarianceParts variance;
};

// One value for each process. REQUIRES: no process is empty.
[[nodiscard]] std::vector<double> process_medians(std::span<const std::vector<double>> processes);

// By the analysis of variance of a random effect, with unequal counts allowed (S. R. Searle,
// G. Casella and C. E. McCulloch, Variance Components, 1992, chapter 3); a `between` that comes
// out negative, as it does by chance where processes do not differ, is 0.
// REQUIRES: two processes at least; one of them with two samples or more; none empty.
[[nodiscard]] VarianceParts split_variance(std::span<const std::vector<double>> processes);

// Draws processes, and samples within each drawn process: the hierarchical bootstrap of Kalibera
// and Jones. Its interval errs to the wide side, since the samples' noise enters at both levels
// (S. Ren et al., Nonparametric Bootstrapping for Hierarchical Data, 2010). With fewer than about
// ten processes the upper level has little to draw from: report their number beside the interval.
// REQUIRES: as split_variance.
[[nodiscard]] Nested estimate_nested(std::span<const std::vector<double>> processes,
                                     const Resampling& how);

}  // namespace troupe::bench
