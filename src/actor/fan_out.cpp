// How an event gets to all who listen to its topic: to those of this worker at once, to those of
// another in one envelope, which goes its way among the messages.
//
// The publisher's worker says who gets it, by what it knows of subscriptions and homes then; nobody
// asks again. So an actor that moves meanwhile gets it once, and in its place among what the same
// publisher sends it: each of them is looked up as if the event had been sent to it alone.

#include <algorithm>
#include <array>
#include <cstring>
#include <span>

#include "actor/message_path.hpp"  // IWYU pragma: keep
#include "actor/worker.hpp"
#include "base/mutation.hpp"

namespace troupe {
namespace {

// So many receivers are looked up before the first is given anything: what the caches do not hold
// of them is fetched at the same time.
constexpr std::size_t together = 16;

// What a delivery touches of it.
void fetch(const Cell& cell) {
  __builtin_prefetch(&cell, 1);
  __builtin_prefetch(&cell.mailbox, 1);
  __builtin_prefetch(&cell.books, 1);
}

// give(one, find(one)) for each, where find() says a cell or null.
template <typename Receiver, typename Find, typename Give>
void for_all(std::span<const Receiver> left, const Find& find, const Give& give) {
  std::array<Cell*, together> cells{};
  while (!left.empty()) {
    const std::span<const Receiver> some = left.first(std::min(left.size(), together));
    left = left.subspan(some.size());
    for (std::size_t at = 0; at < some.size(); ++at) {
      cells[at] = find(some[at]);
      if (cells[at] != nullptr) fetch(*cells[at]);
    }
    for (std::size_t at = 0; at < some.size(); ++at) {
      if (cells[at] != nullptr) __builtin_prefetch(cells[at]->activity_if_any(), 1);
    }
    for (std::size_t at = 0; at < some.size(); ++at) give(some[at], cells[at]);
  }
}

}  // namespace

void Worker::tell_topic(const Envelope& change) {
  if (change.kind == EnvelopeKind::subscribe) {
    topics_.add({change.note<TopicNote>()->topic, change.sender, change.number});
  } else if (change.kind == EnvelopeKind::unsubscribe) {
    topics_.remove(change.sender, change.number);
  } else {
    topics_.remove_all(change.sender);
  }
}

void Worker::tell_topic_everywhere(const Envelope& change) {
  tell_topic(change);
  Copies copies(change, static_cast<std::uint32_t>(outgoing_.inboxes() - 1));
  for (std::size_t to = 0; to < outgoing_.inboxes(); ++to) {
    if (MUTATED(tells_few_of_subscriptions, to != index_, to > index_)) {
      outgoing_.push(to, copies.make(change.receiver, change.number));
    }
  }
}

void Worker::publish(const Envelope& event) {
  const std::span<const Listener> listeners = topics_.matching(event.topic());
  Copies copies(event, static_cast<std::uint32_t>(listeners.size()));
  if (listeners.size() == 1) {
    route(copies.make(listeners[0].subscriber, listeners[0].number));
    return;
  }
  const auto find = [&](const Listener& one) {
    const auto place = world_.inputs.registry.place(one.subscriber, index_);
    return place.kind == Registry::Place::Kind::here ? place.cell : nullptr;
  };
  bool all_are_here = true;
  for_all(listeners, find, [&](const Listener& one, Cell* cell) {
    if (cell == nullptr) {
      all_are_here = false;
      send_to(one, copies);
      return;
    }
    deliver_call(*cell, copies.make(one.subscriber, one.number));
    cell->activity().from_partner = 0;
  });
  if (!all_are_here) push_fan_outs(event, copies);
}

// To one that is not here.
void Worker::send_to(const Listener& listener, Copies& copies) {
  using Kind = Registry::Place::Kind;
  Registry::Place place = world_.inputs.registry.place(listener.subscriber, index_);
  if (place.kind == Kind::elsewhere) place = look_from_inside(listener.subscriber);
  if (place.kind == Kind::elsewhere) {
    recipients_[place.home].push_back({listener.subscriber, listener.number});
  } else if (place.kind == Kind::awaited) {
    keep_for_arrival(copies.make(listener.subscriber, listener.number));
  }
}

void Worker::push_fan_outs(const Envelope& event, Copies& copies) {
  for (std::size_t to = 0; to < recipients_.size(); ++to) {
    std::vector<Recipient>& list = recipients_[to];
    if (list.empty()) continue;
    if (list.size() == 1) {
      outgoing_.push(to, copies.make(list[0].subscriber, list[0].number));
    } else {
      const std::span<const Recipient> all = list;
      outgoing_.push(
          to, Envelope::make({.kind = EnvelopeKind::fan_out, .sender = event.sender},
                             {reinterpret_cast<const std::uint8_t*>(all.data()), all.size_bytes()},
                             std::make_unique<FanOutNote>(copies.make(nobody, 0))));
    }
    list.clear();
  }
}

// Here each recipient gets what arrived() would give it if it had been sent a copy alone.
void Worker::expand(const Envelope& fan_out) {
  const Envelope& event = *fan_out.note<FanOutNote>()->event;
  const BytesView bytes = fan_out.payload();
  const std::span<const Recipient> all(reinterpret_cast<const Recipient*>(bytes.data()),
                                       bytes.size() / sizeof(Recipient));
  Copies copies(event, static_cast<std::uint32_t>(all.size()));
  const auto find = [&](const Recipient& one) {
    return world_.inputs.registry.cell(one.subscriber, index_);
  };
  for_all(all, find, [&](const Recipient& one, Cell* cell) {
    EnvelopePtr copy = copies.make(one.subscriber, one.number);
    if (cell != nullptr) {
      deliver_call(*cell, std::move(copy));
    } else {
      arrived(std::move(copy));
    }
  });
}

}  // namespace troupe
