#pragma once
// How a thread drives an object: step, step, sleep, until it is told to stop.

#include <algorithm>
#include <atomic>

#include "base/atomics.hpp"
#include "scheduler/steppable.hpp"
#include "troupe/time.hpp"

namespace troupe {

// Tells a thread that sleeps in a Parker to come to its end.
//
// Thread: any thread.
template <typename Atomics = StdAtomics>
class BasicStopFlag {
 public:
  // Then unpark(): the sleeper sees one of the two.
  void raise() { is_raised_.store(true, Atomics::order(raise_order)); }
  [[nodiscard]] bool is_raised() const { return is_raised_.load(Atomics::order(look_order)); }

 private:
  // As a push and the look for arrivals (Parker).
  static constexpr Ordering raise_order{"StopFlag.raise", std::memory_order_seq_cst};
  static constexpr Ordering look_order{"StopFlag.look", std::memory_order_seq_cst};

  Atomics::template Atomic<bool> is_raised_{false};
};

using StopFlag = BasicStopFlag<>;

// The longest sleep: waits take a span, and `never` is none. Nothing depends on it.
constexpr Duration nap = std::chrono::hours(1);

// Returns when `stop` is raised, after the step in which that happens, or when another thread goes
// on with `driven`. What has arrived by then may be left.
//
// Driven: as Steppable. Parker, Stop: as BasicParker, BasicStopFlag; whoever pushes unparks.
// `sees_arrivals_in_time()`: whether it is too early to sleep. `now()`: the time.
// Thread: one at a time for a `driven`.
template <typename Driven, typename Parker, typename Stop, typename Look, typename Now>
void drive(Driven& driven, Parker& parker, const Stop& stop, const Look& sees_arrivals_in_time,
           const Now& now) {
  while (!stop.is_raised()) {
    const StepResult result = driven.step();
    if (result == StepResult::left) return;
    if (result == StepResult::worked || sees_arrivals_in_time()) continue;
    driven.before_park();
    const Instant due = driven.next_due();
    const Duration wait = due == never ? nap : std::clamp(due - now(), Duration{0}, nap);
    if (wait == Duration{0}) continue;
    parker.park(wait, [&] { return driven.has_arrivals() || stop.is_raised(); });
  }
}

}  // namespace troupe
