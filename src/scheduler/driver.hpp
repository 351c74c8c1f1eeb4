#pragma once
// A thread that drives one Steppable: step, step, sleep. In the middle of a step it may be relieved
// by another.

#include <atomic>
#include <list>
#include <mutex>
#include <semaphore>
#include <string>
#include <thread>

#include "base/clock.hpp"
#include "scheduler/drive.hpp"
#include "scheduler/handover.hpp"
#include "scheduler/parker.hpp"
#include "scheduler/steppable.hpp"

namespace troupe {

// Thread: start() and join() by the owner; those of Handover as it says.
// Owns:   the threads: the one that drives, and those that were relieved and have not come to their
//         ends. `driven`, `parker` and `clock` outlive it.
// Bounds: whoever hands over bounds the relieved ones (limits::away_threads_max).
class Driver final : public Handover {
 public:
  // `name`: for debuggers, at most 15 bytes. `spin`: how long it looks for arrivals before it
  // sleeps, which costs whoever wakes it more than a microsecond, and itself fifty.
  Driver(Steppable& driven, Parker& parker, const Clock& clock, std::string name,
         Duration spin = Duration{0});
  ~Driver() { join(); }

  void start();
  // Lets the threads finish their steps and ends them.
  void join();

  bool prepare_successor() override;
  void release_successor() override;

 private:
  struct Thread {
    std::thread thread;
    std::binary_semaphore may_begin{0};
    std::atomic<bool> is_over{false};
  };

  [[nodiscard]] Thread* add_thread();
  void run(Thread& own);
  void reap();
  [[nodiscard]] bool sees_arrivals_in_time() const;

  Steppable& driven_;
  Parker& parker_;
  const Clock& clock_;
  std::string name_;
  Duration spin_;
  StopFlag stop_;
  std::mutex mutex_;             // Over the list.
  std::list<Thread> threads_;    // The last is the one that drives, or will.
  Thread* successor_ = nullptr;  // Of the driving thread alone.
};

}  // namespace troupe
