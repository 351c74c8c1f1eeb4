#include "model/envelope.hpp"

#include <cstring>
#include <new>

#include "base/check.hpp"

namespace troupe {

Body* Body::make(BytesView bytes, std::unique_ptr<Note> note) {
  CHECK(bytes.size() <= UINT32_MAX);
  void* place = ::operator new(sizeof(Body) + bytes.size());
  auto* body = new (place) Body(static_cast<std::uint32_t>(bytes.size()), std::move(note));
  if (!bytes.empty()) {
    std::memcpy(static_cast<std::uint8_t*>(place) + sizeof(Body), bytes.data(), bytes.size());
  }
  return body;
}

void Body::release() {
  if (references_.fetch_sub(1, std::memory_order_acq_rel) != 1) return;
  this->~Body();
  ::operator delete(this);
}

BytesView Body::bytes() const {
  return {reinterpret_cast<const std::uint8_t*>(this) + sizeof(Body), size_};
}

Envelope::Envelope(const Seed& seed)
    : receiver(seed.receiver),
      sender(seed.sender),
      number(seed.number),
      deadline(seed.deadline),
      id(seed.id),
      body_(nullptr),
      kind(seed.kind),
      priority(seed.priority) {}

EnvelopePtr Envelope::make(const Seed& seed, BytesView payload, std::unique_ptr<Note> note) {
  EnvelopePtr envelope(new Envelope(seed));
  envelope->size_ = static_cast<std::uint32_t>(payload.size());
  if (note == nullptr && payload.size() <= inline_bytes) {
    if (!payload.empty()) std::memcpy(envelope->inline_, payload.data(), payload.size());
  } else {
    envelope->body_ = Body::make(payload, std::move(note));
    envelope->has_body_ = true;
  }
  return envelope;
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

Envelope::~Envelope() {
  if (has_body_) body_->release();
}

BytesView Envelope::payload() const {
  return has_body_ ? body_->bytes() : BytesView{inline_, size_};
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

void EnvelopeList::push(EnvelopePtr envelope) {
  Envelope* last = envelope.release();
  last->next = nullptr;
  if (tail_ == nullptr) {
    head_ = last;
  } else {
    tail_->next = last;
  }
  tail_ = last;
  ++count_;
}

EnvelopePtr EnvelopeList::pop() {
  if (head_ == nullptr) return nullptr;
  EnvelopePtr first(head_);
  head_ = first->next;
  if (head_ == nullptr) tail_ = nullptr;
  first->next = nullptr;
  --count_;
  return first;
}

Envelope* EnvelopeList::release_all() {
  tail_ = nullptr;
  count_ = 0;
  return std::exchange(head_, nullptr);
}

}  // namespace troupe
