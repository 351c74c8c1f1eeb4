#pragma once
// The actors that have something to do, in the order in which they got it; but who was just sent
// something by the one that runs may go first, since what it is sent is at hand.

#include <cstdint>

namespace troupe {

// Embedded in whatever runs. Being queued twice is a bug of the queue's owner; ready() says no.
struct Runnable {
  Runnable* next_runnable = nullptr;
  bool is_queued = false;
};

// Thread: owner only (one worker).
// Owns:   nothing.
class RunQueue {
 public:
  // Appends it unless it is queued already.
  void ready(Runnable& one) {
    if (one.is_queued) return;
    one.is_queued = true;
    ++count_;
    append(one);
  }
  // Likewise, but it is the next; who was the next waits behind all others.
  void ready_next(Runnable& one) {
    if (one.is_queued) return;
    one.is_queued = true;
    ++count_;
    if (next_ != nullptr) append(*next_);
    next_ = &one;
  }

  // The next, or the one that has waited longest; null when there is none.
  [[nodiscard]] Runnable* take() {
    Runnable* one = next_;
    if (one != nullptr && (head_ == nullptr || nexts_in_a_row_ < next_in_a_row_max)) {
      ++nexts_in_a_row_;
      next_ = nullptr;
    } else {
      nexts_in_a_row_ = 0;
      one = head_;
      if (one == nullptr) return nullptr;
      head_ = one->next_runnable;
      if (head_ == nullptr) tail_ = nullptr;
    }
    --count_;
    one->is_queued = false;
    return one;
  }

  // Takes one out of the middle, because it is about to be destroyed. Linear.
  void remove(Runnable& one) {
    if (!one.is_queued) return;
    --count_;
    if (next_ == &one) {
      next_ = nullptr;
      one.is_queued = false;
      return;
    }
    Runnable* before = nullptr;
    for (Runnable* at = head_; at != nullptr; before = at, at = at->next_runnable) {
      if (at != &one) continue;
      (before != nullptr ? before->next_runnable : head_) = at->next_runnable;
      if (tail_ == at) tail_ = before;
      one.is_queued = false;
      return;
    }
  }

  [[nodiscard]] bool empty() const { return count_ == 0; }
  [[nodiscard]] std::uint32_t count() const { return count_; }

 private:
  static constexpr std::uint32_t next_in_a_row_max = 3;

  void append(Runnable& one) {
    one.next_runnable = nullptr;
    (tail_ != nullptr ? tail_->next_runnable : head_) = &one;
    tail_ = &one;
  }

  Runnable* next_ = nullptr;
  std::uint32_t nexts_in_a_row_ = 0;
  std::uint32_t count_ = 0;
  Runnable* head_ = nullptr;
  Runnable* tail_ = nullptr;
};

}  // namespace troupe
