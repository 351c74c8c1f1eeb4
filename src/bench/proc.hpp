#pragma once
// What the kernel says of the machine in the text files under /proc and /sys, read and understood.
// The understanding is pure, so that tests can feed it what no machine at hand says.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace troupe::bench {

// The beginning of a file, at most 1 MiB; empty if it can't be read.
[[nodiscard]] std::string read_text(const char* path);

// The load of the last minute, from /proc/loadavg. None: the text is something else.
[[nodiscard]] std::optional<double> parse_load(std::string_view loadavg);

// Since the machine started, of all its CPUs together, in ticks.
struct CpuTime {
  std::uint64_t total = 0;
  std::uint64_t stolen = 0;  // A virtual CPU had work, and the host ran something else.
};
// From /proc/stat. None: the text is something else, or too old to know of stolen time.
[[nodiscard]] std::optional<CpuTime> parse_cpu_time(std::string_view stat);

struct CpuSpan {
  CpuTime begin;
  CpuTime end;
};
// In percent of the time between the two; 0 where none went by.
[[nodiscard]] double steal_percent(const CpuSpan& span);

// The model of the first CPU, from /proc/cpuinfo; where several have one name, as virtual machines
// do, with family, model and stepping: "Intel(R) Xeon(R) Processor (6/207/2)". Empty: not found.
[[nodiscard]] std::string parse_cpu_model(std::string_view cpuinfo);

// Of a choice such as "always [madvise] never", the word in brackets. Empty: there is none.
[[nodiscard]] std::string parse_chosen(std::string_view choice);

}  // namespace troupe::bench
