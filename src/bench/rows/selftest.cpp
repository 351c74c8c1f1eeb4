// One loop, and the same a little longer: slow-downs of a known size, for `troupe bench selftest`.

#include <array>
#include <utility>
#include <vector>

#include "bench/primitives.hpp"
#include "bench/rows/rows.hpp"
#include "bench/sampler.hpp"

namespace troupe::bench {
namespace {

// Chains of steps that need each other: an operation of 1,000 takes about 0.1 ms.
constexpr std::uint64_t chains = 1'000;

struct Slower {
  const char* id;
  const char* title;
  std::uint64_t chains;
};
constexpr std::array cases = {
    Slower{"loop/same", "a loop", chains},
    Slower{"loop/2%", "the loop, 2 % longer", chains * 102 / 100},
    Slower{"loop/5%", "the loop, 5 % longer", chains * 105 / 100},
    Slower{"loop/20%", "the loop, 20 % longer", chains * 120 / 100},
};

std::vector<RowInfo> rows() {
  std::vector<RowInfo> rows;
  rows.reserve(cases.size());
  for (const Slower& one : cases) rows.push_back({.id = one.id, .title = one.title});
  return rows;
}

void measure(const Request& request, RawSink& sink) {
  std::vector<Row> runnable;
  for (const Slower& one : cases) {
    const std::uint64_t result = multiply_chain(one.chains).sum;
    runnable.push_back({.id = one.id,
                        .run =
                            [one, result](std::uint64_t times) {
                              Work work;
                              for (std::uint64_t time = 0; time < times; ++time)
                                if (multiply_chain(one.chains).sum == result) ++work.count;
                              return work;
                            },
                        .sum_each = 0});
  }
  sample(request, std::move(runnable), sink);
}

}  // namespace

const Block& selftest_block() {
  static constexpr Block block = {
      .name = "loop", .title = "the same loop, a little longer", .rows = rows, .measure = measure};
  return block;
}

}  // namespace troupe::bench
