#pragma once
// The way into a worker from other threads: many producers push chains, one consumer takes all.

#include <atomic>

#include "base/atomics.hpp"

namespace troupe {

// An intrusive stack that is taken whole and turned round: the linear order of the pushes is the
// order in which the consumer sees them, so per-pair order holds.
//
// Node: has a member `Node* next`.
// Thread: push_chain() from any thread; take_all() by the owner; maybe_empty() from any thread.
// Owns:   nothing; the owner drains it before it is destroyed.
// Method: R. K. Treiber, "Systems programming: coping with parallelism", IBM RJ 5118, 1986; taking
//         everything at once leaves no room for the ABA problem.
template <typename Node, typename Atomics = StdAtomics>
class Inbox {
 public:
  Inbox() = default;
  Inbox(const Inbox&) = delete;
  Inbox& operator=(const Inbox&) = delete;
  ~Inbox() = default;

  // A chain is linked newest first: newest->next->...->oldest.
  void push_chain(Node* newest, Node* oldest) {
    Node* top = Atomics::guess(top_);
    do {
      oldest->next = top;
    } while (!top_.compare_exchange_weak(top, newest, Atomics::order(push_order),
                                         std::memory_order_relaxed));
  }

  // All that was pushed, oldest first, linked by `next`; null when there is nothing.
  [[nodiscard]] Node* take_all() {
    Node* newest = top_.exchange(nullptr, Atomics::order(take_order));
    Node* oldest_first = nullptr;
    while (newest != nullptr) {
      Node* next = newest->next;
      newest->next = oldest_first;
      oldest_first = newest;
      newest = next;
    }
    return oldest_first;
  }

  [[nodiscard]] bool maybe_empty() const {
    return top_.load(Atomics::order(look_order)) == nullptr;
  }

 private:
  // The push comes before the producer's look at `parked`, the look after the consumer's store to
  // it (Parker): all four are seq_cst. The push also releases what the chain holds to take_all().
  static constexpr Ordering push_order{"Inbox.push", std::memory_order_seq_cst};
  static constexpr Ordering take_order{"Inbox.take", std::memory_order_acquire};
  static constexpr Ordering look_order{"Inbox.look", std::memory_order_seq_cst};

  Atomics::template Atomic<Node*> top_{nullptr};
};

}  // namespace troupe
