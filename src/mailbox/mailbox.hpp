#pragma once
// A mailbox holds what an actor has been sent and has not yet handled.
//
// Answers, timers, exits and stop wait in the system lane and overtake the user lanes; the user
// lanes are ordered by priority, and a lane that is passed over long enough gets its turn. Senders
// ask whether there is room *before* they send (is_full): what arrives was accepted and is kept.

#include <array>
#include <cstdint>

#include "base/limits.hpp"
#include "model/envelope.hpp"

namespace troupe {

// From the manifest.
struct MailboxBounds {
  std::uint32_t messages = limits::mailbox_messages_default;  // In the user lanes.
  std::uint64_t bytes = limits::mailbox_bytes_default;        // Payload bytes in them.
};

// Thread: owner only (the actor's home worker).
// Owns:   every envelope pushed and not yet popped.
// Bounds: MailboxBounds, plus what senders were already told is accepted: at most one outbox each.
//         The system lane is bounded by the requests, timers and watches its owner may have.
class Mailbox {
 public:
  explicit Mailbox(MailboxBounds bounds) : bounds_(bounds) {}

  void push(EnvelopePtr envelope);
  // The next to handle; null when empty.
  [[nodiscard]] EnvelopePtr pop();
  [[nodiscard]] bool empty() const { return system_.empty() && user_count_ == 0; }
  [[nodiscard]] std::uint32_t count() const { return system_.count() + user_count_; }
  // Set at capacity, cleared at three quarters of it, so that senders are not told to come back
  // for a single place.
  [[nodiscard]] bool is_full() const { return full_; }

 private:
  [[nodiscard]] EnvelopeList* next_user_lane();

  MailboxBounds bounds_;
  EnvelopeList system_;
  std::array<EnvelopeList, priority_count> user_;
  std::array<std::uint32_t, priority_count> passed_over_{};
  std::uint32_t user_count_ = 0;
  std::uint64_t user_bytes_ = 0;
  bool full_ = false;
};

}  // namespace troupe
