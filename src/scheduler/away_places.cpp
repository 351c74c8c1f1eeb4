#include "scheduler/away_places.hpp"

#include <sys/resource.h>
#include <unistd.h>
#include <utility>

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

void AwayPlaces::take_place(Claim& claim) {
  std::unique_lock lock(mutex_);
  wait(lock, claim);
}

bool AwayPlaces::yield_place(Claim& claim) {
  std::unique_lock lock(mutex_);
  if (waiting_.empty() || claim.is_over_) return false;
  CHECK(claim.runs_, "who yields has a place");
  claim.runs_ = false;
  --running_;
  wait(lock, claim);
  return true;
}

// At the end of the line. Killed ones run at once: only to their ends.
void AwayPlaces::wait(std::unique_lock<std::mutex>& lock, Claim& claim) {
  waiting_.push_back(&claim);
  changed_.notify_all();
  changed_.wait(lock, [&] {
    return claim.killed.load() || (running_ < bounds_.running && waiting_.front() == &claim);
  });
  std::erase(waiting_, &claim);
  if (!claim.is_over_) {
    claim.runs_ = true;
    ++running_;
  }
  // Whoever is first now may have a place, too.
  changed_.notify_all();
}

void AwayPlaces::leave(Claim& claim) {
  {
    const std::lock_guard lock(mutex_);
    if (std::exchange(claim.is_over_, true)) return;
    CHECK(threads_ > 0, "who leaves has entered");
    --threads_;
    if (std::exchange(claim.runs_, false)) --running_;
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
