#pragma once
// Requests asked from outside the actors: by the program that embeds the node, by its API.

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <utility>

#include "actor/worker.hpp"
#include "troupe/outcome.hpp"
#include "troupe/time.hpp"

namespace troupe {

// Thread: any thread. `done` is called once for each request, by whoever settles it, outside the
//         lock.
// Bounds: limits::outside_requests_max open at once.
class OutsideRequests final : public OutsideAnswers {
 public:
  using Done = std::function<void(Answer)>;

  struct Opened {
    std::uint64_t number = 0;
    bool is_earlier = false;  // Than next_due() was: who sleeps until then is to be woken.
  };
  // None when too many are open.
  std::optional<Opened> open(Instant end, Done done);
  void settle(std::uint64_t request, Answer answer) override;
  // Settles what is due with timed_out. One caller at a time, who comes at next_due().
  void expire(Instant now);
  // Settles everything, because the node ends.
  void abandon_all();
  // Nothing is due before; perhaps later, for those that were settled meanwhile took nothing back:
  // so requests that are answered in time wake nobody.
  [[nodiscard]] Instant next_due() const { return next_due_.load(std::memory_order_relaxed); }

 private:
  struct Open {
    Instant end;
    Done done;
  };
  [[nodiscard]] std::optional<Done> take(std::uint64_t request);

  mutable std::mutex mutex_;
  std::map<std::uint64_t, Open> open_;
  std::set<std::pair<Instant, std::uint64_t>> ends_;
  std::uint64_t last_number_ = 0;
  // Written under the lock. Who opens an earlier one wakes who asks, so a look that comes too early
  // is followed by another.
  std::atomic<Instant> next_due_{never};
};

}  // namespace troupe
