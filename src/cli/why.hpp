#pragma once
// Why an actor is as it is: what it does or waits for, how its lives ended, and what to do. Pure.

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "troupe/exit_event.hpp"
#include "troupe/status.hpp"

namespace troupe {

// "ready for 2s, in its life 4"; "failed, its life 4 began 2s ago"
[[nodiscard]] std::string state_text(const ActorStatus& actor);

struct Explanation {
  std::string now;                  // "ready for 2s, in its life 4: waits for messages"
  std::vector<std::string> limits;  // How far used: "memory 1.0MiB of 64.0MiB (2 %)"
  std::vector<std::string> ends;    // The latest crashes and what was decided, newest first.
  std::string advice;               // One line.
};

// `actor` is none if it is gone; `crashes` are its own, oldest first. REQUIRES: either is there.
[[nodiscard]] Explanation explain(const std::optional<ActorDetails>& actor,
                                  std::span<const ExitEvent> crashes);

}  // namespace troupe
