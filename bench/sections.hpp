#pragma once
// The sections of the benchmark: each a set of rows that are measured together.

#include <cstdint>
#include <span>
#include <string_view>

#include "bench/report.hpp"
#include "bench/runner.hpp"

namespace troupe::bench {

struct Settings {
  RunOptions run;
  // All works and counts are right; the figures say nothing.
  bool is_smoke = false;
};

struct Section {
  std::string_view name;
  std::string_view description;
  void (*run)(const Section& section, const Settings& settings, Report& report);
};
[[nodiscard]] std::span<const Section> sections();

// Each in a file of its own.
void run_call(const Section& section, const Settings& settings, Report& report);
void run_life(const Section& section, const Settings& settings, Report& report);
void run_compute(const Section& section, const Settings& settings, Report& report);
void run_density(const Section& section, const Settings& settings, Report& report);
void run_runtime(const Section& section, const Settings& settings, Report& report);
void run_program(const Section& section, const Settings& settings, Report& report);

// Many live guests, in a process of their own that prints its figures for run_density to read:
// `troupe_bench --density-child ahead|on-demand ACTORS`.
inline constexpr std::string_view density_child_option = "--density-child";
int density_child(std::string_view populate, std::string_view actors);

}  // namespace troupe::bench
