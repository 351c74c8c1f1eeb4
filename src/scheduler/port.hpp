#pragma once
// One thread's letter box: an inbox and the bell that wakes its owner.

#include <atomic>
#include <cstdint>

#include "base/atomics.hpp"
#include "base/mutation.hpp"
#include "scheduler/inbox.hpp"
#include "scheduler/parker.hpp"

namespace troupe {

// What one side writes while both are busy has a cache line for itself: a push costs the pusher
// the inbox's line, and nothing else that the owner has just written.
//
// Thread: push(), push_chain() and backlog() any thread; the rest by the owner.
template <typename Node, typename Atomics = StdAtomics, typename Event = WakeEvent>
class Port {
 public:
  void push(Node* one) { push_chain(one, one, 1); }
  // Linked newest first, as Inbox has it; `count` of them.
  void push_chain(Node* newest, Node* oldest, std::uint32_t count) {
    pushed_.fetch_add(count, std::memory_order_relaxed);
    inbox_.push_chain(newest, oldest);
    MUTATED(wakes_nobody, parker_.unpark(), void());
  }
  // How many were pushed and not yet taken; a moment ago, and perhaps some more.
  [[nodiscard]] std::uint32_t backlog() const {
    // In this order: what was taken was pushed before, so there are never fewer than none.
    const std::uint32_t taken = taken_.load(Atomics::order(look_order));
    return pushed_.load(std::memory_order_relaxed) - taken;
  }

  [[nodiscard]] Node* take_all() { return inbox_.take_all(); }
  // That many of them are taken care of. Those who push see it when there are more than `lag` that
  // they have not seen, or at tell_taken().
  void took(std::uint32_t count, std::uint32_t lag) {
    untold_ += count;
    if (untold_ > lag) tell_taken();
  }
  void tell_taken() {
    if (untold_ == 0) return;
    taken_.store(taken_.load(std::memory_order_relaxed) + untold_, Atomics::order(tell_order));
    untold_ = 0;
  }
  [[nodiscard]] bool maybe_empty() const { return inbox_.maybe_empty(); }
  [[nodiscard]] BasicParker<Atomics, Event>& parker() { return parker_; }

 private:
  static constexpr std::size_t line_bytes = 64;
  // Who sees that something was taken sees that it was pushed: the owner has it from the inbox.
  static constexpr Ordering tell_order{"Port.tell", std::memory_order_release};
  static constexpr Ordering look_order{"Port.look", std::memory_order_acquire};

  using Count = Atomics::template Count<std::uint32_t>;

  alignas(line_bytes) Inbox<Node, Atomics> inbox_;
  alignas(line_bytes) Count pushed_{0};
  alignas(line_bytes) Count taken_{0};  // Written by the owner alone.
  BasicParker<Atomics, Event> parker_;
  // The owner's own.
  alignas(line_bytes) std::uint32_t untold_ = 0;
};

}  // namespace troupe
