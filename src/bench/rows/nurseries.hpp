#pragma once
// A node full of parked actors, for rows that want many.

#include <cstdint>
#include <string>

#include "bench/rows/actor_kind.hpp"
#include "bench/rows/bench_node.hpp"
#include "troupe/address.hpp"

namespace troupe::bench {

enum class Naming : std::uint8_t { by_address, by_name };

// One worker; a head, its nurseries of at most 1,000 actors each, and these: children supervised by
// their nursery, with the limits that every actor has by default.
// Thread: the measuring one.
class Nurseries {
 public:
  // `actors`: a multiple of their size that has at most 1,000 nurseries; spawned by spawn().
  Nurseries(const ActorKind& kind, std::uint64_t actors, Naming naming);

  // Returns when all have started.
  void spawn();
  // Each gets a message and sends one back; how many came.
  [[nodiscard]] std::uint64_t ask();
  // One of them gets a message from outside and answers; 1.
  [[nodiscard]] std::uint64_t ask_one();
  // Returns when all have ended.
  void end();
  // Returns when the node has forgotten them, too.
  void settle();

  [[nodiscard]] std::uint64_t actors() const { return nurseries_ * size_; }
  [[nodiscard]] BenchNode& node() { return node_; }

 private:
  std::uint64_t size_;
  std::uint64_t nurseries_;
  BenchNode node_;
  Address head_;
  Address one_ = {};
};

}  // namespace troupe::bench
