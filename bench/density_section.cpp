// Many live guests at engine.hpp, each in a fresh process: what each costs in memory and kernel
// mappings, and a pass that calls every one of them once.

#include <algorithm>
#include <charconv>
#include <ctime>
#include <fstream>
#include <map>
#include <memory>
#include <numeric>
#include <random>
#include <sstream>
#include <string>
#include <unistd.h>
#include <vector>

#include "base/check.hpp"
#include "base/format.hpp"
#include "bench/child.hpp"
#include "bench/guest_rows.hpp"
#include "bench/sections.hpp"

namespace troupe::bench {
namespace {

constexpr std::uint32_t passes = 11;
constexpr std::size_t payload_bytes = 64;
constexpr double pass_goal_ns = 250;

double resident_bytes() {
  std::ifstream file("/proc/self/statm");
  std::uint64_t size = 0;
  std::uint64_t resident = 0;
  file >> size >> resident;
  return static_cast<double>(resident) * static_cast<double>(::sysconf(_SC_PAGESIZE));
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

double thread_ns() {
  timespec now = {};
  CHECK(::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now) == 0);
  return static_cast<double>(now.tv_sec) * 1e9 + static_cast<double>(now.tv_nsec);
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

  // ns per call. Every answer must be the number that was sent.
  double pass(const std::vector<std::uint32_t>& order) {
    Bytes payload(payload_bytes);
    std::uint64_t good = 0;
    const double begin = thread_ns();
    for (const std::uint32_t actor : order) {
      const std::uint64_t number = actor + 1;
      std::memcpy(payload.data(), &number, sizeof number);
      (void)actors_[actor]->handle(host_, payload);
      if (host_.last() == number) ++good;
    }
    const double took = thread_ns() - begin;
    CHECK(good == order.size(), "every guest answers with what it was sent");
    return took / static_cast<double>(order.size());
  }

 private:
  CountingHost host_;
  std::vector<std::unique_ptr<Instance>> actors_;
};

void print(std::string_view name, double value) { fmt::print("{} {}\n", name, value); }

void print_passes(std::string_view name, Crowd& crowd, const std::vector<std::uint32_t>& order) {
  for (std::uint32_t pass = 0; pass < passes; ++pass) print(name, crowd.pass(order));
}

void measure(ArenaSet::Populate populate, std::uint64_t actors) {
  GuestEngine engine(populate);
  const auto code = engine.compile("echo");
  NoOpProbe probe;
  const Row no_op = probe.row();
  for (std::uint32_t pass = 0; pass < passes; ++pass) {
    constexpr std::uint64_t calls = 1'000'000;
    const double begin = thread_ns();
    CHECK(no_op.run(calls).count == calls);
    print("no_op_ns", (thread_ns() - begin) / calls);
  }
  {
    const Crowd first(*code, 1);
  }  // What the first costs, the others find.
  const auto each = static_cast<double>(actors);
  const double resident = resident_bytes();
  const double page_tables = page_table_bytes();
  const double mappings = kernel_mappings();
  double begin = thread_ns();
  auto crowd = std::make_unique<Crowd>(*code, actors);
  print("create_ns", (thread_ns() - begin) / each);
  print("resident_kib", (resident_bytes() - resident) / each / 1024);
  print("page_table_kib", (page_table_bytes() - page_tables) / each / 1024);
  print("mappings", kernel_mappings() - mappings);
  std::vector<std::uint32_t> order(actors);
  std::iota(order.begin(), order.end(), 0U);
  print_passes("pass_ns", *crowd, order);
  std::ranges::shuffle(order, std::mt19937(1));
  print_passes("shuffled_ns", *crowd, order);
  begin = thread_ns();
  crowd.reset();
  print("remove_ns", (thread_ns() - begin) / each);
  print("left_kib", (resident_bytes() - resident) / each / 1024);
  begin = thread_ns();
  crowd = std::make_unique<Crowd>(*code, actors);
  print("again_ns", (thread_ns() - begin) / each);
}

using Figures = std::map<std::string, std::vector<double>>;

Figures read_figures(const std::string& text) {
  Figures figures;
  std::istringstream lines(text);
  std::string name;
  double value = 0;
  while (lines >> name >> value) figures[name].push_back(value);
  return figures;
}

void report_crowd(const Section& section, std::string_view how, Figures figures, double kib_goal,
                  std::uint64_t actors, Report& report) {
  const auto add = [&](std::string_view figure, std::string_view label, std::string_view unit,
                       std::optional<double> goal, bool is_time) {
    const std::vector<double>& values = figures.at(std::string(figure));
    Figure row{.section = std::string(section.name),
               .row = fmt::format("{}, {}", how, label),
               .unit = std::string(unit),
               .value = summarize(values),
               .samples = static_cast<std::uint32_t>(values.size()),
               .count = actors * values.size(),
               .goal = goal};
    if (is_time && values.size() == passes)
      row.against = Against{.row = std::string(NoOpProbe::name),
                            .times = summarize(ratios(values, figures.at("no_op_ns")))};
    report.add(row);
  };
  add("no_op_ns", NoOpProbe::name, "ns", std::nullopt, false);
  add("create_ns", "new, first touch of memory", "ns", std::nullopt, true);
  add("resident_kib", "resident each", "KiB", kib_goal, false);
  add("page_table_kib", "page tables each", "KiB", std::nullopt, false);
  add("mappings", "kernel mappings, of all", "", static_cast<double>(actors) / 1000, false);
  add("pass_ns", "pass, a call", "ns", times_no_op(pass_goal_ns), true);
  add("shuffled_ns", "pass, shuffled", "ns", std::nullopt, true);
  add("remove_ns", "gone", "ns", std::nullopt, true);
  add("left_kib", "resident each when gone", "KiB", std::nullopt, false);
  add("again_ns", "new, memory used before", "ns", std::nullopt, true);
}

}  // namespace

int density_child(std::string_view populate, std::string_view actors) {
  std::uint64_t count = 0;
  std::from_chars(actors.data(), actors.data() + actors.size(), count);
  CHECK(count > 0 && count <= limits::actors_max);
  measure(populate == "ahead" ? ArenaSet::Populate::ahead : ArenaSet::Populate::on_demand, count);
  return 0;
}

void run_density(const Section& section, const Settings& settings, Report& report) {
  const std::uint64_t actors = settings.is_smoke ? 2'000 : 100'000;
  struct Way {
    std::string_view name;
    double kib_goal;
  };
  for (const Way& way : {Way{"ahead", 40}, Way{"on-demand", 24}}) {
    report.progress(fmt::format("{}: {} guests, {}", section.name, actors, way.name));
    Child child({"/proc/self/exe", std::string(density_child_option), std::string(way.name),
                 std::to_string(actors)},
                Child::Read::output);
    const Figures figures = read_figures(child.read_all());
    if (child.wait() != 0) {
      report.fail(section.name, way.name, "the process with the guests failed");
      continue;
    }
    report_crowd(section, way.name, figures, way.kib_goal, actors, report);
  }
}

}  // namespace troupe::bench
