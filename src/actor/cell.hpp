#pragma once
// A cell is an actor as its worker sees it: what stays over its lives, and the present life.

#include <cstdint>
#include <deque>
#include <memory>
#include <vector>

#include "actor/actor_spec.hpp"
#include "actor/actor_stats.hpp"
#include "actor/away.hpp"
#include "engine/engine.hpp"
#include "mailbox/mailbox.hpp"
#include "model/books.hpp"
#include "scheduler/run_queue.hpp"
#include "troupe/address.hpp"

namespace troupe {

// Messages that wait for room, in their order, in front of a mailbox with WhenFull::block.
struct Waiting {
  struct One {
    EnvelopePtr envelope;
    std::uint64_t number = 0;
    AlarmKey alarm = {};
    bool sender_pauses = false;
  };
  std::deque<One> line;
  std::uint64_t last_number = 0;
};

// Thread: home worker only, but for `stats`.
// Owns:   the mailbox and the present life.
class Cell : public Runnable {
 public:
  struct Watcher {
    Address who;
    std::uint64_t number = 0;
  };

  Cell(Address own_address, std::shared_ptr<const ActorSpec> what,
       std::shared_ptr<ActorStats> shared_stats, Bytes own_config)
      : address(own_address),
        spec(std::move(what)),
        stats(std::move(shared_stats)),
        config(std::move(own_config)),
        mailbox(spec->mailbox) {}

  [[nodiscard]] bool is_alive() const { return instance != nullptr; }
  // Alive, or about to be: what is sent to it waits for its turn.
  [[nodiscard]] bool will_run() const { return is_alive() || birth_pending; }
  // While it is held back, only what it has asked for itself.
  [[nodiscard]] bool has_work() const {
    return pauses == 0 ? !mailbox.empty() : mailbox.has_system();
  }

  const Address address;
  const std::shared_ptr<const ActorSpec> spec;
  const std::shared_ptr<ActorStats> stats;
  const Bytes config;

  Mailbox mailbox;
  std::uint64_t life = 0;
  bool birth_pending = false;  // The next turn begins a life.
  std::uint64_t sequence = 0;  // Of request, timer, watch and subscription numbers.

  std::unique_ptr<Waiting> waiting;  // For room in the mailbox.
  std::uint32_t pauses = 0;          // Of its messages that wait for room elsewhere.
  std::unique_ptr<Away> away;        // While a turn goes on beside the worker.
  bool is_leaving = false;           // For another worker.
  Instant ready_since = {};          // When it last got something to do after it had none.
  // Of what it has received, the first `marked` came before `marked_at`, the rest later.
  std::uint64_t marked = 0;
  Instant marked_at = {};
  std::uint16_t from_partner = 0;  // Messages in a row, without any from its own worker.
  Address partner = {};            // Of another worker.
  Instant settled_until = {};      // It does not move before.

  // The present life; null between two.
  std::unique_ptr<Instance> instance;
  Books books;
  std::vector<Watcher> watchers;
  std::uint64_t memory_at_boot = 0;
  std::uint64_t memory_seen = 0;
  bool memory_warned = false;
};

}  // namespace troupe
