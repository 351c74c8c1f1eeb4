#pragma once
// What actors have logged lately, for the reports of their crashes.

#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/limits.hpp"
#include "troupe/address.hpp"
#include "troupe/exit_event.hpp"
#include "troupe/outcome.hpp"
#include "troupe/time.hpp"

namespace troupe {

// One line of all actors after the other; each knows its actor's line before it, so that one
// actor's are found without a look at the others'.
//
// Thread: external lock.
// Bounds: limits::log_tail_lines_max lines and limits::log_tail_bytes_max bytes of text; older
// lines
//         make room. A line is cut off at limits::log_tail_line_bytes_max.
class LogTail {
 public:
  struct Stamp {
    Instant at;
    std::uint64_t wall_ms = 0;
  };
  void add(Address actor, LogLevel level, std::string_view text, Stamp stamp);

  // The actor's latest since then, at most `most`, oldest first. Its lines are found once.
  [[nodiscard]] std::vector<LoggedLine> take(Address actor, Instant since, std::size_t most);
  [[nodiscard]] std::size_t size() const { return lines_.size(); }

 private:
  struct Line {
    Address actor;
    std::uint64_t before = 0;  // The number of its actor's line before it; 0: there was none.
    Instant at;
    LoggedLine line;
  };
  [[nodiscard]] const Line& numbered(std::uint64_t number) const {
    return lines_[number - first_number_];
  }
  void drop_oldest();

  std::deque<Line> lines_;
  std::uint64_t first_number_ = 1;  // Of the oldest line.
  std::unordered_map<Address, std::uint64_t> latest_;
  std::uint64_t bytes_ = 0;
};

}  // namespace troupe
