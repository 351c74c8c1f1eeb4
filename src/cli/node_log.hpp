#pragma once
// What `troupe run` says while a node lives: lines for people, or one JSON object per line.

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>

#include "base/clock.hpp"
#include "cli/console.hpp"
#include "troupe/exit_event.hpp"
#include "troupe/status.hpp"
#include "troupe/time.hpp"

namespace troupe {

struct NodeReady {
  std::string node;
  std::filesystem::path socket;
  std::size_t actors = 0;
  Duration took{};
};

// Thread: any. Everything goes to standard error.
class NodeLog {
 public:
  NodeLog(Console& console, const Clock& clock) : console_(console), clock_(clock) {}

  void log(const LogLine& line);
  // Exits that nobody would call a failure are not told.
  void exit(const ExitEvent& exit);
  void ready(const NodeReady& ready);
  // `hint`: how to end it sooner.
  void stopping(std::size_t actors, std::string_view hint);
  void still_stopping(std::size_t actors);
  void ended(std::string_view node, Duration took);

 private:
  Console& console_;
  const Clock& clock_;
};

}  // namespace troupe
