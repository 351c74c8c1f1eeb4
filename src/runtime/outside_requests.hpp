#pragma once
// Requests asked from outside the actors: by the program that embeds the node, by its API.

#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <vector>

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
    bool is_earliest = false;  // Its end is now the next one that is due.
  };
  // None when too many are open.
  std::optional<Opened> open(Instant end, Done done);
  void settle(std::uint64_t request, Answer answer) override;
  // Settles what is due with timed_out.
  void expire(Instant now);
  // Settles everything, because the node ends.
  void abandon_all();
  [[nodiscard]] Instant next_due() const;

 private:
  struct Open {
    Instant end;
    Done done;
  };
  [[nodiscard]] std::optional<Done> take(std::uint64_t request);

  mutable std::mutex mutex_;
  std::map<std::uint64_t, Open> open_;
  std::multimap<Instant, std::uint64_t> ends_;
  std::uint64_t last_number_ = 0;
};

}  // namespace troupe
