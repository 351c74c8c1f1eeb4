#pragma once
// Other programs, started and watched: measuring processes, and the programs whose start is timed.

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <sys/types.h>
#include <vector>

#include "troupe/result.hpp"

namespace troupe::bench {

// A running program.
// Thread: one.
// Owns:   the process; the destructor kills what still runs.
class Process {
 public:
  enum class Read : std::uint8_t {
    output,  // Standard output; what it says on standard error is shown.
    error,   // Standard error; its standard output is dropped.
    nothing,
  };
  // Errors: not_found and others of the kernel, with the program's path.
  [[nodiscard]] static Result<Process> start(std::vector<std::string> command, Read read);
  Process(Process&& other) noexcept;
  Process& operator=(Process&&) = delete;
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;
  ~Process();

  // Reads until the text comes by; false if the process ends, or `timeout` is over, before.
  bool wait_for(std::string_view text, std::chrono::milliseconds timeout);
  // Reads until it closes its output.
  enum class ReadAll : std::uint8_t { all, timeout, stopped };
  // `stop_fd`: readable once reading is to stop; -1: never.
  ReadAll read_all(std::chrono::milliseconds timeout, int stop_fd = -1);
  // What it has said so far.
  [[nodiscard]] const std::string& said() const { return said_; }
  void terminate();
  // The exit code; 128 and the signal's number if one ended it.
  int wait();

 private:
  Process(pid_t process, int pipe) : process_(process), pipe_(pipe) {}

  enum class Some : std::uint8_t { bytes, end, timeout, stopped };
  Some read_some(std::chrono::milliseconds timeout, int stop_fd = -1);

  pid_t process_ = -1;
  int pipe_ = -1;
  std::string said_;
};

// How measuring processes are run. Tests have their own.
// Thread: one.
class Launcher {
 public:
  Launcher() = default;
  Launcher(const Launcher&) = delete;
  Launcher& operator=(const Launcher&) = delete;
  virtual ~Launcher() = default;

  // Its standard output, once it has ended well.
  // Errors: not_found (no such program), timed_out, internal (it failed, with its exit code),
  //         cancelled (the user ended it).
  [[nodiscard]] virtual Result<std::string> run(const std::vector<std::string>& command,
                                                std::chrono::milliseconds timeout) = 0;
};

// Thread: one.
class ProcessLauncher final : public Launcher {
 public:
  // A process is given up once `stop_fd` is readable; -1: never.
  explicit ProcessLauncher(int stop_fd = -1) : stop_fd_(stop_fd) {}
  Result<std::string> run(const std::vector<std::string>& command,
                          std::chrono::milliseconds timeout) override;

 private:
  int stop_fd_;
};

// The program that runs now, also when its file was replaced meanwhile.
inline constexpr std::string_view this_program = "/proc/self/exe";

}  // namespace troupe::bench
