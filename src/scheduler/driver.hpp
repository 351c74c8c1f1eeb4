#pragma once
// A thread that drives one Steppable: step, step, sleep.

#include <atomic>
#include <string>
#include <thread>

#include "base/clock.hpp"
#include "scheduler/parker.hpp"
#include "scheduler/steppable.hpp"

namespace troupe {

// Thread: start() and join() by the owner; wake() from any thread.
// Owns:   the thread. `driven`, `parker` and `clock` outlive it.
class Driver {
 public:
  // `name`: for debuggers, at most 15 bytes.
  Driver(Steppable& driven, Parker& parker, const Clock& clock, std::string name);
  Driver(const Driver&) = delete;
  Driver& operator=(const Driver&) = delete;
  ~Driver() { join(); }

  void start();
  // Lets the thread finish its step and ends it.
  void join();

 private:
  void run();

  Steppable& driven_;
  Parker& parker_;
  const Clock& clock_;
  std::string name_;
  std::atomic<bool> stop_{false};
  std::thread thread_;
};

}  // namespace troupe
