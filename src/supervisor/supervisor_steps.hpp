#pragma once
// What a supervisor and its driver tell each other.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/restart.hpp"
#include "troupe/address.hpp"
#include "troupe/exit_event.hpp"
#include "troupe/outcome.hpp"
#include "troupe/time.hpp"

namespace troupe {

// Did the operator or the parent ask the child to stop? A step `stop` is no such request, its
// supervisor knows of it; nor is a kill. A stop that took too long and ended in a kill is.
enum class StopAsked : std::uint8_t { no, yes };

// A child as its supervisor calls it: from add() until it is forgotten; then another may have it.
using ChildNumber = std::uint32_t;

// Something for the driver to do.
struct SupervisorStep {
  enum class Kind : std::uint8_t {
    start,     // Begin the child's next life; leads to started() or ended().
    stop,      // Ask it to stop within its budget; leads to ended().
    forget,    // It is gone for good: its address and its number end.
    wait,      // Call due() at `at`, not earlier. A later one, of an earlier time, replaces it.
    all_down,  // No child is left, and none is started: the end of stop_all() and of giving up.
  };
  Kind kind = Kind::start;
  ChildNumber number = 0;  // start, stop, forget; likewise the next.
  Address child = {};
  Instant at = {};  // wait.

  friend bool operator==(const SupervisorStep&, const SupervisorStep&) = default;
};
using SupervisorSteps = std::vector<SupervisorStep>;

// What was made of an exit, for those who read of it; what is to be done about it is in the steps.
struct SupervisorVerdict {
  enum class Kind : std::uint8_t {
    restart,       // This child alone, after `delay`.
    restart_all,   // All, after `delay` and when those that live have stopped.
    restart_rest,  // Likewise it and those that were started after it.
    noted,         // It had to stop for the sake of another, and starts again in its turn.
    leave_ended,   // It is gone.
    give_up,       // One restart too many: the others are stopped, the supervisor has failed.
  };
  Kind kind = Kind::leave_ended;
  Duration delay = {};
  // restart..., give_up: restarts in the window, with this one if there is one, and how long ago
  // the first of them was.
  std::uint32_t restarts = 0;
  Duration span = {};

  friend bool operator==(const SupervisorVerdict&, const SupervisorVerdict&) = default;
};
[[nodiscard]] std::string_view to_string(SupervisorVerdict::Kind kind);  // "restart-all"

// A failure of a child, or another exit that it was restarted after.
struct SupervisorRecord {
  Instant at;
  Address child;
  Exit::Kind exit = Exit::Kind::normal;
  SupervisorVerdict::Kind verdict = SupervisorVerdict::Kind::leave_ended;

  friend bool operator==(const SupervisorRecord&, const SupervisorRecord&) = default;
};

// An exit, and what was made of it.
struct Judgement {
  std::string_view
      child;  // The name of the one that ended; if its supervisor gave up, once too often.
  const Exit& exit;
  const SupervisorVerdict& verdict;
  const SupervisorPolicy& policy;
  RestartType type = RestartType::permanent;  // The child's.
  StopAsked asked = StopAsked::no;
};
// "'a' ended: killed, after 3 restarts in the last 2.5s; 3 within 1m are allowed"
[[nodiscard]] std::string to_string(const Judgement& why);
// "restarted", "restarted in 200ms", "supervisor gave up: " and why, or as the next one.
[[nodiscard]] std::string decision_text(const Judgement& why);
// Of one that is not restarted: "ended, as it was asked to", "ended: temporary", "ended: transient,
// and it ended well", "ended with its supervisor".
[[nodiscard]] std::string_view ended_text(RestartType type, const Exit& exit, StopAsked asked);
// When the next life begins that is delayed; never: none is.
[[nodiscard]] Instant next_life_after(const SupervisorVerdict& verdict, Instant now);
// None where restarts are not what was decided about.
[[nodiscard]] std::optional<RestartWindow> window_of(const Judgement& why);

}  // namespace troupe
