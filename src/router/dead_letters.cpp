#include "router/dead_letters.hpp"

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

namespace troupe {

void DeadLetters::add(EnvelopePtr envelope, DeadReason reason, Instant at) {
  counts_.at(std::to_underlying(reason)).fetch_add(1, std::memory_order_relaxed);
  const std::lock_guard lock(mutex_);
  bytes_ += envelope->size();
  kept_.push_back({std::move(envelope), reason, at});
  while (kept_.size() > limits::dead_letters_max || bytes_ > limits::dead_letters_bytes_max) {
    bytes_ -= kept_.front().envelope->size();
    kept_.pop_front();
  }
}

std::vector<DeadLetter> DeadLetters::latest(std::size_t at_most) const {
  const std::lock_guard lock(mutex_);
  std::vector<DeadLetter> list;
  list.reserve(std::min(at_most, kept_.size()));
  for (auto one = kept_.rbegin(); one != kept_.rend() && list.size() < at_most; ++one) {
    const Envelope& envelope = *one->envelope;
    const BytesView payload = envelope.payload();
    list.push_back({.reason = one->reason,
                    .at = one->at,
                    .receiver = envelope.receiver,
                    .sender = envelope.sender == outside ? nobody : envelope.sender,
                    .is_request = envelope.kind == EnvelopeKind::request,
                    .topic = std::string(envelope.kind == EnvelopeKind::event ? envelope.topic()
                                                                              : std::string_view()),
                    .message_id = envelope.id,
                    .payload = Bytes(payload.begin(), payload.end())});
  }
  return list;
}

}  // namespace troupe
