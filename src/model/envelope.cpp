#include "model/envelope.hpp"

#include <cstring>
#include <new>

#include "base/check.hpp"

namespace troupe {

Body* Body::make(BytesView bytes, std::unique_ptr<Note> note) {
  CHECK(bytes.size() <= UINT32_MAX);
  void* place = Pool::allocate(sizeof(Body) + bytes.size());
  auto* body = new (place) Body(static_cast<std::uint32_t>(bytes.size()), std::move(note));
  if (!bytes.empty()) {
    std::memcpy(static_cast<std::uint8_t*>(place) + sizeof(Body), bytes.data(), bytes.size());
  }
  return body;
}

void Body::release() {
  if (references_.fetch_sub(1, std::memory_order_acq_rel) != 1) return;
  this->~Body();
  Pool::release(this);
}

BytesView Body::bytes() const {
  return {reinterpret_cast<const std::uint8_t*>(this) + sizeof(Body), size_};
}

EnvelopePtr Envelope::share_with(Address to, std::uint64_t as_number) const {
  EnvelopePtr copy(new Envelope({.kind = kind,
                                 .priority = priority,
                                 .receiver = to,
                                 .sender = sender,
                                 .number = as_number,
                                 .deadline = deadline,
                                 .id = id}));
  copy->size_ = size_;
  copy->has_body_ = has_body_;
  if (has_body_) {
    body_->retain();
    copy->body_ = body_;
  } else {
    std::memcpy(copy->inline_, inline_, inline_bytes);
  }
  return copy;
}

EnvelopeList::EnvelopeList(EnvelopeList&& other) noexcept
    : head_(std::exchange(other.head_, nullptr)),
      tail_(std::exchange(other.tail_, nullptr)),
      count_(std::exchange(other.count_, 0)) {}

EnvelopeList& EnvelopeList::operator=(EnvelopeList&& other) noexcept {
  if (this != &other) {
    while (!empty()) pop().reset();
    head_ = std::exchange(other.head_, nullptr);
    tail_ = std::exchange(other.tail_, nullptr);
    count_ = std::exchange(other.count_, 0);
  }
  return *this;
}

EnvelopeList::~EnvelopeList() {
  while (!empty()) pop().reset();
}

Envelope* EnvelopeList::release_all() {
  tail_ = nullptr;
  count_ = 0;
  return std::exchange(head_, nullptr);
}

}  // namespace troupe
