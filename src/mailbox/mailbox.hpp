#pragma once
// A mailbox holds what an actor has been sent and has not yet handled.
//
// Answers, timers, exits and stop wait in the system lane and overtake the user lanes; the user
// lanes are ordered by priority. Who is passed over long enough gets its turn: one of the user
// lanes, and the user lanes behind the system lane. A message never overtakes what came before it
// in the system lane.

#include <algorithm>
#include <array>
#include <cstdint>
#include <memory>
#include <utility>

#include "base/limits.hpp"
#include "model/envelope.hpp"
#include "troupe/mailbox.hpp"

namespace troupe {

// Thread: owner only (the actor's home worker).
// Owns:   every envelope pushed and not yet popped.
// Bounds: MailboxBounds; with `refuse` plus what senders were already told is accepted: at most one
//         outbox of each actor, and an inbox of what comes from other workers and from outside. The
//         system lane is bounded by the requests, timers and watches its owner may have, and one
//         health check.
class Mailbox {
 public:
  // For those bounds, which come again with each call.
  explicit Mailbox(const MailboxBounds& bounds)
      : sure_kib_(static_cast<std::uint16_t>(
            std::min<std::uint64_t>(bounds.bytes / limits::KiB, UINT16_MAX))),
        sure_messages_(
            static_cast<std::uint16_t>(std::min<std::uint32_t>(bounds.messages, UINT16_MAX))) {}

  // `dropped` gets what has to make room, perhaps the envelope itself; mostly nothing. The bounds
  // are the same each time; all actors of a kind share them.
  [[gnu::always_inline]] void push(EnvelopePtr envelope, const MailboxBounds& bounds,
                                   EnvelopeList& dropped) {
    if (is_system(envelope->kind)) {
      ++system_count_;
      system_.push(std::move(envelope));
      return;
    }
    ++user_count_;
    user_bytes_ += envelope->size();
    if (user_count_ >= sure_messages_ || user_bytes_ / limits::KiB >= sure_kib_) [[unlikely]] {
      if (!is_below(bounds) && !has_place_for(*envelope, bounds, dropped)) {
        take_off(*envelope);
        dropped.push(std::move(envelope));
        return;
      }
    }
    append(std::move(envelope));
  }

  // Gives back what was just popped: it is the next of its lane again.
  void put_back(EnvelopePtr envelope);

  // The next to handle; null when empty.
  [[nodiscard]] EnvelopePtr pop(const MailboxBounds& bounds) {
    if (!system_.empty() && (user_count_ == 0 || !is_turn_of_users())) return pop_system();
    return pop_user(bounds);
  }
  // The next of the user lanes; null when they are empty.
  [[nodiscard]] EnvelopePtr pop_user(const MailboxBounds& bounds) {
    EnvelopePtr envelope = others_ == nullptr ? normal_.pop() : pop_by_priority();
    if (envelope == nullptr) return nullptr;
    take_off(*envelope);
    system_turns_ = 0;
    if (full_ && has_room(bounds)) full_ = false;
    return envelope;
  }
  // The next of the system lane; null when that is empty.
  [[nodiscard]] EnvelopePtr pop_system() {
    EnvelopePtr envelope = system_.pop();
    if (envelope != nullptr) --system_count_;
    return envelope;
  }

  // What pop() will give, if all are of normal priority and nobody was passed over for long; null
  // when there is none such.
  [[nodiscard]] const Envelope* first() const {
    return !system_.empty() ? system_.first() : normal_.first();
  }
  // Fetches what pop() will look at, of most actors.
  void fetch_first() const { normal_.fetch_first(); }

  [[nodiscard]] bool empty() const { return system_.empty() && user_count_ == 0; }
  [[nodiscard]] std::uint32_t count() const { return system_count_ + user_count_; }
  [[nodiscard]] bool has_system() const { return !system_.empty(); }
  // Whether senders are to be told `busy`, or wait. Set at capacity.
  [[nodiscard]] bool is_full() const { return full_; }

 private:
  // Most actors are sent nothing but messages of normal priority: the other lanes are made by the
  // first that is of another.
  struct Others {
    std::array<EnvelopeList, priority_count> lanes;  // That of `normal` stays empty.
    std::array<std::uint32_t, priority_count> passed_over{};
    // What was there when the system lane began to pass over all of them.
    std::array<bool, priority_count> waited = {false, true, false, false};
    bool those_who_waited = false;  // Have the next turn.
  };

  static bool is_system(EnvelopeKind kind) {
    return kind != EnvelopeKind::message && kind != EnvelopeKind::request &&
           kind != EnvelopeKind::event;
  }
  [[nodiscard]] bool is_below(const MailboxBounds& bounds) const {
    return user_count_ < bounds.messages && user_bytes_ < bounds.bytes;
  }
  // Of one that was full. Those who were told to come back are not told so for the first free place
  // alone; those who wait are in order there.
  [[nodiscard]] bool has_room(const MailboxBounds& bounds) const {
    if (bounds.when_full == WhenFull::block) {
      return is_below(bounds);
    }
    return user_count_ <= bounds.messages / 4 * 3 && user_bytes_ <= bounds.bytes / 4 * 3;
  }
  void append(EnvelopePtr envelope) {
    if (envelope->priority == Priority::normal) [[likely]] {
      normal_.push(std::move(envelope));
    } else {
      append_other(std::move(envelope));
    }
  }
  void take_off(const Envelope& envelope) {
    --user_count_;
    user_bytes_ -= envelope.size();
  }
  [[nodiscard]] EnvelopeList& lane(std::size_t priority) {
    return priority == std::to_underlying(Priority::normal) ? normal_ : others_->lanes[priority];
  }
  void append_other(EnvelopePtr envelope);
  // Of what has reached the bounds, and is counted already.
  [[nodiscard]] bool has_place_for(const Envelope& arriving, const MailboxBounds& bounds,
                                   EnvelopeList& dropped);
  [[nodiscard]] bool make_room(const Envelope& arriving, const MailboxBounds& bounds,
                               EnvelopeList& dropped);
  [[nodiscard]] EnvelopeList* lane_to_drop_from(std::size_t priority, WhenFull when_full);
  [[nodiscard]] EnvelopePtr pop_by_priority();
  // REQUIRES: something waits on either side. Counts that the user lanes are passed over once more.
  [[nodiscard]] bool is_turn_of_users();
  void wait_for_system();

  EnvelopeList system_;
  EnvelopeList normal_;
  std::unique_ptr<Others> others_;
  std::uint64_t user_bytes_ = 0;
  std::uint32_t user_count_ = 0;
  std::uint32_t system_count_ = 0;
  // With fewer the bounds need no look, who may be far away in memory.
  std::uint16_t sure_kib_;
  std::uint16_t sure_messages_;
  // How often the system lane goes before the user lanes, who are waiting, have their turn. 0: that
  // is not known yet.
  std::uint16_t system_turns_ = 0;
  bool full_ = false;
};
static_assert(sizeof(Mailbox) == 64);

}  // namespace troupe
