#pragma once
// Why an actor is as it is: what it does or waits for, how its lives ended, and what to do. Pure.

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "troupe/exit_event.hpp"
#include "troupe/node_event.hpp"
#include "troupe/status.hpp"

namespace troupe {

// "ready for 2s, in its life 4"; "failed, its life 4 began 2s ago"
[[nodiscard]] std::string state_text(const ActorStatus& actor);

struct Explanation {
  std::string now;                  // "ready for 2s, in its life 4: waits for messages"
  std::vector<std::string> limits;  // How far used: "memory 1.0MiB of 64.0MiB (2 %)"
  std::vector<std::string> ends;    // How lives ended and what was decided of late, newest last.
  std::string advice;               // One line.
};

// Of one that is gone, how its last life ended if it did so well: the latest of its events, which
// come oldest first. Null: it did not, or nobody knows.
[[nodiscard]] const NodeEvent* good_end_of(std::span<const NodeEvent> events);

// "it is gone: its life 2 ended at 15:04:05 (normal; ended)"
[[nodiscard]] std::string gone_text(const NodeEvent* good_end);

// `actor` is none if it is gone; `crashes` and `events` are its own, oldest first.
// REQUIRES: it is there, or a crash of it, or its good end.
[[nodiscard]] Explanation explain(const std::optional<ActorDetails>& actor,
                                  std::span<const ExitEvent> crashes,
                                  std::span<const NodeEvent> events = {});

}  // namespace troupe
