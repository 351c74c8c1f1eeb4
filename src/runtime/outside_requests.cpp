#include "runtime/outside_requests.hpp"

#include <utility>

#include "base/limits.hpp"

namespace troupe {

std::optional<OutsideRequests::Opened> OutsideRequests::open(Instant end, Done done) {
  const std::lock_guard lock(mutex_);
  if (open_.size() >= limits::outside_requests_max) return std::nullopt;
  const std::uint64_t number = ++last_number_;
  open_.emplace(number, Open{end, std::move(done)});
  const auto at = ends_.emplace(end, number);
  return Opened{.number = number, .is_earliest = at == ends_.begin()};
}

std::optional<OutsideRequests::Done> OutsideRequests::take(std::uint64_t request) {
  const std::lock_guard lock(mutex_);
  const auto found = open_.find(request);
  if (found == open_.end()) return std::nullopt;
  const auto [first, last] = ends_.equal_range(found->second.end);
  for (auto at = first; at != last; ++at) {
    if (at->second != request) continue;
    ends_.erase(at);
    break;
  }
  Done done = std::move(found->second.done);
  open_.erase(found);
  return done;
}

void OutsideRequests::settle(std::uint64_t request, Answer answer) {
  if (const auto done = take(request)) (*done)(std::move(answer));
}

void OutsideRequests::expire(Instant now) {
  while (true) {
    std::uint64_t request = 0;
    {
      const std::lock_guard lock(mutex_);
      if (ends_.empty() || ends_.begin()->first > now) return;
      request = ends_.begin()->second;
    }
    settle(request, std::unexpected(Failure{.kind = Failure::Kind::timed_out}));
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

Instant OutsideRequests::next_due() const {
  const std::lock_guard lock(mutex_);
  return ends_.empty() ? never : ends_.begin()->first;
}

}  // namespace troupe
