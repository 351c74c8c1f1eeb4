#pragma once
// What a thread drives: an object that does a bounded piece of work at each step. The simulator
// drives the same objects from one thread, in an order of its own.

#include <cstdint>

#include "troupe/time.hpp"

namespace troupe {

enum class StepResult : std::uint8_t {
  worked,  // There may be more.
  idle,    // Nothing until something arrives or next_due() comes.
  left,    // Another thread goes on with it (Handover); the caller does not touch it again.
};

// Thread: step(), before_park() and next_due() by one driver at a time; has_arrivals() any thread.
class Steppable {
 public:
  Steppable() = default;
  Steppable(const Steppable&) = delete;
  Steppable& operator=(const Steppable&) = delete;
  virtual ~Steppable() = default;

  virtual StepResult step() = 0;
  // Called when the driver has found nothing to do and is about to sleep.
  virtual void before_park() {}
  // When step() has work again even if nothing arrives; `never` if it hasn't.
  [[nodiscard]] virtual Instant next_due() const = 0;
  // Whether something was pushed that step() has not seen.
  [[nodiscard]] virtual bool has_arrivals() const = 0;
};

}  // namespace troupe
