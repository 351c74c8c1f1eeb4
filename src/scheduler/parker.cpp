#include "scheduler/parker.hpp"

namespace troupe {

void Parker::sleep(Duration at_most) {
  std::unique_lock lock(mutex_);
  woken_.wait_for(lock, at_most, [this] { return is_woken_; });
  is_woken_ = false;
}

void Parker::wake() {
  {
    const std::lock_guard lock(mutex_);
    is_woken_ = true;
  }
  woken_.notify_one();
}

}  // namespace troupe
