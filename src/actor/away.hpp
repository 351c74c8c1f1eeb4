#pragma once
// Turns that took longer than their share: they go on beside their worker, on the thread they began
// on, while another thread drives the worker.
//
// While an actor is away its instance, its books and the turn's outbox are the away thread's. The
// home worker goes on taking messages into the mailbox, and keeps what would touch the books (and
// timers that fire) until the turn is home; nothing of that could reach the guest earlier anyway.

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <variant>
#include <vector>

#include "engine/engine.hpp"
#include "model/actor_turn.hpp"
#include "model/envelope.hpp"
#include "router/worker_inputs.hpp"
#include "scheduler/away_places.hpp"
#include "scheduler/outing.hpp"
#include "scheduler/port.hpp"
#include "troupe/address.hpp"
#include "troupe/health.hpp"
#include "troupe/outcome.hpp"
#include "troupe/time.hpp"

namespace troupe {

using EnvelopePort = Port<Envelope>;

// A timer of a worker.
struct Alarm {
  enum class Kind : std::uint8_t {
    timer,     // Of the actor; fires.
    request,   // Its time is over.
    room,      // A message has waited for room in the actor's mailbox for long enough.
    stop,      // It was asked to stop, and has not in time.
    family,    // A child of it is to be restarted.
    check,     // It is to say how it is.
    start,     // Life `number` is to be ready.
    lost,      // Native code that was killed beside its worker is to have returned.
    snapshot,  // Its state is to be saved.
  };
  Address actor = {};
  std::uint64_t number = 0;
  Kind kind = Kind::timer;
  Instant at = {};
};

// What a guest has done; what follows is the home worker's.
struct Ran {
  enum class Kind : std::uint8_t {
    handler,   // One, with `in_hand`.
    birth,     // boot and start.
    load,      // boot and load.
    stop,      // The stop handler; `in_hand` says how long it may take.
    check,     // A health check; `health` is what it said, unless it has ended.
    save,      // For the next life: `saved`, unless the reply says why not.
    snapshot,  // Likewise, and this life goes on.
  };
  Kind kind = Kind::handler;
  Reply reply = {};
  EnvelopePtr in_hand = {};
  std::uint64_t memory_at_boot = 0;
  Health health = {};
  Duration check_took = {};
  std::unique_ptr<SavedState> saved = {};
};

// Owned by the cell. Thread: each part says whose it is.
struct Away {
  Away(AwayPlaces& places, EnvelopePort& home) : outing(places, home) {}

  // Of both, by its own rules.
  Outing<EnvelopePort> outing;

  // Of the away thread until its `turn_done` arrives, then the home worker's.
  Address actor;
  std::unique_ptr<ActorTurn> turn;
  std::unique_ptr<AwayInputs> inputs;
  TickerHold ticker_hold;
  Ran ran;
  Instant began = {};
  Instant placed = {};   // Of one that went at once: when it could go on.
  bool was_long = true;  // Its guest took more than its share.

  // Of the home worker.
  std::optional<Exit> end;  // It was killed.
  bool is_lost = false;     // It did not return, and counts as ended.
  std::vector<std::variant<EnvelopePtr, Alarm>> kept;
};

}  // namespace troupe
