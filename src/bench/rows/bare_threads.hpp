#pragma once
// How much more several workers get done than one, where bare threads of the machine would get as
// many times as much done as there are of them. They do the work of the rows before and after each
// sample: where they don't, something else has a CPU, and the sample says nothing.

#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

namespace troupe::bench {

struct Gains {
  std::vector<double> one;  // ns, by one worker.
  std::vector<double> all;  // Likewise by all; as many as those.
  // Where the last try gave nothing because of that: how many times as much as one bare thread all
  // of them got done.
  std::optional<double> bare = {};
};

struct GainTerms {
  std::uint32_t workers = 2;
  std::uint64_t samples = 1;
  bool is_smoke = false;  // Whatever bare threads get done.
};

// `measure(workers)`: ns. None: its actors were not where the row has them.
// Bounds: five tries for each sample; then there are fewer, or none.
[[nodiscard]] Gains measure_gains(
    const GainTerms& terms,
    const std::function<std::optional<double>(std::uint32_t workers)>& measure);

}  // namespace troupe::bench
