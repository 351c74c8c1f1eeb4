#include "scheduler/parker.hpp"

#include <utility>

namespace troupe {

void WakeEvent::wait(Duration at_most) {
  std::unique_lock lock(mutex_);
  woken_.wait_for(lock, at_most, [this] { return is_set_; });
  is_set_ = false;
}

bool WakeEvent::take() {
  const std::lock_guard lock(mutex_);
  return std::exchange(is_set_, false);
}

void WakeEvent::set() {
  {
    const std::lock_guard lock(mutex_);
    is_set_ = true;
  }
  woken_.notify_one();
}

}  // namespace troupe
