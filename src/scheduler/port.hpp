#pragma once
// One thread's letter box: an inbox and the bell that wakes its owner.

#include "base/atomics.hpp"
#include "scheduler/inbox.hpp"
#include "scheduler/parker.hpp"

namespace troupe {

// Thread: push() and push_chain() any thread; the rest by the owner.
template <typename Node, typename Atomics = StdAtomics, typename Event = WakeEvent>
class Port {
 public:
  void push(Node* one) { push_chain(one, one); }
  // Linked newest first, as Inbox has it.
  void push_chain(Node* newest, Node* oldest) {
    inbox_.push_chain(newest, oldest);
    parker_.unpark();
  }

  [[nodiscard]] Node* take_all() { return inbox_.take_all(); }
  [[nodiscard]] bool maybe_empty() const { return inbox_.maybe_empty(); }
  [[nodiscard]] BasicParker<Atomics, Event>& parker() { return parker_; }

 private:
  Inbox<Node, Atomics> inbox_;
  BasicParker<Atomics, Event> parker_;
};

}  // namespace troupe
