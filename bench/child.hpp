#pragma once
// Other programs, started and watched.

#include <chrono>
#include <optional>
#include <string>
#include <sys/types.h>
#include <vector>

namespace troupe::bench {

// A process whose output (standard output or error) can be read while it runs.
// Owns: the process; the destructor kills what still runs.
class Child {
 public:
  enum class Read : std::uint8_t { output, error, nothing };
  // Dies with a message if there is no such program.
  Child(std::vector<std::string> command, Read read);
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;
  ~Child();

  // Reads until the text comes by; false if the process ends, or `timeout` is over, before.
  bool wait_for(std::string_view text, std::chrono::milliseconds timeout);
  // All that it still says until it ends.
  std::string read_all();
  void terminate();
  // The exit code; -1 after a signal.
  int wait();

 private:
  bool read_some(std::optional<std::chrono::milliseconds> timeout);

  pid_t process_ = -1;
  int pipe_ = -1;
  std::string said_;
};

}  // namespace troupe::bench
