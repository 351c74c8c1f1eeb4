#pragma once
// What a simulated run is about: its messages, and those who hear what becomes of them.

#include <array>
#include <cstdint>
#include <cstring>
#include <functional>
#include <optional>
#include <random>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/format.hpp"
#include "base/limits.hpp"
#include "faults.hpp"
#include "io/sim_clock.hpp"
#include "told.hpp"
#include "troupe/address.hpp"
#include "troupe/bytes.hpp"
#include "troupe/dead_letter.hpp"
#include "troupe/mailbox.hpp"
#include "troupe/outcome.hpp"

namespace troupe::simulation {

// A message that somebody wanted to send.
struct Record {
  std::uint32_t sender = 0;  // A player, or World::outside_sender.
  std::uint32_t receiver = 0;
  Priority priority = Priority::normal;
  std::uint64_t sequence = 0;  // Rises with all that anybody says.
  Instant expires = never;     // Not a dead letter for its age before.
};

// An event that somebody wanted to publish.
struct EventRecord {
  std::uint32_t publisher = 0;
  std::string topic;
  std::uint64_t sequence = 0;  // As above.
};

// What a player has asked for, and hears of later.
enum class Wanted : std::uint8_t { answer, timer };

// Of one player.
struct Bounds {
  std::uint32_t messages = 0;  // In its mailbox.
  WhenFull when_full = WhenFull::refuse;
  std::uint32_t requests = 0;  // Open at once, by one life.
  std::uint32_t timers = 0;    // Likewise.
  std::uint32_t children = 0;
  std::uint64_t payload_bytes = 0;  // Of one message that it sends or is sent.
};

// Thread: one.
class Oracle {
 public:
  Oracle() = default;
  Oracle(const Oracle&) = delete;
  Oracle& operator=(const Oracle&) = delete;
  virtual ~Oracle() = default;

  // Messages, by their index in World::records.
  virtual void accepted(std::uint64_t /*id*/) {}  // And the handler that sent it returned.
  virtual void undone(std::uint64_t /*id*/) {}    // The handler that sent it crashed.
  virtual void handling(std::uint64_t /*id*/, std::uint32_t /*by*/) {}
  virtual void handled(std::uint64_t /*id*/) {}
  virtual void crashed(std::uint64_t /*id*/) {}
  virtual void dead(std::uint64_t /*id*/, DeadReason /*why*/) {}
  // Requests and timers, by the life that asked (World::lives_begun) and its number.
  virtual void asked(std::uint64_t /*life*/, std::uint64_t /*number*/, Wanted /*what*/) {}
  // Refused, as it has too many already; `more` were accepted in the same handler.
  virtual void over_quota(std::uint64_t /*life*/, Wanted /*what*/, std::size_t /*more*/) {}
  virtual void told(std::uint64_t /*life*/, std::uint64_t /*number*/) {}
  // A call of a player (by index), or of another sender.
  virtual void refused(std::uint32_t /*sender*/, Refusal /*why*/) {}
  // Lives, of players (by index) and of the children that they spawn.
  virtual void life_began(std::uint64_t /*life*/, std::uint32_t /*player*/) {}
  virtual void called(std::uint64_t /*life*/) {}
  virtual void life_crashed(std::uint64_t /*life*/) {}  // It has said so; there is no more to do.
  virtual void life_ended(std::uint64_t /*life*/) {}
  virtual void child_began(std::uint64_t /*parent_life*/, std::uint32_t /*parent*/) {}
  virtual void child_ended(std::uint32_t /*parent*/) {}
  // The node has; the lives should have.
  virtual void node_ended() {}
  // Events, by their index in World::events; subscriptions, by life and number.
  virtual void published(std::uint64_t /*event*/) {}  // And the handler returned.
  virtual void subscribed(std::uint64_t /*life*/, std::uint64_t /*number*/,
                          std::string_view /*filter*/) {}
  virtual void unsubscribed(std::uint64_t /*life*/, std::uint64_t /*number*/) {}
  struct Hearing {
    std::uint64_t event = 0;
    std::uint32_t by = 0;  // A player.
    std::uint64_t life = 0;
    std::uint64_t number = 0;
  };
  virtual void hearing(const Hearing& /*what*/) {}
  // Everything has come to its end.
  virtual void finish() {}
};

// Thread: one.
class World : public Told<Oracle> {
 public:
  static constexpr std::uint32_t outside_sender = UINT32_MAX;
  static constexpr std::uint32_t first_child_sender = 1'000;  // Each child's life has its own.

  // What a player sends or is sent in one message; more than any message has.
  static constexpr std::array<std::uint64_t, 3> payload_bounds{256, 64 * limits::KiB,
                                                               8 * limits::MiB};
  // In the payloads and configs of calls that have to be refused.
  static constexpr std::uint64_t refused_id = UINT64_MAX;

  static constexpr std::uint64_t burst_max = 3;  // Messages of one handler.
  static constexpr std::uint64_t slice_max = 8;  // From outside, before the node goes on.

  World(std::uint64_t seed, SimClock& sim_clock, FaultPlan& fault_plan)
      : Told(fault_plan), clock(sim_clock), random_(seed) {}

  // --- Chance
  [[nodiscard]] std::uint64_t below(std::uint64_t bound) { return random_() % bound; }
  [[nodiscard]] bool chance(std::uint64_t percent) { return below(100) < percent; }

  // --- Messages
  // A new one, with a payload that names it and has some more bytes.
  Bytes draft(std::uint32_t sender, std::uint32_t receiver, Priority priority) {
    const std::uint64_t id = records.size();
    records.push_back({.sender = sender,
                       .receiver = receiver,
                       .priority = priority,
                       .sequence = ++last_sequence_});
    Bytes payload(sizeof id + (chance(30) ? below(200) : 0));
    std::memcpy(payload.data(), &id, sizeof id);
    return payload;
  }
  [[nodiscard]] std::uint64_t last_id() const { return records.size() - 1; }
  // Likewise, an event.
  Bytes draft_event(std::uint32_t publisher, std::string topic) {
    const std::uint64_t id = events.size();
    events.push_back({publisher, std::move(topic), ++last_sequence_});
    Bytes payload(sizeof id + (chance(30) ? below(200) : 0));
    std::memcpy(payload.data(), &id, sizeof id);
    return payload;
  }
  [[nodiscard]] std::uint64_t last_event() const { return events.size() - 1; }
  [[nodiscard]] static std::uint64_t id_in(BytesView payload) {
    std::uint64_t id = 0;
    std::memcpy(&id, payload.data(), sizeof id);
    return id;
  }

  SimClock& clock;
  std::size_t workers = 1;
  std::vector<Record> records;
  std::vector<EventRecord> events;
  std::function<bool()> is_away;               // The turn that asks, beside its worker.
  Duration stays_away = {};                    // The next that leaves; not said: as chance has it.
  std::function<std::uint64_t()> unseen_dead;  // Letters that no oracle has been told of yet.
  std::vector<Address> players;
  std::vector<Bounds> bounds;    // Each player's.
  std::vector<bool> is_stopped;  // Each player, for good.
  std::vector<bool> forgets;     // Each, when a life of it ends, what waits.
  std::vector<bool> listens;     // Each player, whether it subscribes to anything.
  std::uint64_t lives_begun = 0;
  std::uint32_t children_begun = 0;
  std::uint64_t messages_left = 0;  // Nobody sends beyond.
  bool is_over = false;             // Who is sent anything only publishes.
  bool is_stopping = false;         // The node begins nothing new.
  Address latest_child = {};        // That any player has spawned, or wanted to,
  std::uint32_t latest_parent = 0;  // and which.

 private:
  std::mt19937_64 random_;
  std::uint64_t last_sequence_ = 0;
};

}  // namespace troupe::simulation
