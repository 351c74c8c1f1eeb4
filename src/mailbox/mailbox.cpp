#include "mailbox/mailbox.hpp"

#include <algorithm>
#include <ranges>

#include "base/check.hpp"
#include "base/mutation.hpp"

namespace troupe {
namespace {

// A lane that was passed over this often is served next, whatever its priority.
constexpr std::uint32_t patience = 16;

constexpr std::size_t at_normal = std::to_underlying(Priority::normal);
constexpr auto every_lane = std::views::iota(std::size_t{0}, priority_count);

}  // namespace

void Mailbox::put_back(EnvelopePtr envelope) {
  if (is_system(envelope->kind)) {
    ++system_count_;
    system_.push_front(std::move(envelope));
    return;
  }
  ++user_count_;
  user_bytes_ += envelope->size();
  const auto priority = std::to_underlying(envelope->priority);
  if (others_ == nullptr && envelope->priority != Priority::normal) {
    others_ = std::make_unique<Others>();
  }
  MUTATED(puts_back_last, lane(priority).push_front(std::move(envelope)),
          lane(priority).push(std::move(envelope)));
}

void Mailbox::append_other(EnvelopePtr envelope) {
  if (others_ == nullptr) others_ = std::make_unique<Others>();
  others_->lanes.at(std::to_underlying(envelope->priority)).push(std::move(envelope));
}

// Where one goes to make room for a message of that priority; null: the message itself.
EnvelopeList* Mailbox::lane_to_drop_from(std::size_t priority, WhenFull when_full) {
  if (when_full == WhenFull::drop_newest) return nullptr;
  const auto waits_in = [this](std::size_t at) {
    return (others_ != nullptr || at == at_normal) && !lane(at).empty();
  };
  if (when_full == WhenFull::drop_lowest) {
    for (std::size_t at = 0; at < priority; ++at) {
      if (waits_in(at)) return &lane(at);
    }
    return nullptr;
  }
  CHECK(when_full == WhenFull::drop_oldest, "only asked of those that drop");
  for (std::size_t at = priority + 1; at-- > 0;) {
    if (waits_in(at)) return &lane(at);
  }
  for (std::size_t at = priority + 1; at < priority_count; ++at) {
    if (waits_in(at)) return &lane(at);
  }
  return nullptr;
}

bool Mailbox::has_place_for(const Envelope& arriving, const MailboxBounds& bounds,
                            EnvelopeList& dropped) {
  if (bounds.when_full == WhenFull::block && full_) return false;
  if (bounds.when_full == WhenFull::refuse || bounds.when_full == WhenFull::block) {
    full_ = true;
    return true;
  }
  return make_room(arriving, bounds, dropped);
}

// Whether there is room for what arrives, which is counted already.
bool Mailbox::make_room(const Envelope& arriving, const MailboxBounds& bounds,
                        EnvelopeList& dropped) {
  // Nothing that could be dropped would be enough.
  if (arriving.size() > bounds.bytes) return false;
  while (user_count_ > bounds.messages || user_bytes_ > bounds.bytes) {
    EnvelopeList* from = lane_to_drop_from(std::to_underlying(arriving.priority), bounds.when_full);
    if (from == nullptr) return false;
    EnvelopePtr one = from->pop();
    take_off(*one);
    dropped.push(std::move(one));
    if (system_turns_ > 0) wait_for_system();  // Who is first now has come later.
  }
  return true;
}

// An actor that asks for more with each answer has something in the system lane at all times. It
// hears of what waits beside that when all that had come before it is handled, and a few more.
bool Mailbox::is_turn_of_users() {
  if (system_turns_ == 0) wait_for_system();
  if (system_turns_ == 0) return false;
  if (--system_turns_ > 0) return false;
  const auto has_waited = [this](std::size_t at) {
    return others_->waited[at] && !lane(at).empty();
  };
  if (others_ == nullptr) return true;
  others_->those_who_waited = std::ranges::any_of(every_lane, has_waited);
  if (!others_->those_who_waited) wait_for_system();  // They were dropped for others.
  return others_->those_who_waited;
}

// From now on: for all that is there.
void Mailbox::wait_for_system() {
  const std::uint32_t turns = system_count_ + patience + 1;
  // If so many answers wait, it begins when they are fewer.
  system_turns_ = turns <= UINT16_MAX ? static_cast<std::uint16_t>(turns) : 0;
  if (others_ == nullptr) return;
  for (std::size_t at = 0; at < priority_count; ++at) others_->waited[at] = !lane(at).empty();
}

EnvelopePtr Mailbox::pop_by_priority() {
  EnvelopeList* chosen = nullptr;
  std::size_t chosen_at = 0;
  const bool those_who_waited = std::exchange(others_->those_who_waited, false);
  for (std::size_t at = priority_count; at-- > 0;) {
    if (lane(at).empty() || (those_who_waited && !others_->waited[at])) continue;
    if (chosen == nullptr || others_->passed_over[at] >= patience) {
      chosen = &lane(at);
      chosen_at = at;
    }
  }
  if (chosen == nullptr) return nullptr;
  for (std::size_t at = 0; at < priority_count; ++at) {
    auto& passed_over = others_->passed_over[at];
    passed_over = at == chosen_at || lane(at).empty() ? 0 : passed_over + 1;
  }
  return chosen->pop();
}

}  // namespace troupe
