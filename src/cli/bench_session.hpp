#pragma once
// What the commands of `troupe bench` that measure have in common: rows that are meant, progress,
// signals, and where runs are kept.

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "bench/runner.hpp"
#include "bench/select.hpp"
#include "cli/bench_command_line.hpp"
#include "cli/console.hpp"
#include "cli/exit_code.hpp"
#include "cli/wakeup.hpp"
#include "io/system_clock.hpp"

namespace troupe {

// Errors: not_found, with what was perhaps meant.
[[nodiscard]] Tried<std::vector<bench::Selection>> select_rows(
    const std::vector<std::string>& filters);

// `given`, else the user's folder for runs.
[[nodiscard]] std::filesystem::path bench_folder(const std::string& given);
// Where built peers are kept.
[[nodiscard]] std::filesystem::path peer_folder();

struct ProfileSetup {
  std::string name;
  bench::Effort effort;
  std::uint32_t processes = 1;
};
[[nodiscard]] ProfileSetup setup_of(BenchProfile profile);

// Says how far the jobs are: on a terminal in one line, elsewhere now and then.
// Thread: the main one; signals end the jobs, what is done is kept.
class BenchSession {
 public:
  explicit BenchSession(Console& console) : console_(console), launcher_(signals_.fd()) {}

  [[nodiscard]] bench::Outcomes run(std::vector<bench::Job> jobs, std::uint64_t seed);
  [[nodiscard]] const SystemClock& clock() const { return clock_; }
  // What a command ends with that was interrupted.
  [[nodiscard]] ExitCode exit_code(ExitCode otherwise) const;

 private:
  void show(const bench::Step& step);
  bool is_interrupted();

  Console& console_;
  Signals signals_;
  SystemClock clock_;
  bench::ProcessLauncher launcher_;
  std::optional<int> signal_;
  Instant shown_{};
};

// "45 s", "3 min 5 s": how long something takes, as far as can be told.
[[nodiscard]] std::string about(Duration span);

// Numbers that differ from run to run, and are printed with it.
[[nodiscard]] std::uint64_t fresh_seed();

[[nodiscard]] Tried<ExitCode> bench_run(Console& console, const BenchRun& command);
[[nodiscard]] Tried<ExitCode> bench_variance(Console& console, const BenchVariance& command);
[[nodiscard]] Tried<ExitCode> bench_gate(Console& console, const BenchGate& command);
[[nodiscard]] Tried<ExitCode> bench_selftest(Console& console, const BenchSelftest& command);

}  // namespace troupe
