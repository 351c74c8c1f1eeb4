#pragma once
// One thread's letter box: an inbox and the bell that wakes its owner.

#include "scheduler/inbox.hpp"
#include "scheduler/parker.hpp"

namespace troupe {

// Thread: push() and push_chain() any thread; the rest by the owner.
template <typename Node>
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
  [[nodiscard]] Parker& parker() { return parker_; }

 private:
  Inbox<Node> inbox_;
  Parker parker_;
};

}  // namespace troupe
