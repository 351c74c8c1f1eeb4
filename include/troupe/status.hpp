#pragma once
// What a node shows of its actors: how each stands, what they log.

#include <array>
#include <cstdint>
#include <numeric>
#include <optional>
#include <string>
#include <string_view>

#include "troupe/address.hpp"
#include "troupe/dead_letter.hpp"
#include "troupe/health.hpp"
#include "troupe/outcome.hpp"
#include "troupe/time.hpp"

namespace troupe {

// `ended` and `failed`: between two lives, of which the last ended well or did not; it waits for
// the next, or goes.
enum class ActorState : std::uint8_t { creating, starting, ready, stopping, ended, failed };
inline constexpr std::array actor_states{ActorState::creating, ActorState::starting,
                                         ActorState::ready,    ActorState::stopping,
                                         ActorState::ended,    ActorState::failed};
[[nodiscard]] std::string_view to_string(ActorState state);
// None for a word that is no state.
[[nodiscard]] std::optional<ActorState> actor_state_from(std::string_view word);

// One actor, as it was a moment ago.
struct ActorStatus {
  std::string name = {};  // app/actor; "#slot.generation" for one without a name.
  Address address = {};
  std::string component = {};
  std::string supervisor = {};  // "root", or the name given in the manifest.
  std::uint32_t worker = 0;     // Where it runs; it may move.
  ActorState state = ActorState::creating;
  ActorHealth health = {};
  std::uint64_t lives = 0;  // 1 from the first start.
  // Since its present life began; of one that has ended, until the next begins, that one's. Before
  // the first life: since the actor was asked for.
  Duration age = {};
  std::uint64_t received = 0;
  std::uint64_t handled = 0;
  std::uint64_t errors = 0;   // Handlers that returned an error.
  std::uint64_t dropped = 0;  // By its mailbox's policy.
  std::uint64_t expired = 0;  // Before they were handled.
  std::uint64_t dead = 0;     // Accepted for it and not delivered, the expired ones included.
  // Of what it asked for, by reason (Refusal as an index).
  std::array<std::uint64_t, refusal_count> refused_by = {};
  std::uint64_t timed_out = 0;  // Of its requests.
  std::uint64_t orphans = 0;    // Outcomes of its requests that came after the first.
  std::uint32_t queued = 0;
  // At most how long the oldest message in its mailbox has waited; none when nothing waits.
  std::optional<Duration> oldest_queued = {};
  // How long ago it last got something to do, of one that is ready and for whom nothing waits; none
  // if that was before its present life.
  std::optional<Duration> idle = {};
  // How long its oldest unanswered request has waited for its answer.
  std::optional<Duration> oldest_request = {};
  // Of its limits, in use.
  std::uint32_t requests = 0;   // Open.
  std::uint32_t timers = 0;     // Likewise.
  std::uint32_t children = 0;   // That it has spawned.
  std::uint32_t addresses = 0;  // That its guest holds, and responders.
  // How long its present turn has taken, of one that goes on beside its worker.
  std::optional<Duration> long_turn = {};
  // Its turns go on beside its worker from their beginning: it has said so, or the last three took
  // more than 2 ms.
  bool in_long_lane = false;
  Duration turn_time = {};  // That its turns took, all in all; sampled once a millisecond.
  std::uint64_t memory_bytes = 0;
  std::uint64_t memory_peak_bytes = 0;
  std::optional<Exit> last_exit = {};

  [[nodiscard]] std::uint64_t refused() const {
    return std::accumulate(refused_by.begin(), refused_by.end(), std::uint64_t{0});
  }
};

// Upper bounds of one actor.
struct EffectiveLimits {
  std::uint64_t memory_bytes = 0;
  Duration deadline = {};  // Of one handler.
  std::uint32_t mailbox_messages = 0;
  std::uint64_t mailbox_bytes = 0;
  std::uint64_t payload_bytes = 0;  // Of one message to it.
  std::uint32_t requests = 0;       // In flight.
  std::uint32_t timers = 0;
  std::uint32_t children = 0;
  std::uint32_t descendants = 0;
  std::uint32_t addresses = 0;  // That its guest holds.
};

struct ActorDetails {
  ActorStatus status = {};
  std::string restart = {};  // "permanent", "transient", "temporary"
  EffectiveLimits limits = {};
  std::uint32_t descendants = 0;  // Living below it, where its limit is below the node's.
  // Until its next life begins, of one that waits for it; none: it comes at once, or in its turn.
  std::optional<Duration> next_life_in = {};
};

// How long messages waited in mailboxes for the turn that took them: of every so many turns one is
// looked at, by a clock that may be a millisecond late. Quantiles are too high by 1/32 at most.
struct MailboxWaits {
  std::uint64_t looked_at = 0;
  Duration p50 = {};
  Duration p90 = {};
  Duration p99 = {};
  Duration p999 = {};
  Duration most = {};

  friend bool operator==(const MailboxWaits&, const MailboxWaits&) = default;
};

// What a node has counted, of all its actors, those that are gone included.
struct NodeCounters {
  std::uint64_t actors_made = 0;
  std::uint64_t actors_gone = 0;
  std::uint64_t lives_ended = 0;    // However they ended.
  std::uint64_t lives_crashed = 0;  // Of these.
  std::uint64_t received = 0;
  std::uint64_t handled = 0;
  std::uint64_t errors = 0;
  std::uint64_t dropped = 0;
  std::uint64_t expired = 0;
  std::array<std::uint64_t, refusal_count> refused_by = {};  // As in ActorStatus.
  std::uint64_t timed_out = 0;
  std::uint64_t orphans = 0;
  std::array<std::uint64_t, dead_reason_count> dead_by = {};  // DeadReason as an index.
  std::uint64_t moved = 0;                                    // Actors, from worker to worker.
  std::uint64_t paused = 0;     // Senders, until a mailbox with `block` had room.
  std::uint64_t held_back = 0;  // Attempts of a worker to send to one whose inbox was full.
  Duration turn_time = {};      // As in ActorStatus.
  MailboxWaits waits = {};

  friend bool operator==(const NodeCounters&, const NodeCounters&) = default;
};

// Of the actors that are there now: added up, or the oldest.
struct NodeGauges {
  std::uint64_t actors = 0;
  std::uint64_t queued = 0;
  std::optional<Duration> oldest_queued = {};
  std::optional<Duration> oldest_request = {};
  std::uint64_t memory_bytes = 0;
};

// A line of an actor's log.
struct LogLine {
  std::string name = {};
  LogLevel level = LogLevel::info;
  std::string_view text;  // Good during the call. Control characters already made harmless.
};

}  // namespace troupe
