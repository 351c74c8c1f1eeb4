// Many live guests at engine.hpp, in a process of their own: what each costs in memory and kernel
// mappings, and a pass that calls every one of them once. What an actor of W7 costs beyond that is
// its mailbox and its books.

#include <algorithm>
#include <chrono>
#include <cstring>
#include <fstream>
#include <map>
#include <memory>
#include <numeric>
#include <random>
#include <string>
#include <sys/resource.h>
#include <utility>
#include <vector>

#include "base/check.hpp"
#include "base/format.hpp"
#include "bench/rows/guest_rows.hpp"
#include "bench/rows/resident.hpp"
#include "bench/rows/rows.hpp"
#include "bench/sampler.hpp"
#include "io/thread_clock.hpp"

namespace troupe::bench {
namespace {

constexpr std::uint64_t actors_full = 100'000;
// Their memory is still many times what a cache holds.
constexpr std::uint64_t actors_brief = 20'000;
constexpr std::uint64_t actors_smoke = 2'000;
constexpr std::uint32_t passes = 11;
constexpr std::size_t payload_bytes = 64;
constexpr double pass_goal_ns = 250;
constexpr std::uint64_t order_seed = 1;

struct Way {
  std::string_view name;
  ArenaSet::Populate populate;
  double bytes_goal;
};
constexpr Way ahead{"ahead", ArenaSet::Populate::ahead, 40.0 * limits::KiB};
constexpr Way on_demand{"on-demand", ArenaSet::Populate::on_demand, 24.0 * limits::KiB};

std::string id_of(const Way& way, std::string_view what) {
  return fmt::format("W7/engine/{}/{}", way.name, what);
}

double page_table_bytes() {
  std::ifstream file("/proc/self/status");
  for (std::string line; std::getline(file, line);)
    if (line.starts_with("VmPTE:")) return std::stod(line.substr(6)) * 1024;
  return 0;
}

double kernel_mappings() {
  std::ifstream file("/proc/self/maps");
  double lines = 0;
  for (std::string line; std::getline(file, line);) ++lines;
  return lines;
}

// Pages that the kernel had to find memory for while this process waited.
double page_faults() {
  rusage usage = {};
  CHECK(::getrusage(RUSAGE_SELF, &usage) == 0);
  return static_cast<double>(usage.ru_minflt);
}

class Crowd {
 public:
  Crowd(const Code& code, std::uint64_t actors) {
    actors_.reserve(actors);
    const Bytes payload(payload_bytes);
    for (std::uint64_t actor = 0; actor < actors; ++actor) {
      auto instance = code.instantiate({});
      CHECK(instance->boot(host_).kind == Reply::Kind::none);
      CHECK(instance->start(host_, {}).kind == Reply::Kind::none);
      CHECK(instance->handle(host_, payload).kind == Reply::Kind::answered);
      actors_.push_back(std::move(instance));
    }
    CHECK(host_.answers == actors, "every guest answers its first message");
  }

  // Calls all of them in that order. Every answer must be the number that was sent.
  void pass(const std::vector<std::uint32_t>& order) {
    Bytes payload(payload_bytes);
    std::uint64_t good = 0;
    for (const std::uint32_t actor : order) {
      const std::uint64_t number = actor + 1;
      std::memcpy(payload.data(), &number, sizeof number);
      (void)actors_[actor]->handle(host_, payload);
      if (host_.last() == number) ++good;
    }
    CHECK(good == order.size(), "every guest answers with what it was sent");
  }

 private:
  CountingHost host_;
  std::vector<std::unique_ptr<Instance>> actors_;
};

using Values = std::map<std::string, std::vector<double>, std::less<>>;

// Nanoseconds of this thread that `work` takes, for each of `count`.
template <typename F>
double ns_each(std::uint64_t count, F&& work) {
  const ThreadClock clock;
  const Instant begin = clock.now();
  std::forward<F>(work)();
  return static_cast<double>((clock.now() - begin).count()) / static_cast<double>(count);
}

// Passes in both orders beside the no-op, in turns.
void measure_passes(Crowd& crowd, std::uint64_t actors, const Row& no_op, Values& values) {
  constexpr std::uint64_t calls = 200'000;
  std::vector<std::uint32_t> order(actors);
  std::iota(order.begin(), order.end(), 0U);
  std::vector<std::uint32_t> shuffled = order;
  std::ranges::shuffle(shuffled, std::mt19937_64(order_seed));
  for (std::uint32_t pass = 0; pass < passes; ++pass) {
    values["no-op"].push_back(ns_each(calls, [&] { CHECK(no_op.run(calls).count == calls); }));
    values["pass"].push_back(ns_each(actors, [&] { crowd.pass(order); }));
    values["shuffled"].push_back(ns_each(actors, [&] { crowd.pass(shuffled); }));
  }
}

Values measure_crowd(const Way& way, std::uint64_t actors) {
  GuestEngine engine(way.populate);
  const auto code = engine.compile("echo");
  NoOpProbe probe;
  const Row no_op = probe.row("no-op");
  {
    const Crowd first(*code, 1);
  }  // What the first costs, the others find.
  Values values;
  const double resident = resident_bytes();
  const double page_tables = page_table_bytes();
  const double mappings = kernel_mappings();
  const double faults = page_faults();
  std::unique_ptr<Crowd> crowd;
  const auto fill = [&] { crowd = std::make_unique<Crowd>(*code, actors); };
  values["new"].push_back(ns_each(actors, fill));
  values["faults"].push_back(growth(page_faults(), faults, actors));
  values["bytes"].push_back(growth(resident_bytes(), resident, actors));
  values["page-tables"].push_back(growth(page_table_bytes(), page_tables, actors));
  values["mappings"].push_back(kernel_mappings() - mappings);
  measure_passes(*crowd, actors, no_op, values);
  values["gone"].push_back(ns_each(actors, [&] { crowd.reset(); }));
  values["bytes-left"].push_back(growth(resident_bytes(), resident, actors));
  values["again"].push_back(ns_each(actors, fill));
  return values;
}

std::vector<RowInfo> rows_of(const Way& way) {
  std::vector<RowInfo> rows;
  const auto add = [&](std::string_view what, std::string title, std::string unit) -> RowInfo& {
    rows.push_back({.id = id_of(way, what),
                    .title = std::move(title),
                    .unit = std::move(unit),
                    .kind = RowKind::macro,
                    .leans = Leans::memory});
    return rows.back();
  };
  add("no-op", "an unchecked call of an empty guest function", "ns");
  add("new", "a guest with its first message, first touch of memory", "ns");
  add("bytes", "resident for each of 100,000 live guests (--quick: 20,000)", "bytes").goal =
      way.bytes_goal;
  add("faults", "page faults for each new guest", "count");
  add("page-tables", "page tables for each", "bytes");
  add("mappings", "kernel mappings for all of them", "count").goal = actors_full / 1000.0;
  RowInfo& pass = add("pass", "one message for each in order, a call", "x");
  pass.base = id_of(way, "no-op");
  pass.goal = times_no_op(pass_goal_ns);
  add("shuffled", "one message for each in random order, a call", "x").base = id_of(way, "no-op");
  add("gone", "the end of each", "ns");
  add("bytes-left", "resident for each when all are gone", "bytes");
  add("again", "a guest with its first message, in memory used before", "ns");
  return rows;
}

std::uint64_t actors_of(const Effort& effort) {
  if (effort.is_smoke) return actors_smoke;
  return effort.is_brief() ? actors_brief : actors_full;
}

Duration takes(const Effort& effort) { return actors_of(effort) * std::chrono::microseconds(100); }

void measure(const Way& way, const Request& request, RawSink& sink) {
  const std::uint64_t actors = actors_of(request.effort);
  const Values values = measure_crowd(way, actors);
  for (const RowInfo& row : rows_of(way)) {
    const auto found = values.find(row.id.substr(row.id.rfind('/') + 1));
    CHECK(found != values.end(), row.id);
    give(request, sink, row, found->second, actors);
  }
}

}  // namespace

const Block& crowd_ahead_block() {
  static constexpr Block block = {
      .name = "crowd-ahead",
      .title = "100,000 live guests, memory populated ahead",
      .rows = [] { return rows_of(ahead); },
      .measure = [](const Request& request, RawSink& sink) { measure(ahead, request, sink); },
      .takes = takes};
  return block;
}

const Block& crowd_on_demand_block() {
  static constexpr Block block = {
      .name = "crowd-on-demand",
      .title = "100,000 live guests, memory as it is touched",
      .rows = [] { return rows_of(on_demand); },
      .measure = [](const Request& request, RawSink& sink) { measure(on_demand, request, sink); },
      .takes = takes};
  return block;
}

}  // namespace troupe::bench
