#include "bench/probe.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <utility>

#include "base/check.hpp"
#include "bench/stats/summary.hpp"

namespace troupe::bench {
namespace {

using std::chrono::steady_clock;

constexpr std::size_t repetitions = 25;
// Where another program has a CPU most of the time, fewer must do.
constexpr std::size_t repetitions_min = 11;
constexpr Duration probe_at_most = std::chrono::milliseconds(6);
// A sleeper's wake-up has several modes, by how deep its CPU slept; it takes more for a median, and
// even that moves between them.
constexpr std::string_view wake_up = "futex-wake-up";
constexpr std::uint32_t sleeps = 45;

struct Probe {
  std::string_view name;
  bool one_core, memory, two_cores, kernel;  // Whether rows of this kind depend on it.
};
constexpr std::array<Probe, 9> all_probes = {{
    {"alu", true, true, true, true},
    {"add", true, true, true, true},
    {"memcpy", true, true, true, true},
    {"page-fault", false, true, false, true},
    {"cache-line", false, false, true, false},
    {"contended-add", false, false, true, false},
    {"futex-wake", false, false, true, true},
    {wake_up, false, false, true, false},
    {"syscall", false, false, false, true},
}};

bool matters(const Probe& probe, Leans leans) {
  switch (leans) {
    case Leans::one_core:
      return probe.one_core;
    case Leans::memory:
      return probe.memory;
    case Leans::two_cores:
      return probe.two_cores;
    case Leans::kernel:
      return probe.kernel;
  }
  CHECK(false, "all that a row can lean on is handled");
  return false;
}

// What the clock is too coarse to see still costs something.
constexpr double ns_min = 1e-3;

// The median of so many repetitions as are fitting, each of which says what it took.
template <typename Repeat>
double median_of(Repeat repeat) {
  std::array<double, repetitions> each = {};
  std::size_t done = 0;
  const auto latest = steady_clock::now() + probe_at_most;
  while (done < repetitions && (done < repetitions_min || steady_clock::now() < latest))
    each[done++] = std::max(ns_min, repeat());
  return median_in_place(std::span(each).first(done));
}

// What `once` takes for each of so many operations, in ns.
template <typename Once>
double time_once(std::uint64_t operations, Once once) {
  const auto begin = steady_clock::now();
  once();
  const std::chrono::duration<double, std::nano> took = steady_clock::now() - begin;
  return took.count() / static_cast<double>(operations);
}

template <typename Once>
double time_each(std::uint64_t operations, Once once) {
  return median_of([&] { return time_once(operations, [&] { once(operations); }); });
}

// The mappings are made and given back untimed.
double time_first_touch(std::uint64_t pages) {
  return median_of([&] {
    FreshPages fresh(pages, FreshPages::Size::small);
    return time_once(pages, [&] { fresh.touch(); });
  });
}

// As time_each(), of operations that can fail; then there is no figure.
template <typename Once>
std::optional<double> time_sound(std::uint64_t operations, Once once) {
  bool is_whole = true;
  const double ns = time_each(operations, [&](std::uint64_t times) {
    const Work work = once(times);
    is_whole = is_whole && work.count == times && work.sum == times;
  });
  return is_whole ? std::optional(ns) : std::nullopt;
}

void put(RawProbes& probes, std::string_view name, std::optional<double> value) {
  if (value) probes.ns[std::string(name)] = *value;
}

}  // namespace

std::vector<std::string_view> probes_for(Leans leans) {
  std::vector<std::string_view> names;
  for (const Probe& probe : all_probes)
    if (matters(probe, leans)) names.push_back(probe.name);
  return names;
}

Probes::Probes(std::span<const Leans> leans) : begin_(parse_cpu_time(read_text("/proc/stat"))) {
  for (const Leans one : leans) {
    for (const std::string_view name : probes_for(one))
      if (!wants(name)) wanted_.push_back(name);
  }
}

bool Probes::wants(std::string_view probe) const {
  return std::ranges::find(wanted_, probe) != wanted_.end();
}

RawProbes Probes::read(std::string_view when) {
  RawProbes probes{.when = std::string(when), .ns = {}};
  read_machine(probes);
  read_one_core(probes);
  read_kernel(probes);
  if (const auto cpus = cpu_pair()) read_two_cores(probes, *cpus);
  return probes;
}

void Probes::read_one_core(RawProbes& probes) {
  const auto time = [&](std::string_view name, std::uint64_t operations, auto once) {
    if (wants(name))
      put(probes, name, time_each(operations, [&](std::uint64_t times) { (void)once(times); }));
  };
  time("alu", 1'000, multiply_chain);
  time("add", 20'000, add_alone);
  time("memcpy", 32, [this](std::uint64_t times) { return copies_.copy(times); });
}

void Probes::read_kernel(RawProbes& probes) {
  if (wants("syscall")) put(probes, "syscall", time_sound(200, ask_parent));
  if (wants("futex-wake")) put(probes, "futex-wake", time_sound(200, wake_nobody));
  if (wants("page-fault")) put(probes, "page-fault", time_first_touch(64));
}

void Probes::read_two_cores(RawProbes& probes, CpuPair cpus) {
  if (wants("cache-line")) {
    LineBounce line(cpus);
    put(probes, "cache-line",
        time_sound(100, [&](std::uint64_t times) { return line.bounce(times); }));
  }
  if (wants("contended-add")) {
    ContendedAdd adders(cpus);
    put(probes, "contended-add",
        time_sound(10'000, [&](std::uint64_t times) { return adders.add(times); }));
  }
  if (wants(wake_up)) {
    auto each = wake_up_ns(
        cpus, {.times = sleeps, .times_min = repetitions_min, .at_most = 2 * probe_at_most});
    if (!each.empty()) put(probes, wake_up, median_in_place(each));
  }
}

void Probes::read_machine(RawProbes& probes) {
  put(probes, "load", parse_load(read_text("/proc/loadavg")));
  const auto now = parse_cpu_time(read_text("/proc/stat"));
  if (begin_ && now) put(probes, "steal", steal_percent({.begin = *begin_, .end = *now}));
}

std::vector<std::string> moved(const RawProbes& before, const RawProbes& after, Leans leans,
                               double share) {
  std::vector<std::string> names;
  for (const std::string_view view : probes_for(leans)) {
    if (view == wake_up) continue;
    std::string name(view);
    const auto first = before.ns.find(name);
    const auto second = after.ns.find(name);
    if (first == before.ns.end() && second == after.ns.end()) continue;
    if (first == before.ns.end() || second == after.ns.end()) {
      names.push_back(std::move(name));
      continue;
    }
    const auto [smaller, larger] = std::minmax(first->second, second->second);
    // Written so that a figure that is no number counts as moved.
    if (!(larger - smaller <= share * smaller)) names.push_back(std::move(name));
  }
  return names;
}

}  // namespace troupe::bench
