#pragma once
// Where a driver thread sleeps until somebody pushes or a timer is due.

#include <atomic>
#include <condition_variable>
#include <mutex>

#include "base/atomics.hpp"
#include "troupe/time.hpp"

namespace troupe {

// An auto-reset event: a set() that comes before the wait() ends it at once.
//
// Thread: wait() and take() by the owner; set() from any thread.
class WakeEvent {
 public:
  void wait(Duration at_most);
  // wait() without waiting: whether it was set.
  [[nodiscard]] bool take();
  void set();

 private:
  std::mutex mutex_;
  std::condition_variable woken_;
  bool is_set_ = false;
};

// The protocol: a producer pushes (seq_cst), *then* calls unpark(), which reads `parked`; the
// sleeper sets `parked` (seq_cst), *then* looks once more for arrivals. One of the two sees the
// other, so no wake-up is lost.
//
// Thread: unpark() any thread; the rest by the owner.
template <typename Atomics = StdAtomics, typename Event = WakeEvent>
class BasicParker {
 public:
  // Sleeps until unpark(), or for `at_most`, or not at all if `has_arrivals()` says so after
  // `parked` is visible.
  template <typename HasArrivals>
  void park(Duration at_most, HasArrivals has_arrivals) {
    lie_down();
    if (!has_arrivals()) event_.wait(at_most);
    get_up();
  }

  // park() in pieces, for a driver in whose thread others go on while the owner sleeps: whoever has
  // lain down looks once more for arrivals, and is_called() says whether unpark() has come since.
  void lie_down() { parked_.store(true, Atomics::order(park_order)); }
  [[nodiscard]] bool is_called() { return event_.take(); }
  void get_up() { parked_.store(false, std::memory_order_relaxed); }

  void unpark() {
    if (parked_.load(Atomics::order(unpark_order))) event_.set();
  }

 private:
  static constexpr Ordering park_order{"Parker.park", std::memory_order_seq_cst};
  static constexpr Ordering unpark_order{"Parker.unpark", std::memory_order_seq_cst};

  Atomics::template Atomic<bool> parked_{false};
  Event event_;
};

using Parker = BasicParker<>;

}  // namespace troupe
