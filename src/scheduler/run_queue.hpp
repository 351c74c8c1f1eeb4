#pragma once
// The actors that have something to do, in the order in which they got it.

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
    one.next_runnable = nullptr;
    (tail_ != nullptr ? tail_->next_runnable : head_) = &one;
    tail_ = &one;
  }

  // The one that has waited longest; null when there is none.
  [[nodiscard]] Runnable* take() {
    Runnable* first = head_;
    if (first == nullptr) return nullptr;
    head_ = first->next_runnable;
    if (head_ == nullptr) tail_ = nullptr;
    first->is_queued = false;
    return first;
  }

  // Takes one out of the middle, because it is about to be destroyed. Linear.
  void remove(Runnable& one) {
    if (!one.is_queued) return;
    Runnable* before = nullptr;
    for (Runnable* at = head_; at != nullptr; before = at, at = at->next_runnable) {
      if (at != &one) continue;
      (before != nullptr ? before->next_runnable : head_) = at->next_runnable;
      if (tail_ == at) tail_ = before;
      one.is_queued = false;
      return;
    }
  }

  [[nodiscard]] bool empty() const { return head_ == nullptr; }

 private:
  Runnable* head_ = nullptr;
  Runnable* tail_ = nullptr;
};

}  // namespace troupe
