#pragma once
// Who listens to which topics.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/topic_filter.hpp"
#include "troupe/address.hpp"

namespace troupe {

struct Subscription {
  std::string filter;
  Address subscriber;
  std::uint64_t number = 0;  // The subscriber's own, unique among its subscriptions.

  friend bool operator==(const Subscription&, const Subscription&) = default;
};

// Each publication is held against every filter. A trie comes when that is measured to cost.
//
// Thread: one at a time.
// Bounds: limits::subscriptions_max for each actor, which whoever adds has checked.
// Cost:   linear in the number of subscriptions; no allocation to match.
class Subscriptions {
 public:
  Subscriptions() = default;
  Subscriptions(const Subscriptions&) = delete;
  Subscriptions& operator=(const Subscriptions&) = delete;
  ~Subscriptions() = default;

  // REQUIRES: is_filter(subscription.filter).
  void add(Subscription subscription);
  // False if there is no such subscription.
  bool remove(Address subscriber, std::uint64_t number);
  // All of one actor; how many there were.
  std::size_t remove_all(Address subscriber);

  // Calls visit(const Subscription&) for each whose filter selects the topic, oldest first. An
  // actor with two filters that select it is visited twice. `visit` does not change the list.
  // REQUIRES: is_topic(topic).
  template <typename Visit>
  void for_each_match(std::string_view topic, const Visit& visit) const {
    for (const Subscription& subscription : subscriptions_) {
      if (matches({subscription.filter}, topic)) visit(subscription);
    }
  }
  [[nodiscard]] bool any_match(std::string_view topic) const;

  [[nodiscard]] std::size_t size() const { return subscriptions_.size(); }

 private:
  std::vector<Subscription> subscriptions_;  // In the order of subscribing.
};

}  // namespace troupe
