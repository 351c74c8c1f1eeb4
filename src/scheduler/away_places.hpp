#pragma once
// How many threads run beside the workers at once: turns that took longer than their share.

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <mutex>

namespace troupe {

// Two bounds: so many may exist, and so many of them may run; the others wait for a place, in the
// order in which they came. Who has one gives way from time to time, so that one that needs little
// more (a busy machine makes anybody late) is not held by one that needs much.
//
// Thread: any thread.
class AwayPlaces {
 public:
  struct Bounds {
    std::uint32_t running = 1;  // One a core.
    std::uint32_t threads = 1;
  };
  // Of one thread.
  struct Claim {
    std::atomic<bool> killed{false};  // Anybody's, who then calls wake().

   private:
    friend class AwayPlaces;
    bool runs_ = false;
    bool is_over_ = false;
  };
  explicit AwayPlaces(Bounds bounds) : bounds_(bounds) {}

  // Counts one thread more. False: there are as many as may be.
  [[nodiscard]] bool enter();
  // Gives that back before take_place().
  void give_up();
  // Waits until it may run, or until it is killed. REQUIRES: entered.
  void take_place(Claim& claim);
  // Lets those go first that wait, if any do; waits likewise. Whether any did.
  // REQUIRES: take_place().
  bool yield_place(Claim& claim);
  // Gives back what enter() and take_place() gave, whichever there was; once, however often it is
  // called. So who gives a thread up leaves for it, wherever that is, and it runs uncounted.
  void leave(Claim& claim);
  // After a `killed` has changed.
  void wake();

  [[nodiscard]] std::uint32_t threads() const;
  [[nodiscard]] std::uint32_t waiting() const;

 private:
  void wait(std::unique_lock<std::mutex>& lock, Claim& claim);

  const Bounds bounds_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::uint32_t threads_ = 0;
  std::uint32_t running_ = 0;
  std::deque<const Claim*> waiting_;
};

// Lets the calling thread give way to all others, for good.
void lower_own_priority();

}  // namespace troupe
