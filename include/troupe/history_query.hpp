#pragma once
// Which of the records that a node keeps are asked for: crashes, or events.

#include <cstddef>
#include <cstdint>
#include <string>

namespace troupe {

struct HistoryQuery {
  std::string actor = {};   // A pattern, as in ActorQuery. Empty: of all.
  std::uint64_t after = 0;  // With a higher number than this.
  // How many: with `after` the first of them, else the latest.
  std::size_t limit = 20;

  friend bool operator==(const HistoryQuery&, const HistoryQuery&) = default;
};

}  // namespace troupe
