#include "topic/subscriptions.hpp"

#include <algorithm>
#include <utility>

#include "base/check.hpp"

namespace troupe {

void Subscriptions::add(Subscription subscription) {
  CHECK(is_filter(subscription.filter), "filters are checked where they come in");
  subscriptions_.push_back(std::move(subscription));
}

bool Subscriptions::remove(Address subscriber, std::uint64_t number) {
  return std::erase_if(subscriptions_, [&](const Subscription& subscription) {
           return subscription.subscriber == subscriber && subscription.number == number;
         }) > 0;
}

std::size_t Subscriptions::remove_all(Address subscriber) {
  return std::erase_if(subscriptions_, [&](const Subscription& subscription) {
    return subscription.subscriber == subscriber;
  });
}

bool Subscriptions::any_match(std::string_view topic) const {
  return std::ranges::any_of(subscriptions_, [&](const Subscription& subscription) {
    return matches({subscription.filter}, topic);
  });
}

}  // namespace troupe
