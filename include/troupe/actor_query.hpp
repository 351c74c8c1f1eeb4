#pragma once
// Which actors of a node are asked for, and the answer.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "troupe/status.hpp"
#include "troupe/time.hpp"

namespace troupe {

// Whoever fits all that is given. What no actor can fit finds nobody; it is no error.
struct ActorQuery {
  // `*` stands for any characters, `?` for one. With a slash it is a pattern of `app/actor`, else
  // of an actor in the node's own app; "#*" are those without a name. Empty: all.
  std::string name = {};
  std::optional<ActorState> state = {};
  // A part of the component's identity; with `*` or `?` a pattern of the whole. Empty: any.
  std::string component = {};
  // By ActorStatus::age: at least the one, less than the other.
  std::optional<Duration> older_than = {};
  std::optional<Duration> younger_than = {};
  // Those whose full names come behind this one: where an earlier answer ended.
  std::string after = {};
  // How many are shown; 0 only counts. Memory and answer grow with it.
  std::size_t limit = 1'000;

  friend bool operator==(const ActorQuery&, const ActorQuery&) = default;
};

struct ActorList {
  std::vector<ActorStatus> actors = {};  // By name.
  std::uint64_t more = 0;                // That fit, and come behind these.
};

}  // namespace troupe
