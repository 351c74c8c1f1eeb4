#pragma once
// One thread's letter box: an inbox and the bell that wakes its owner.

#include <atomic>
#include <cstdint>

#include "base/atomics.hpp"
#include "scheduler/inbox.hpp"
#include "scheduler/parker.hpp"

namespace troupe {

// Thread: push() and push_chain() any thread; the rest by the owner.
template <typename Node, typename Atomics = StdAtomics, typename Event = WakeEvent>
class Port {
 public:
  void push(Node* one) { push_chain(one, one, 1); }
  // Linked newest first, as Inbox has it; `count` of them.
  void push_chain(Node* newest, Node* oldest, std::uint32_t count) {
    backlog_.fetch_add(count, std::memory_order_relaxed);
    inbox_.push_chain(newest, oldest);
    parker_.unpark();
  }
  // How many were pushed and not yet taken; a moment ago.
  [[nodiscard]] std::uint32_t backlog() const { return backlog_.load(std::memory_order_relaxed); }

  [[nodiscard]] Node* take_all() { return inbox_.take_all(); }
  // That many of them are taken care of.
  void took(std::uint32_t count) { backlog_.fetch_sub(count, std::memory_order_relaxed); }
  [[nodiscard]] bool maybe_empty() const { return inbox_.maybe_empty(); }
  [[nodiscard]] BasicParker<Atomics, Event>& parker() { return parker_; }

 private:
  Inbox<Node, Atomics> inbox_;
  std::atomic<std::uint32_t> backlog_{0};  // Orders nothing.
  BasicParker<Atomics, Event> parker_;
};

}  // namespace troupe
