#pragma once
// How many iterations each sample runs, after Criterion.rs: a warm-up that also measures roughly,
// then a plan that fills the time it was given.

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/check.hpp"
#include "base/clock.hpp"
#include "troupe/time.hpp"

namespace troupe::bench {

struct WarmUp {
  std::uint64_t iterations = 0;
  Duration elapsed{};

  [[nodiscard]] double ns_per_iteration() const {
    return static_cast<double>(elapsed.count()) / static_cast<double>(iterations);
  }
};

// Calls run(1), run(2), run(4) ... which do so many iterations, until they have taken `least` in
// all. Doubling takes the clock at most once per bit of the count, however fast an iteration is,
// and ends within twice `least` plus one iteration.
// REQUIRES: run takes time by `clock`: 2^40 iterations for nothing are a body that the compiler
// removed.
template <std::invocable<std::uint64_t> Run>
[[nodiscard]] WarmUp warm_up(const Clock& clock, Duration least, Run run) {
  WarmUp done;
  for (std::uint64_t count = 1; done.elapsed <= least; count *= 2) {
    CHECK(count <= std::uint64_t{1} << 40U, "what is measured takes no time; is it used?");
    const Instant start = clock.now();
    if constexpr (std::predicate<Run&, std::uint64_t>) {
      if (!run(count)) break;
    } else {
      run(count);
    }
    done.elapsed += clock.now() - start;
    done.iterations += count;
  }
  return done;
}

enum class SamplingMode : std::uint8_t {
  // The k-th sample runs k * d iterations, for a slope (regression.hpp).
  linear,
  // All samples run equally many, for what is too slow to be run 1 + 2 + ... + n times.
  flat,
  // Linear, but flat where linear would take more than twice the time.
  automatic,
};

struct SamplingOptions {
  SamplingMode mode = SamplingMode::automatic;
  std::size_t samples = 100;
  // What all samples together should take; at least one iteration each is run even if it does not.
  Duration measuring = std::chrono::seconds(5);
  // No sample is planned shorter. A clock is read twice per sample, at tens of nanoseconds and with
  // a step of its own, and in linear mode the first sample is the shortest: with 100 samples in
  // 10 ms it would have 2 us, several percent of them the clock's. 10 us keep it below 1 %.
  Duration shortest_sample = std::chrono::microseconds(10);
};

struct SamplingPlan {
  SamplingMode mode = SamplingMode::flat;  // Linear or flat.
  std::vector<std::uint64_t> iterations;   // One for each sample.

  [[nodiscard]] std::uint64_t total_iterations() const;
};

// REQUIRES: ns_per_iteration > 0 (from the warm-up); at least one sample; a positive time.
[[nodiscard]] SamplingPlan plan_samples(double ns_per_iteration, const SamplingOptions& options);

}  // namespace troupe::bench
