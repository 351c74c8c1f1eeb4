#pragma once
// Who decides what an execution leaves open: whose turn it is, and which store a load reads.

#include <cstdint>

#include "memory.hpp"

namespace troupe::systematic {

class Execution;

// A set of threads.
using ThreadSet = std::uint32_t;

[[nodiscard]] constexpr ThreadSet only(ThreadIndex thread) { return ThreadSet{1} << thread; }
[[nodiscard]] constexpr bool contains(ThreadSet set, ThreadIndex thread) {
  return (set & only(thread)) != 0;
}

// Thread: one.
class Strategy {
 public:
  // Instead of a thread: what would follow is known already. The execution goes on to its end, one
  // of its threads after the other, and asks no more.
  static constexpr ThreadIndex prune = 0;

  Strategy() = default;
  Strategy(const Strategy&) = delete;
  Strategy& operator=(const Strategy&) = delete;
  virtual ~Strategy() = default;

  // One of `enabled`, which is not empty, or `prune`. `running`: whoever ran last.
  virtual ThreadIndex pick_thread(const Execution& execution, ThreadSet enabled,
                                  ThreadIndex running) = 0;
  // The age of the store that is read: 0 for the newest, below `count`, which is 2 at least.
  virtual unsigned pick_age(unsigned count) = 0;
  // Whether a weak compare-and-exchange fails for no reason.
  virtual bool pick_spurious_failure() = 0;
};

}  // namespace troupe::systematic
