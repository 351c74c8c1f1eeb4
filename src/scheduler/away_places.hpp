#pragma once
// How many threads run beside the workers at once: turns that took longer than their share.

#include <condition_variable>
#include <cstdint>
#include <mutex>

#include "base/atomics.hpp"
#include "base/check.hpp"
#include "base/limits.hpp"

namespace troupe {

// What BasicAwayPlaces and Outing are made of; a model checker brings its own.
struct AwayPolicy : StdAtomics {
  using Mutex = std::mutex;
  using Condition = std::condition_variable;
  // Data that the mutex keeps apart.
  template <typename T>
  using Guarded = T;
  // How many ticks one runs before it lets others go first.
  static constexpr std::uint64_t slice_ticks = limits::away_slice_ticks;
};

// Two bounds: so many may exist, and so many of them may run; the others wait for a place, in the
// order in which they came. Who has one gives way from time to time, so that one that needs little
// more (a busy machine makes anybody late) is not held by one that needs much.
//
// Thread: any thread.
template <typename Policy = AwayPolicy>
class BasicAwayPlaces {
 public:
  struct Bounds {
    std::uint32_t running = 1;  // One a core.
    std::uint32_t threads = 1;
  };
  // Of one thread.
  class Claim {
   public:
    // It says nothing but itself: who asks again and again sees it in the end, and who waits
    // learns of it with the lock.
    [[nodiscard]] bool is_killed() const { return is_killed_.load(std::memory_order_relaxed); }

   private:
    friend class BasicAwayPlaces;

    Policy::template Atomic<bool> is_killed_{false};
    Policy::template Guarded<bool> runs_ = false;
    Policy::template Guarded<bool> is_over_ = false;
    Policy::template Guarded<Claim*> behind_ = nullptr;  // In the line.
  };
  explicit BasicAwayPlaces(Bounds bounds) : bounds_(bounds) {}

  // Counts one thread more. False: there are as many as may be.
  [[nodiscard]] bool enter() {
    const Lock lock(mutex_);
    if (threads_ == bounds_.threads) return false;
    ++threads_;
    return true;
  }
  // Gives that back before take_place().
  void give_up() {
    const Lock lock(mutex_);
    CHECK(threads_ > 0, "who gives up has entered");
    --threads_;
  }
  // Waits until it may run, or until it is killed. REQUIRES: entered.
  void take_place(Claim& claim) {
    Lock lock(mutex_);
    wait(lock, claim);
  }
  // Lets those go first that wait, if any do; waits likewise. Whether any did.
  // REQUIRES: take_place().
  bool yield_place(Claim& claim) {
    Lock lock(mutex_);
    if (first_ == nullptr || claim.is_over_) return false;
    CHECK(claim.runs_, "who yields has a place");
    claim.runs_ = false;
    --running_;
    changed_.notify_all();
    wait(lock, claim);
    return true;
  }
  // Gives back what enter() and take_place() gave, whichever there was; once, however often it is
  // called. So who gives a thread up leaves for it, wherever that is, and it runs uncounted.
  void leave(Claim& claim) {
    {
      const Lock lock(mutex_);
      if (claim.is_over_) return;
      claim.is_over_ = true;
      CHECK(threads_ > 0, "who leaves has entered");
      --threads_;
      if (claim.runs_) --running_;
      claim.runs_ = false;
    }
    changed_.notify_all();
  }
  // It is to come to its end, and waits for no place any more.
  void kill(Claim& claim) {
    {
      // Between a waiter's look at it and its sleep there is the lock.
      const Lock lock(mutex_);
      claim.is_killed_.store(true, std::memory_order_relaxed);
    }
    changed_.notify_all();
  }

  [[nodiscard]] std::uint32_t threads() const {
    const Lock lock(mutex_);
    return threads_;
  }
  [[nodiscard]] std::uint32_t waiting() const {
    const Lock lock(mutex_);
    std::uint32_t count = 0;
    for (const Claim* at = first_; at != nullptr; at = at->behind_) ++count;
    return count;
  }

 private:
  using Lock = std::unique_lock<typename Policy::Mutex>;
  template <typename T>
  using Guarded = Policy::template Guarded<T>;

  // Killed ones run at once: only to their ends.
  void wait(Lock& lock, Claim& claim) {
    join_line(claim);
    changed_.wait(lock, [&] {
      return claim.is_killed() || (running_ < bounds_.running && first_ == &claim);
    });
    leave_line(claim);
    if (!claim.is_over_) {
      claim.runs_ = true;
      ++running_;
    }
    // Whoever is first now may have a place, too.
    changed_.notify_all();
  }
  void join_line(Claim& claim) {
    Guarded<Claim*>* end = &first_;
    while (*end != nullptr) end = &(*end)->behind_;
    *end = &claim;
  }
  void leave_line(Claim& claim) {
    Guarded<Claim*>* at = &first_;
    while (*at != &claim) at = &(*at)->behind_;
    *at = claim.behind_;
    claim.behind_ = nullptr;
  }

  const Bounds bounds_;
  mutable Policy::Mutex mutex_;
  Policy::Condition changed_;
  Guarded<std::uint32_t> threads_ = 0;
  Guarded<std::uint32_t> running_ = 0;
  Guarded<Claim*> first_ = nullptr;  // Of those that wait.
};

using AwayPlaces = BasicAwayPlaces<>;

}  // namespace troupe
