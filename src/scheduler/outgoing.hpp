#pragma once
// What one thread has for the inboxes of others, and keeps while they are full.

#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

namespace troupe {

// A list for each inbox. A flush never waits: an inbox that is full gets nothing more, and what is
// for it stays here. Its owner makes nothing more for anybody until all has left (is_held_back()),
// but goes on taking in what arrives, and says so to those who hold back (Port::tell_taken) before
// it sleeps. So two whose inboxes are full of each other's go on.
//
// Nobody wakes who is held back: it looks again after a while.
//
// List:   first in, first out: push(Owner), empty(), and release_all(), which gives up nodes linked
//         by `next`, oldest first. deliveries_of(node) says as how many an inbox counts it.
// Port:   as troupe::Port. Epoch: as PushEpoch, the thread's own.
// Thread: its owner. `ports` and `epoch` outlive it.
// Bounds: what its owner asks for in one turn, and what it is asked to tell others meanwhile.
template <typename List, typename Port, typename Epoch>
class Outgoing {
 public:
  struct World {
    std::span<Port> ports;
    std::uint32_t inbox_messages = 1;  // An inbox with so many is full.
    Epoch& epoch;
  };
  explicit Outgoing(const World& world) : world_(world), lists_(world.ports.size()) {}

  // Before it reads a home that it may push to. It is seen to leave at the next flush that leaves
  // nothing here, whatever comes of it.
  void enter() {
    is_empty_ = false;
    if (!world_.epoch.is_inside()) world_.epoch.enter();
  }
  template <typename Owner>
  void push(std::size_t to, Owner one) {
    is_empty_ = false;
    lists_[to].push(std::move(one));
  }

  [[nodiscard]] std::size_t inboxes() const { return lists_.size(); }
  // Whether a flush has nothing to do.
  [[nodiscard]] bool is_empty() const { return is_empty_; }
  // Whether the last flush left something here.
  [[nodiscard]] bool is_held_back() const { return is_held_back_; }

  struct Flushed {
    bool has_sent = false;
    std::uint32_t full = 0;  // Inboxes that got nothing.
  };
  Flushed flush() {
    Flushed flushed;
    for (std::size_t to = 0; to < lists_.size(); ++to) {
      if (lists_[to].empty()) continue;
      if (world_.ports[to].backlog() >= world_.inbox_messages) {
        ++flushed.full;
        continue;
      }
      push_chain(world_.ports[to], lists_[to].release_all());
      flushed.has_sent = true;
    }
    is_held_back_ = flushed.full > 0;
    is_empty_ = !is_held_back_;
    if (is_empty_ && world_.epoch.is_inside()) world_.epoch.leave();
    return flushed;
  }

 private:
  // An inbox takes chains newest first; a list is oldest first.
  template <typename Node>
  static void push_chain(Port& port, Node* oldest) {
    Node* newest = nullptr;
    std::uint32_t count = 0;
    for (Node* at = oldest; at != nullptr;) {
      count += deliveries_of(*at);
      Node* const next = at->next;
      at->next = newest;
      newest = at;
      at = next;
    }
    port.push_chain(newest, oldest, count);
  }

  World world_;
  std::vector<List> lists_;
  bool is_empty_ = true;
  bool is_held_back_ = false;
};

}  // namespace troupe
