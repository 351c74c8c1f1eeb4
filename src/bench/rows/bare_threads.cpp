#include "bench/rows/bare_threads.hpp"

#include <algorithm>
#include <cstdint>
#include <sched.h>
#include <thread>
#include <vector>

#include "base/check.hpp"
#include "bench/rows/grinder.hpp"
#include "io/system_clock.hpp"
#include "troupe/time.hpp"

namespace troupe::bench {

std::size_t usable_cpus() {
  cpu_set_t set = {};
  if (::sched_getaffinity(0, sizeof set, &set) != 0) return 1;
  return static_cast<std::size_t>(std::max(CPU_COUNT(&set), 1));
}

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

}  // namespace troupe::bench
