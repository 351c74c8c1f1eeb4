#pragma once
// Where a driver thread sleeps until somebody pushes or a timer is due.

#include <atomic>
#include <condition_variable>
#include <mutex>

#include "troupe/time.hpp"

namespace troupe {

// The protocol: a producer pushes (seq_cst), *then* calls unpark(), which reads `parked`; the
// sleeper sets `parked` (seq_cst), *then* looks once more for arrivals. One of the two sees the
// other, so no wake-up is lost.
//
// Thread: park() by the owner; unpark() from any thread.
class Parker {
 public:
  // Sleeps until unpark(), or for `at_most`, or not at all if `has_arrivals()` says so after
  // `parked` is visible.
  template <typename HasArrivals>
  void park(Duration at_most, HasArrivals has_arrivals) {
    parked_.store(true, std::memory_order_seq_cst);
    if (!has_arrivals()) sleep(at_most);
    parked_.store(false, std::memory_order_relaxed);
  }

  void unpark() {
    if (parked_.load(std::memory_order_seq_cst)) wake();
  }

 private:
  void sleep(Duration at_most);
  void wake();

  std::atomic<bool> parked_{false};
  std::mutex mutex_;
  std::condition_variable woken_;
  bool is_woken_ = false;
};

}  // namespace troupe
