#pragma once
// The ends of lives that somebody may want to look into.

#include <cstdint>
#include <deque>
#include <mutex>
#include <string_view>
#include <vector>

#include "base/limits.hpp"
#include "troupe/exit_event.hpp"

namespace troupe {

// Thread: any thread; it locks. Only crashes come here.
// Bounds: limits::crashes_max reports and about limits::crashes_bytes_max; older ones make room,
//         and their numbers are not used again.
class CrashReports {
 public:
  // Numbers the event.
  void add(ExitEvent& event);

  // Those that fit, oldest first: with `after` the first of them, else the latest. `own_app` is
  // what an actor's name without an app means.
  [[nodiscard]] std::vector<ExitEvent> find(const CrashQuery& query,
                                            std::string_view own_app) const;

 private:
  mutable std::mutex mutex_;
  std::deque<ExitEvent> kept_;  // Oldest first; their numbers follow each other.
  std::uint64_t last_number_ = 0;
  std::uint64_t bytes_ = 0;
};

}  // namespace troupe
