#pragma once
// What bare threads get done beside each other. They do the work of the rows of several workers
// before and after each sample: where they don't get as many times as much done as there are of
// them, something else has a CPU, and the sample says nothing.

#include <cstddef>

namespace troupe::bench {

// CPUs that this process may use.
[[nodiscard]] std::size_t usable_cpus();

// How many times as much as one bare thread so many of them get done.
[[nodiscard]] double bare_gain(std::size_t threads);

// Less of it, and there is no CPU to spare for each of them.
[[nodiscard]] constexpr double bare_gain_min(std::size_t threads) {
  return 0.9 * static_cast<double>(threads);
}

}  // namespace troupe::bench
