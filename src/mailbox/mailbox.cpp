#include "mailbox/mailbox.hpp"

#include <utility>

namespace troupe {
namespace {

// A lane that was passed over this often is served next, whatever its priority.
constexpr std::uint32_t patience = 16;

bool is_system(EnvelopeKind kind) {
  return kind != EnvelopeKind::message && kind != EnvelopeKind::request &&
         kind != EnvelopeKind::event;
}

}  // namespace

void Mailbox::push(EnvelopePtr envelope) {
  if (is_system(envelope->kind)) {
    system_.push(std::move(envelope));
    return;
  }
  ++user_count_;
  user_bytes_ += envelope->size();
  full_ = full_ || user_count_ >= bounds_.messages || user_bytes_ >= bounds_.bytes;
  user_.at(std::to_underlying(envelope->priority)).push(std::move(envelope));
}

EnvelopeList* Mailbox::next_user_lane() {
  EnvelopeList* chosen = nullptr;
  std::size_t chosen_at = 0;
  for (std::size_t lane = priority_count; lane-- > 0;) {
    if (user_[lane].empty()) continue;
    if (chosen == nullptr || passed_over_[lane] >= patience) {
      chosen = &user_[lane];
      chosen_at = lane;
    }
  }
  for (std::size_t lane = 0; lane < priority_count; ++lane) {
    passed_over_[lane] = lane == chosen_at || user_[lane].empty() ? 0 : passed_over_[lane] + 1;
  }
  return chosen;
}

EnvelopePtr Mailbox::pop() {
  if (!system_.empty()) return system_.pop();
  if (user_count_ == 0) return nullptr;
  EnvelopePtr envelope = next_user_lane()->pop();
  --user_count_;
  user_bytes_ -= envelope->size();
  if (user_count_ <= bounds_.messages / 4 * 3 && user_bytes_ <= bounds_.bytes / 4 * 3) {
    full_ = false;
  }
  return envelope;
}

}  // namespace troupe
