#include "bench/sampler.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <utility>

#include "base/format.hpp"
#include "bench/stats/sampling.hpp"
#include "io/system_clock.hpp"
#include "io/thread_clock.hpp"

namespace troupe::bench {
namespace {

// A row that is being measured, and what came out so far.
class Course {
 public:
  Course(const SampleClocks& clocks, Row row)
      : clock_(row.timer == Timer::thread ? clocks.thread : clocks.wall), row_(std::move(row)) {
    raw_.id = row_.id;
  }

  // The plan for its samples; a row whose counts are off has none.
  void warm_up(const Effort& effort) {
    const WarmUp warm = bench::warm_up(clock_, effort.warm_up, [this](std::uint64_t iterations) {
      return checked(iterations, row_.run(iterations)).has_value();
    });
    audit();
    if (!raw_.failed.empty()) return;
    plan_ = plan_samples(warm.ns_per_iteration(),
                         {.samples = effort.samples, .measuring = effort.measure});
  }

  void sample(std::size_t number) {
    if (!raw_.failed.empty()) return;
    const std::uint64_t iterations = plan_.iterations[number];
    const Instant begin = clock_.now();
    const Work done = row_.run(iterations);
    const Instant end = clock_.now();
    const std::optional<Work> work = checked(iterations, done);
    if (!work) return;
    // A clock with coarse steps may not have moved; a sample of no time would be infinitely fast.
    if (end == begin) return;
    raw_.iterations.push_back(static_cast<double>(iterations * row_.each));
    raw_.ns.push_back(static_cast<double>((end - begin).count()));
    raw_.count += work->count;
    raw_.sum += work->sum;
  }

  void run_exactly(std::uint64_t iterations) {
    const std::optional<Work> work = checked(iterations, row_.run(iterations));
    if (!work) return;
    raw_.unit = "count";
    raw_.values = {static_cast<double>(work->count)};
    raw_.count = work->count;
    raw_.sum = work->sum;
  }

  [[nodiscard]] RawRow finish() {
    audit();
    if (raw_.failed.empty() && raw_.ns.empty() && raw_.values.empty())
      raw_.failed = "no sample took any time by its clock";
    return std::move(raw_);
  }

 private:
  // None: the counts are off, and the row has failed.
  std::optional<Work> checked(std::uint64_t iterations, const Work& work) {
    const std::uint64_t operations = iterations * row_.each;
    if (work.count != operations) {
      raw_.failed =
          fmt::format("{} operations were to be done, {} arrived", operations, work.count);
    } else if (row_.sum_each && work.sum != *row_.sum_each * operations) {
      raw_.failed =
          fmt::format("the sum should be {}, it is {}", *row_.sum_each * operations, work.sum);
    }
    return raw_.failed.empty() ? std::optional(work) : std::nullopt;
  }

  void audit() {
    if (!raw_.failed.empty() || !row_.audit) return;
    if (const Result<void> audited = row_.audit(); !audited) raw_.failed = audited.error().message;
  }

  const Clock& clock_;
  Row row_;
  SamplingPlan plan_;
  RawRow raw_;
};

}  // namespace

void sample_with(const SampleClocks& clocks, const Request& request, std::vector<Row> rows,
                 RawSink& sink) {
  std::vector<Course> courses;
  courses.reserve(rows.size());
  for (Row& row : rows)
    if (request.wants(row.id)) courses.emplace_back(clocks, std::move(row));
  const Effort& effort = request.effort;
  if (effort.exactly != 0) {
    for (Course& course : courses) course.run_exactly(effort.exactly);
  } else {
    for (Course& course : courses) course.warm_up(effort);
    for (std::size_t number = 0; number < effort.samples; ++number)
      for (Course& course : courses) course.sample(number);
  }
  for (Course& course : courses) sink.take(course.finish());
}

void sample(const Request& request, std::vector<Row> rows, RawSink& sink) {
  const SystemClock wall;
  const ThreadClock thread;
  sample_with({.wall = wall, .thread = thread}, request, std::move(rows), sink);
}

void give(const Request& request, RawSink& sink, const RowInfo& row, std::vector<double> values,
          std::uint64_t count) {
  if (!request.wants(row.id)) return;
  sink.take({.id = row.id,
             .unit = row.unit == "x" ? "ns" : row.unit,
             .values = std::move(values),
             .count = count});
}

void fail_all(const Request& request, RawSink& sink, std::span<const RowInfo> rows,
              std::string_view why) {
  for (const RowInfo& row : rows) {
    if (request.wants(row.id)) sink.take({.id = row.id, .failed = std::string(why)});
  }
}

}  // namespace troupe::bench
