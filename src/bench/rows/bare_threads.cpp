#include "bench/rows/bare_threads.hpp"

#include <algorithm>
#include <cstddef>
#include <thread>

#include "base/check.hpp"
#include "bench/rows/grinder.hpp"
#include "io/system_clock.hpp"
#include "troupe/time.hpp"

namespace troupe::bench {

namespace {

// Less of what one of them gets done, and there is no CPU to spare for each.
constexpr double share_min = 0.9;

// How many times as much as one bare thread so many of them get done.
double bare_gain(std::size_t threads) {
  const SystemClock clock;
  constexpr std::uint64_t steps_each = 5'000'000;
  std::vector<std::uint64_t> ends(threads);
  const auto time = [&](std::size_t count) {
    const Instant begin = clock.now();
    {
      std::vector<std::jthread> running;
      running.reserve(count);
      for (std::size_t which = 0; which < count; ++which)
        running.emplace_back([&ends, which] { ends.at(which) = grind(1, steps_each); });
    }
    return static_cast<double>((clock.now() - begin).count());
  };
  const double one = time(1);
  const double all = time(threads);
  CHECK(std::ranges::count(ends, ends.front()) == std::ssize(ends), "all have done the same");
  return static_cast<double>(threads) * one / all;
}

}  // namespace

Gains measure_gains(const GainTerms& terms,
                    const std::function<std::optional<double>(std::uint32_t workers)>& measure) {
  Gains gains;
  for (std::uint64_t tries = 0; gains.one.size() < terms.samples && tries < 5 * terms.samples;
       ++tries) {
    const double before = bare_gain(terms.workers);
    const auto by_one = measure(1);
    const auto by_all = measure(terms.workers);
    const double bare = std::min(before, bare_gain(terms.workers));
    gains.bare.reset();
    if (!by_one || !by_all) continue;
    if (bare < share_min * static_cast<double>(terms.workers) && !terms.is_smoke) {
      gains.bare = bare;
      continue;
    }
    gains.one.push_back(*by_one);
    gains.all.push_back(*by_all);
  }
  return gains;
}

}  // namespace troupe::bench
