#include "scheduler/away_places.hpp"

#include <sys/resource.h>
#include <unistd.h>

#include "base/check.hpp"

namespace troupe {

bool AwayPlaces::enter() {
  const std::lock_guard lock(mutex_);
  if (threads_ == bounds_.threads) return false;
  ++threads_;
  return true;
}

void AwayPlaces::give_up() {
  const std::lock_guard lock(mutex_);
  CHECK(threads_ > 0, "who gives up has entered");
  --threads_;
}

void AwayPlaces::take_place(const std::atomic<bool>& killed) {
  std::unique_lock lock(mutex_);
  wait(lock, killed);
}

void AwayPlaces::yield_place(const std::atomic<bool>& killed) {
  std::unique_lock lock(mutex_);
  if (waiting_.empty()) return;
  CHECK(running_ > 0, "who yields has a place");
  --running_;
  wait(lock, killed);
}

// At the end of the line. Killed ones run at once: only to their ends.
void AwayPlaces::wait(std::unique_lock<std::mutex>& lock, const std::atomic<bool>& killed) {
  waiting_.push_back(&killed);
  changed_.notify_all();
  changed_.wait(lock, [&] {
    return killed.load() || (running_ < bounds_.running && waiting_.front() == &killed);
  });
  std::erase(waiting_, &killed);
  ++running_;
  // Whoever is first now may have a place, too.
  changed_.notify_all();
}

void AwayPlaces::leave() {
  {
    const std::lock_guard lock(mutex_);
    CHECK(threads_ > 0 && running_ > 0, "who leaves has entered");
    --threads_;
    --running_;
  }
  changed_.notify_all();
}

void AwayPlaces::wake() {
  // Between a waiter's look at its `killed` and its sleep there is the lock.
  {
    const std::lock_guard lock(mutex_);
  }
  changed_.notify_all();
}

std::uint32_t AwayPlaces::threads() const {
  const std::lock_guard lock(mutex_);
  return threads_;
}

std::uint32_t AwayPlaces::waiting() const {
  const std::lock_guard lock(mutex_);
  return static_cast<std::uint32_t>(waiting_.size());
}

void lower_own_priority() {
  constexpr int low = 10;
  (void)setpriority(PRIO_PROCESS, static_cast<id_t>(gettid()), low);
}

}  // namespace troupe
