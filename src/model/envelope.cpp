#include "model/envelope.hpp"

#include <cstring>
#include <new>

#include "base/check.hpp"

namespace troupe {

Body* Body::make_empty(std::size_t size, std::unique_ptr<Note> note) {
  CHECK(size <= UINT32_MAX);
  void* place = Pool::allocate(sizeof(Body) + size);
  auto* body = new (place) Body(static_cast<std::uint32_t>(size), std::move(note));
  return body;
}

Body* Body::make(BytesView bytes, std::unique_ptr<Note> note) {
  Body* body = make_empty(bytes.size(), std::move(note));
  if (!bytes.empty()) std::memcpy(body->data(), bytes.data(), bytes.size());
  return body;
}

Body* Body::make_of_two(BytesView bytes, std::string_view more) {
  Body* body = make_empty(bytes.size() + more.size(), nullptr);
  if (!bytes.empty()) std::memcpy(body->data(), bytes.data(), bytes.size());
  if (!more.empty()) std::memcpy(body->data() + bytes.size(), more.data(), more.size());
  return body;
}

void Body::release(std::uint32_t times) {
  // Whoever holds all that are left races with nobody, and needs no locked instruction.
  if (references_.load(std::memory_order_acquire) != times &&
      references_.fetch_sub(times, std::memory_order_acq_rel) != times) {
    return;
  }
  this->~Body();
  Pool::release(this);
}

void Envelope::fill(BytesView payload, std::unique_ptr<Note> note) {
  if (note == nullptr) {
    fill(payload);
    return;
  }
  size_ = static_cast<std::uint32_t>(payload.size());
  body_ = Body::make(payload, std::move(note));
  has_body_ = true;
}

void Envelope::fill_otherwise(BytesView payload) {
  if (payload.size() <= inline_bytes) {
    std::memcpy(inline_, payload.data(), payload.size());
  } else {
    body_ = Body::make(payload, nullptr);
    has_body_ = true;
  }
}

EnvelopeList::EnvelopeList(EnvelopeList&& other) noexcept
    : head_(std::exchange(other.head_, nullptr)), tail_(other.tail_) {}

EnvelopeList& EnvelopeList::operator=(EnvelopeList&& other) noexcept {
  if (this != &other) {
    while (!empty()) pop().reset();
    head_ = std::exchange(other.head_, nullptr);
    tail_ = other.tail_;
  }
  return *this;
}

EnvelopeList::~EnvelopeList() {
  while (!empty()) pop().reset();
}

Envelope* EnvelopeList::release_all() { return std::exchange(head_, nullptr); }

}  // namespace troupe
