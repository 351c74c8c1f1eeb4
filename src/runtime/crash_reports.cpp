#include "runtime/crash_reports.hpp"

#include <algorithm>
#include <string>

#include "runtime/actor_filter.hpp"

namespace troupe {
namespace {

// About what it takes, texts and all.
std::uint64_t bytes_of(const ExitEvent& event) {
  std::uint64_t bytes = sizeof(event) + event.name.size() + event.component.size() +
                        event.exit.text.size() + event.detail.size() + event.decision.size();
  for (const std::string& frame : event.backtrace) bytes += sizeof(frame) + frame.size();
  for (const LoggedLine& line : event.log) bytes += sizeof(line) + line.text.size();
  if (event.in_hand) bytes += event.in_hand->payload.size() + event.in_hand->topic.size();
  return bytes;
}

}  // namespace

void CrashReports::add(ExitEvent& event) {
  const std::lock_guard lock(mutex_);
  event.number = ++last_number_;
  bytes_ += bytes_of(event);
  kept_.push_back(event);
  while (kept_.size() > limits::crashes_max || bytes_ > limits::crashes_bytes_max) {
    bytes_ -= bytes_of(kept_.front());
    kept_.pop_front();
  }
}

std::vector<ExitEvent> CrashReports::find(const CrashQuery& query, std::string_view own_app) const {
  const ActorFilter filter({.name = query.actor}, own_app);
  const auto fits = [&](const ExitEvent& event) { return filter.takes({.name = event.name}); };
  std::vector<ExitEvent> found;
  const std::lock_guard lock(mutex_);
  if (query.after > 0) {
    auto at = std::ranges::upper_bound(kept_, query.after, {}, &ExitEvent::number);
    for (; at != kept_.end() && found.size() < query.limit; ++at) {
      if (fits(*at)) found.push_back(*at);
    }
    return found;
  }
  for (auto at = kept_.rbegin(); at != kept_.rend() && found.size() < query.limit; ++at) {
    if (fits(*at)) found.push_back(*at);
  }
  std::ranges::reverse(found);
  return found;
}

}  // namespace troupe
