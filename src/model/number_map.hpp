#pragma once
// From an actor's numbers to what they stand for.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>

namespace troupe {

// Open addressing with linear probing. Numbers come from one sequence, so they are their own hash:
// those that live at the same time mostly lie side by side.
//
// Key:    not 0, to add.
// Thread: one at a time.
// Cost:   constant; memory only when more numbers live at once than before, none at all until then.
// Method: deletion shifts back what follows, so that no markers pile up (D. Knuth, The Art of
//         Computer Programming, vol. 3, 6.4, algorithm R).
template <typename Value>
class NumberMap {
 public:
  NumberMap() = default;
  NumberMap(NumberMap&& other) noexcept
      : entries_(std::move(other.entries_)),
        mask_(std::exchange(other.mask_, 0)),
        size_(std::exchange(other.size_, 0)) {}
  NumberMap& operator=(NumberMap&& other) noexcept {
    entries_ = std::move(other.entries_);
    mask_ = std::exchange(other.mask_, 0);
    size_ = std::exchange(other.size_, 0);
    return *this;
  }
  NumberMap(const NumberMap&) = delete;
  NumberMap& operator=(const NumberMap&) = delete;
  ~NumberMap() = default;

  // REQUIRES: it is not there yet. The reference is good until the next change.
  Value& add(std::uint64_t number, Value value = {}) {
    if (entries_ == nullptr || (size_ + 1) * 4 > capacity() * 3) grow();
    Entry& place = entries_[free_place(number)];
    place.number = number;
    place.value = std::move(value);
    ++size_;
    return place.value;
  }

  // Null if it is not there; good until the next change.
  [[nodiscard]] Value* find(std::uint64_t number) {
    if (size_ == 0) return nullptr;
    for (std::size_t at = number & mask_; entries_[at].number != 0; at = (at + 1) & mask_) {
      if (entries_[at].number == number) return &entries_[at].value;
    }
    return nullptr;
  }
  [[nodiscard]] bool contains(std::uint64_t number) { return find(number) != nullptr; }

  // Whether it was there; 0 never is, though guests may ask for it.
  bool erase(std::uint64_t number) {
    if (size_ == 0 || number == 0) return false;
    std::size_t hole = number & mask_;
    for (; entries_[hole].number != number; hole = (hole + 1) & mask_) {
      if (entries_[hole].number == 0) return false;
    }
    --size_;
    for (std::size_t at = (hole + 1) & mask_; entries_[at].number != 0; at = (at + 1) & mask_) {
      // It may move only if that does not take it in front of where its search begins.
      const std::size_t home = entries_[at].number & mask_;
      if (((at - home) & mask_) < ((at - hole) & mask_)) continue;
      entries_[hole] = std::move(entries_[at]);
      hole = at;
    }
    entries_[hole] = {};
    return true;
  }

  // visit(number, Value&), in no order. The map does not change meanwhile.
  template <typename Visit>
  void for_each(const Visit& visit) {
    for (std::size_t at = 0; at < capacity(); ++at) {
      if (entries_[at].number != 0) visit(entries_[at].number, entries_[at].value);
    }
  }

  [[nodiscard]] std::size_t size() const { return size_; }
  [[nodiscard]] bool empty() const { return size_ == 0; }

 private:
  struct Entry {
    std::uint64_t number = 0;  // 0: free.
    Value value{};
  };
  static constexpr std::size_t capacity_min = 4;

  [[nodiscard]] std::size_t capacity() const { return entries_ == nullptr ? 0 : mask_ + 1; }

  [[nodiscard]] std::size_t free_place(std::uint64_t number) const {
    std::size_t at = number & mask_;
    while (entries_[at].number != 0) at = (at + 1) & mask_;
    return at;
  }

  void grow() {
    const std::size_t old_capacity = capacity();
    const std::unique_ptr<Entry[]> old = std::move(entries_);
    const std::size_t wider = old_capacity == 0 ? capacity_min : old_capacity * 2;
    entries_ = std::make_unique<Entry[]>(wider);
    mask_ = wider - 1;
    for (std::size_t at = 0; at < old_capacity; ++at) {
      if (old[at].number != 0) entries_[free_place(old[at].number)] = std::move(old[at]);
    }
  }

  std::unique_ptr<Entry[]> entries_;
  std::size_t mask_ = 0;
  std::size_t size_ = 0;
};

}  // namespace troupe
