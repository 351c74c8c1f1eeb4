#include "model/envelope.hpp"

#include <cstring>
#include <new>

#include "base/check.hpp"

namespace troupe {

Body* Body::make(BytesView bytes, std::unique_ptr<Note> note, std::string_view more) {
  const std::size_t size = bytes.size() + more.size();
  CHECK(size <= UINT32_MAX);
  void* place = Pool::allocate(sizeof(Body) + size);
  auto* body = new (place) Body(static_cast<std::uint32_t>(size), std::move(note));
  auto* to = static_cast<std::uint8_t*>(place) + sizeof(Body);
  if (!bytes.empty()) std::memcpy(to, bytes.data(), bytes.size());
  if (!more.empty()) std::memcpy(to + bytes.size(), more.data(), more.size());
  return body;
}

void Body::free() {
  this->~Body();
  Pool::release(this);
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
