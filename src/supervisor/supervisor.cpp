#include "supervisor/supervisor.hpp"

#include <utility>

#include "base/check.hpp"
#include "base/format.hpp"
#include "base/limits.hpp"
#include "base/units.hpp"

namespace troupe {
namespace {

bool wants_restart(RestartType type, const Exit& exit) {
  switch (type) {
    case RestartType::permanent:
      return true;
    case RestartType::transient:
      return exit.kind != Exit::Kind::normal;
    case RestartType::temporary:
      return false;
  }
  CHECK(false, "a RestartType has one of its named values");
}

}  // namespace

Supervisor::Supervisor(SupervisorPolicy policy) : policy_(policy) {
  CHECK(policy.intensity <= limits::intensity_max);
  CHECK(policy.period > Duration::zero());
}

void Supervisor::add(SupervisedChild child) {
  CHECK(!has_given_up_, "who gave up takes no children");
  const bool is_new = order_of_.emplace(child.address, next_order_).second;
  CHECK(is_new, "a child is added once; its later lives need no more");
  children_.emplace(next_order_++, std::move(child));
}

bool Supervisor::remove(Address child) {
  const auto found = order_of_.find(child);
  if (found == order_of_.end()) return false;
  children_.erase(found->second);
  order_of_.erase(found);
  return true;
}

SupervisorDecision Supervisor::ended(Address child, const Exit& exit, StopAsked asked,
                                     Instant now) {
  using Kind = SupervisorDecision::Kind;
  const auto found = order_of_.find(child);
  if (found == order_of_.end()) return {.kind = Kind::leave_ended, .reason = {}};
  const SupervisedChild& entry = children_.at(found->second);
  if (has_given_up_ || asked == StopAsked::yes || !wants_restart(entry.type, exit)) {
    remove(child);
    return {.kind = Kind::leave_ended, .reason = {}};
  }

  CHECK(restarts_.empty() || restarts_.back() <= now, "instants never go back");
  while (!restarts_.empty() && now - restarts_.front() > policy_.period) restarts_.pop_front();
  if (restarts_.size() < policy_.intensity) {
    restarts_.push_back(now);
    return {.kind = Kind::restart, .reason = {}};
  }
  has_given_up_ = true;
  SupervisorDecision decision{.kind = Kind::give_up, .reason = reason_to_give_up(entry, exit, now)};
  remove(child);
  return decision;
}

std::vector<Address> Supervisor::stop_order() const {
  std::vector<Address> order;
  order.reserve(children_.size());
  for (auto child = children_.rbegin(); child != children_.rend(); ++child) {
    order.push_back(child->second.address);
  }
  return order;
}

std::string Supervisor::reason_to_give_up(const SupervisedChild& child, const Exit& exit,
                                          Instant now) const {
  const std::string ending = fmt::format("'{}' ended: {}", child.name, to_string(exit));
  if (policy_.intensity == 0) return fmt::format("{}, and no restarts are allowed", ending);
  return fmt::format("{}, after {} restart{} in the last {}; {} within {} {} allowed", ending,
                     restarts_.size(), restarts_.size() == 1 ? "" : "s",
                     format_duration(now - restarts_.front()), policy_.intensity,
                     format_duration(policy_.period), policy_.intensity == 1 ? "is" : "are");
}

}  // namespace troupe
