#pragma once
// What was asked of `troupe bench`. Pure.

#include <cstdint>
#include <functional>
#include <string>
#include <variant>
#include <vector>

#include "bench/row.hpp"
#include "cli/exit_code.hpp"

namespace CLI {  // NOLINT(readability-identifier-naming): the library's name.
class App;
}

namespace troupe {

// How much is measured: of each row, in each process.
enum class BenchProfile : std::uint8_t {
  full,   // 2 s and 5 s, 100 samples, 5 processes.
  quick,  // 0.15 s and 0.5 s, 30 samples, 3 processes.
  smoke,  // Hardly anything, once: whether everything works and all counts are right.
};

struct BenchList {
  std::vector<std::string> filters = {};
};
struct BenchRun {
  std::vector<std::string> filters = {};
  BenchProfile profile = BenchProfile::full;
  std::uint32_t processes = 0;  // 0: those of the profile.
  std::string save = {};        // Empty: without a name.
  enum class Peers : std::uint8_t { without, with };
  Peers peers = Peers::without;
  std::string folder = {};  // Where runs are kept; empty: the user's.
};
struct BenchCmp {
  std::string first;
  std::string second;
  double threshold = 0.05;  // Smaller changes are noise.
  std::string folder = {};
};
struct BenchGate {
  std::string baseline;
  std::vector<std::string> filters = {};
  double max_regress = 0.05;
  std::uint32_t pairs = 15;
  std::string folder = {};
};
struct BenchVariance {
  std::vector<std::string> filters = {};
  BenchProfile profile = BenchProfile::quick;
};
struct BenchSelftest {
  std::uint32_t trials = 20;  // Of each size of slow-down.
};
struct BenchMeasure {
  std::string block;
  bench::Request request = {};
};

using BenchCommand = std::variant<BenchList, BenchRun, BenchCmp, BenchGate, BenchVariance,
                                  BenchSelftest, BenchMeasure>;

// Option values as text; CLI11 sorts arguments, bench_command_line.cpp judges them.
struct BenchRaw {
  std::vector<std::string> names;
  std::string processes = "0";
  std::string save;
  std::string folder;
  std::string threshold = "5";
  std::string baseline;
  std::string max_regress = "5%";
  std::string pairs = "15";
  std::string trials = "20";
  std::string rows;
  std::string warm_up_ms = "300";
  std::string measure_ms = "1000";
  std::string samples = "30";
  std::string exactly = "0";
  bool quick = false;
  bool full = false;
  bool smoke = false;
  bool peers = false;
};

// Gives `bench` its commands; each is handed to `add_common_options`.
void define_bench(CLI::App& bench, BenchRaw& raw,
                  const std::function<void(CLI::App&)>& add_common_options);
// REQUIRES: the command line was parsed. Errors: usage.
[[nodiscard]] Tried<BenchCommand> make_bench(const CLI::App& bench, const BenchRaw& raw);

}  // namespace troupe
