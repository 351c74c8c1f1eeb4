#include "runtime/outside_requests.hpp"

#include <utility>

#include "base/limits.hpp"

namespace troupe {

std::optional<OutsideRequests::Opened> OutsideRequests::open(Instant end, Done done) {
  const std::lock_guard lock(mutex_);
  if (open_.size() >= limits::outside_requests_max) return std::nullopt;
  const std::uint64_t number = ++last_number_;
  open_.emplace(number, Open{end, std::move(done)});
  ends_.emplace(end, number);
  const bool is_earlier = end < next_due();
  if (is_earlier) next_due_.store(end, std::memory_order_relaxed);
  return Opened{.number = number, .is_earlier = is_earlier};
}

std::optional<OutsideRequests::Done> OutsideRequests::take(std::uint64_t request) {
  const std::lock_guard lock(mutex_);
  const auto found = open_.find(request);
  if (found == open_.end()) return std::nullopt;
  ends_.erase({found->second.end, request});
  Done done = std::move(found->second.done);
  open_.erase(found);
  return done;
}

void OutsideRequests::settle(std::uint64_t request, Answer answer) {
  if (const auto done = take(request)) (*done)(std::move(answer));
}

void OutsideRequests::expire(Instant now) {
  while (next_due() <= now) {
    std::optional<std::uint64_t> due;
    {
      const std::lock_guard lock(mutex_);
      if (!ends_.empty() && ends_.begin()->first <= now) {
        due = ends_.begin()->second;
      } else {
        next_due_.store(ends_.empty() ? never : ends_.begin()->first, std::memory_order_relaxed);
      }
    }
    // Somebody may settle it in the meantime.
    if (due) settle(*due, std::unexpected(Failure{.kind = Failure::Kind::timed_out}));
  }
}

void OutsideRequests::abandon_all() {
  while (true) {
    std::uint64_t request = 0;
    {
      const std::lock_guard lock(mutex_);
      if (open_.empty()) return;
      request = open_.begin()->first;
    }
    settle(request, std::unexpected(Failure{.kind = Failure::Kind::receiver_exited}));
  }
}

}  // namespace troupe
