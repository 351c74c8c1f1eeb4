#pragma once
// Notices workers that do not come out of a handler: native code can't be made to end.

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "actor/worker.hpp"
#include "troupe/address.hpp"
#include "troupe/time.hpp"

namespace troupe {

// Thread:  one at a time. The workers outlive it.
class TurnWatch {
 public:
  explicit TurnWatch(std::span<const std::unique_ptr<Worker>> workers)
      : workers_(workers), seen_(workers.size()) {}

  struct Stuck {
    std::size_t worker = 0;
    Address actor;
    Duration at_least = {};
  };
  // Those that have been in one handler, as far as these looks can tell, for limits::stuck_ms; each
  // handler once.
  [[nodiscard]] std::vector<Stuck> look(Instant now);
  // Whose handler held that worker at the latest look, and was told; nobody: it is free.
  [[nodiscard]] Address holder(std::size_t worker) const {
    return seen_[worker].is_told ? seen_[worker].at_work.actor : nobody;
  }

 private:
  struct Seen {
    Worker::AtWork at_work;
    Instant since;
    bool is_told = false;
  };

  std::span<const std::unique_ptr<Worker>> workers_;
  std::vector<Seen> seen_;  // One a worker.
};

}  // namespace troupe
