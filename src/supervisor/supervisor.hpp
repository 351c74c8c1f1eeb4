#pragma once
// What follows an exit: a restart, the end of the child, or the end of the whole group.

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <string>
#include <unordered_map>
#include <vector>

#include "model/restart.hpp"
#include "supervisor/supervisor_steps.hpp"
#include "troupe/address.hpp"
#include "troupe/outcome.hpp"
#include "troupe/time.hpp"

namespace troupe {

struct SupervisorDecision {
  enum class Kind : std::uint8_t {
    restart,      // Begin the child's next life.
    leave_ended,  // The child is gone; the supervisor has forgotten it.
    give_up,      // Stop all children in reverse order of start, then fail.
  };
  Kind kind = Kind::leave_ended;
  std::string reason;  // give_up: the exit that was one too many, counts and window.
};

struct SupervisedChild {
  Address address;
  std::string name = {};  // For the reason; "#slot.generation" where there is none.
  RestartType type = RestartType::permanent;
};

// A one-for-one supervisor: each child is judged for itself, the restarts of all are counted
// together. It starts and stops nothing; it says what to do.
//
// Thread: one at a time.
// Bounds: limits::children_max children for a spawner's, limits::actors_max for others, which
//         whoever adds has checked; the instants of SupervisorPolicy::intensity restarts.
// Cost:   constant or logarithmic for each call.
class Supervisor {
 public:
  explicit Supervisor(SupervisorPolicy policy);

  // At its start. REQUIRES: not a child already; not given up.
  void add(SupervisedChild child);
  // For a child that could not start the first time. False if it is no child.
  bool remove(Address child);

  // A life of `child` ended at `now`. Instants never go back. For an actor that is no child (it was
  // left ended, or removed), and after giving up: leave_ended.
  SupervisorDecision ended(Address child, const Exit& exit, StopAsked asked, Instant now);

  [[nodiscard]] bool has_given_up() const { return has_given_up_; }
  [[nodiscard]] std::size_t child_count() const { return children_.size(); }
  // In reverse order of start: the order in which to stop them.
  [[nodiscard]] std::vector<Address> stop_order() const;
  [[nodiscard]] const SupervisorPolicy& policy() const { return policy_; }

 private:
  [[nodiscard]] std::string reason_to_give_up(const SupervisedChild& child, const Exit& exit,
                                              Instant now) const;

  SupervisorPolicy policy_;
  std::map<std::uint64_t, SupervisedChild> children_;  // By the order of their start.
  std::unordered_map<Address, std::uint64_t> order_of_;
  std::uint64_t next_order_ = 0;
  std::deque<Instant> restarts_;  // Within the period before the last one; oldest first.
  bool has_given_up_ = false;
};

}  // namespace troupe
