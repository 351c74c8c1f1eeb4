#pragma once
// A queue in one block of memory that doubles when it is full: nothing while it is empty, little
// while it holds little.

#include <cstddef>
#include <type_traits>
#include <utility>
#include <vector>

#include "base/check.hpp"

namespace troupe {

// Thread: its owner's.
// Bounds: the owner's, who pops before it pushes beyond them.
template <typename T>
class GrowingRing {
  static_assert(std::is_trivially_copyable_v<T>);

 public:
  [[nodiscard]] std::size_t size() const { return size_; }
  [[nodiscard]] bool empty() const { return size_ == 0; }
  // From the oldest on.
  [[nodiscard]] const T& operator[](std::size_t index) const { return slots_[slot_of(index)]; }
  [[nodiscard]] const T& front() const { return (*this)[0]; }
  [[nodiscard]] const T& back() const { return (*this)[size_ - 1]; }

  [[nodiscard]] std::size_t heap_bytes() const { return slots_.capacity() * sizeof(T); }

  void push_back(const T& value) {
    if (size_ == slots_.size()) grow();
    slots_[slot_of(size_)] = value;
    ++size_;
  }

  void pop_front() {
    CHECK(size_ > 0);
    first_ = slot_of(1);
    --size_;
  }

 private:
  // The number of slots is a power of 2.
  [[nodiscard]] std::size_t slot_of(std::size_t index) const {
    return (first_ + index) & (slots_.size() - 1);
  }

  void grow() {
    constexpr std::size_t slots_min = 4;
    std::vector<T> larger(slots_.empty() ? slots_min : 2 * slots_.size());
    for (std::size_t index = 0; index < size_; ++index) larger[index] = (*this)[index];
    slots_ = std::move(larger);
    first_ = 0;
  }

  std::vector<T> slots_;
  std::size_t first_ = 0;
  std::size_t size_ = 0;
};

}  // namespace troupe
