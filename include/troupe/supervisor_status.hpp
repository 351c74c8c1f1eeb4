#pragma once
// How a supervisor with a name stands.

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "troupe/time.hpp"

namespace troupe {

// A failure of a child, or another exit that it was restarted after.
struct SupervisedExit {
  Duration ago = {};
  std::string child = {};  // As in ActorStatus; a supervisor by its name.
  std::string exit = {};   // "crashed", "exceeded", "killed" ...
  // What more there is to say of it: "unreachable", "deadline"; of a supervisor "gave up". Empty:
  // nothing, or the report of that crash is not kept any more.
  std::string text = {};
  std::string decision = {};  // "restart", "restart-all", "restart-rest", "leave-ended", "give-up"

  friend bool operator==(const SupervisedExit&, const SupervisedExit&) = default;
};

// Texts as manifests spell them.
struct SupervisorStatus {
  std::string name = {};
  std::string parent = {};  // The supervisor above it; root has none.
  // "empty": nothing has been started below it yet; "running"; "stopping": it has given up, or is
  // stopped for the sake of others; "waiting": for its next life; "gone": it has given up for good.
  std::string state = {};
  std::uint64_t life = 0;
  std::string restart = {};  // "permanent", "transient", "temporary"
  std::string strategy = {};
  std::uint32_t restarts = 0;   // Of its children, within the period that ends now ...
  std::uint32_t intensity = 0;  // ... of so many.
  Duration period = {};
  std::size_t children = 0;  // Actors and supervisors right below it.
  // The latest 100 of all its lives, oldest first.
  std::vector<SupervisedExit> history = {};

  friend bool operator==(const SupervisorStatus&, const SupervisorStatus&) = default;
};

}  // namespace troupe
