#include "runtime/log_tail.hpp"

#include <algorithm>
#include <utility>

#include "base/utf8.hpp"

namespace troupe {

void LogTail::add(Address actor, LogLevel level, std::string_view text, Stamp stamp) {
  text = utf8_prefix(text, limits::log_tail_line_bytes_max);
  bytes_ += text.size();
  const std::uint64_t number = first_number_ + lines_.size();
  std::uint64_t& latest = latest_[actor];
  lines_.push_back({.actor = actor,
                    .before = std::exchange(latest, number),
                    .at = stamp.at,
                    .line = {.wall_ms = stamp.wall_ms, .level = level, .text = std::string(text)}});
  while (lines_.size() > limits::log_tail_lines_max || bytes_ > limits::log_tail_bytes_max) {
    drop_oldest();
  }
}

void LogTail::drop_oldest() {
  const Line& oldest = lines_.front();
  const auto latest = latest_.find(oldest.actor);
  if (latest != latest_.end() && latest->second == first_number_) latest_.erase(latest);
  bytes_ -= oldest.line.text.size();
  lines_.pop_front();
  ++first_number_;
}

std::vector<LoggedLine> LogTail::take(Address actor, Instant since, std::size_t most) {
  std::vector<LoggedLine> found;
  const auto latest = latest_.find(actor);
  if (latest == latest_.end()) return found;
  std::uint64_t number = latest->second;
  latest_.erase(latest);
  while (number >= first_number_ && found.size() < most) {
    const Line& line = numbered(number);
    if (line.at < since) break;
    found.push_back(line.line);
    number = line.before;
  }
  std::ranges::reverse(found);
  return found;
}

}  // namespace troupe
