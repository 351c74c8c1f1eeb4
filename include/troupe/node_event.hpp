#pragma once
// What has happened to the actors of a node, as far as an operator wants to know.

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace troupe {

struct NodeEvent {
  enum class Kind : std::uint8_t {
    started,    // A first life is ready. Not told of actors that others have spawned.
    stopped,    // A life has ended well. Of actors that others have spawned it is told only if
                // RuntimeOptions::on_exit is set, or somebody outside waits for that end.
    crashed,    // A life has ended otherwise; there is a crash report.
    restarted,  // A life is ready that follows another.
    escalated,  // A supervisor has given up; of an actor that supervises those it has spawned.
    limit,      // An actor comes close to one of its limits, or native code can't be held to one.
    health,     // An actor has become healthy, degraded or unhealthy.
    refused,    // An actor has refused many messages; once in limits::refusal_window_ms.
    hook,       // A hook of the embedding program took too long.
    ending,     // The node stops.
  };

  std::uint64_t number = 0;   // Counts all events of the node, from 1.
  std::uint64_t wall_ms = 0;  // Since 1970-01-01 UTC.
  Kind kind = Kind::started;
  std::string name = {};    // Of the actor, as in ActorStatus; of the supervisor; or empty.
  std::uint64_t life = 0;   // Of the actor.
  std::string text = {};    // What more there is to say, for people.
  std::uint64_t crash = 0;  // The number of its report; 0: there is none.

  friend bool operator==(const NodeEvent&, const NodeEvent&) = default;
};

inline constexpr std::size_t node_event_kinds = 10;
[[nodiscard]] constexpr std::string_view to_string(NodeEvent::Kind kind) {
  constexpr std::array<std::string_view, node_event_kinds> names{
      "started", "stopped", "crashed", "restarted", "escalated",
      "limit",   "health",  "refused", "hook",      "ending"};
  return names.at(static_cast<std::size_t>(std::to_underlying(kind)));
}

}  // namespace troupe
