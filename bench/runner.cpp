#include "bench/runner.hpp"

#include <algorithm>
#include <cstddef>
#include <ctime>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "base/check.hpp"

namespace troupe::bench {
namespace {

// A sample of operations that take a tenth of a nanosecond has fewer.
constexpr std::uint64_t iterations_max = 1ULL << 32;

double now_ns(Timer timer) {
  timespec now = {};
  CHECK(::clock_gettime(timer == Timer::thread ? CLOCK_THREAD_CPUTIME_ID : CLOCK_MONOTONIC, &now) ==
        0);
  return static_cast<double>(now.tv_sec) * 1e9 + static_cast<double>(now.tv_nsec);
}

double ns_per(std::string_view unit) {
  if (unit == "us") return 1e3;
  return unit == "ms" ? 1e6 : 1;
}

struct Measured {
  std::uint64_t iterations = 1;  // Of one sample.
  std::vector<double> ns;        // For each operation, by sample.
  Work total;
  bool is_sound = true;
};

// One sample. False: the counts are off, and the report knows.
bool sample(const std::string& section, const Row& row, Measured& measured, Report& report) {
  const double begin = now_ns(row.timer);
  const Work work = row.run(measured.iterations);
  const double took = now_ns(row.timer) - begin;
  const auto fail = [&](std::string_view what, std::uint64_t expected, std::uint64_t found) {
    report.fail(section, row.name, fmt::format("{} {} expected, {} found", expected, what, found));
    measured.is_sound = false;
    return false;
  };
  if (work.count != measured.iterations) return fail("operations", measured.iterations, work.count);
  if (row.sum_each && work.sum != *row.sum_each * work.count)
    return fail("as the sum", *row.sum_each * work.count, work.sum);
  measured.ns.push_back(took / static_cast<double>(measured.iterations));
  measured.total.count += work.count;
  measured.total.sum += work.sum;
  return true;
}

// Finds how many operations a sample has; warms up on the way.
void calibrate(const RunOptions& options, const std::string& section, const Row& row,
               Measured& measured, Report& report) {
  const double wanted_ns = options.sample_ms * 1e6;
  while (sample(section, row, measured, report)) {
    const double sample_ns = measured.ns.back() * static_cast<double>(measured.iterations);
    measured.ns.clear();
    measured.total = {};
    if (sample_ns >= wanted_ns / 2) {
      const double fitting = static_cast<double>(measured.iterations) * wanted_ns / sample_ns;
      measured.iterations = std::max<std::uint64_t>(1, static_cast<std::uint64_t>(fitting));
      return;
    }
    if (measured.iterations >= iterations_max) {
      report.fail(section, row.name, "its operations take no time: the compiler removed them");
      measured.is_sound = false;
      return;
    }
    measured.iterations *= 2;
  }
}

}  // namespace

void compare(const RunOptions& options, const std::string& section, const std::vector<Row>& rows,
             Report& report) {
  std::vector<Measured> measured(rows.size());
  for (std::size_t index = 0; index < rows.size(); ++index)
    calibrate(options, section, rows[index], measured[index], report);
  for (std::uint32_t round = 0; round < options.samples; ++round) {
    report.progress(fmt::format("{}: sample {} of {}", section, round + 1, options.samples));
    for (std::size_t index = 0; index < rows.size(); ++index)
      if (measured[index].is_sound) sample(section, rows[index], measured[index], report);
  }
  for (std::size_t index = 0; index < rows.size(); ++index) {
    const Row& row = rows[index];
    const Measured& one = measured[index];
    if (!one.is_sound) continue;
    std::vector<double> shown = one.ns;
    for (double& value : shown) value /= ns_per(row.unit);
    Figure figure{.section = section,
                  .row = row.name,
                  .unit = row.unit,
                  .value = summarize(std::move(shown)),
                  .samples = options.samples,
                  .count = one.total.count,
                  .sum = one.total.sum,
                  .goal = row.goal};
    if (!row.against.empty()) {
      const auto other = std::ranges::find(rows, row.against, &Row::name);
      CHECK(other != rows.end(), "a row is compared with one of its own comparison");
      const Measured& below = measured[static_cast<std::size_t>(other - rows.begin())];
      if (!below.is_sound) continue;
      figure.against = Against{.row = row.against, .times = summarize(ratios(one.ns, below.ns))};
    }
    report.add(figure);
  }
}

}  // namespace troupe::bench
