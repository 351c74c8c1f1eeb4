#pragma once
// The rows of the block of floors, one by one, for whoever runs them without a clock.

#include <vector>

#include "bench/row.hpp"
#include "bench/two_cpus.hpp"

namespace troupe::bench {

// Those that need one thread.
[[nodiscard]] std::vector<Row> single_floor_rows();
// Those that need two CPUs.
[[nodiscard]] std::vector<Row> pair_floor_rows(CpuPair cpus);

}  // namespace troupe::bench
