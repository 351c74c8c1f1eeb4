#pragma once
// What a run of supervisors is about: groups of members and of groups, and those who hear what
// becomes of them.
// Time passes only between the faults, so what happens at one instant follows from one fault.

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/format.hpp"
#include "faults.hpp"
#include "fingerprint.hpp"
#include "io/sim_clock.hpp"
#include "model/restart.hpp"
#include "told.hpp"
#include "troupe/address.hpp"
#include "troupe/exit_event.hpp"

namespace troupe::simulation {

// A supervisor. The first is root; all others stand behind the one above them.
struct Group {
  std::string name;
  SupervisorPolicy policy;
  std::size_t parent = 0;  // Root's own: itself.
  RestartType type = RestartType::permanent;
  // All members below it, at whatever level: from the first, up to the end.
  std::size_t first = 0;
  std::size_t end = 0;
  // As its node shows it.
  std::uint64_t life = 0;
  std::uint64_t ready_life = 0;  // The latest of which it has heard that all below are ready.
  bool is_running = false;
  bool is_gone = false;
  // By the oracles, of its present life.
  bool has_given_up = false;
  std::string gave_up_over = {};    // The child that ended once too often.
  std::optional<Instant> due = {};  // Its own restart is not before.
  // Members from here on are stopped and started with one that failed, until nothing is under way.
  std::optional<std::size_t> restarts_from = {};
  Instant changed_at = never;  // The last of all this.
};

// Those below one supervisor stand together, in the order of their start.
struct Member {
  std::string name;
  std::size_t group = 0;
  // The lives of its group, and of those above it up to root, that its own latest began in.
  std::vector<std::uint64_t> lives_above = {};
  RestartType type = RestartType::permanent;
  Address address = {};
  bool is_alive = false;  // There is an object.
  bool is_gone = false;   // It does not come back.
  std::uint32_t lives = 0;
  Instant ended_at = {};            // The latest life.
  std::optional<Instant> due = {};  // Its own restart is not before.
  bool stop_asked = false;          // From outside, for good.
  bool restart_asked = false;       // Likewise, a restart; until a life begins.
  bool restart_open = false;        // Likewise, until nothing is under way.
  bool stopped_unasked = false;     // The present life, or the last: by its supervisor.
};

// Thread: one.
class TreeOracle {
 public:
  TreeOracle() = default;
  TreeOracle(const TreeOracle&) = delete;
  TreeOracle& operator=(const TreeOracle&) = delete;
  virtual ~TreeOracle() = default;

  // By the member's index, each before the member changes for it.
  virtual void began(std::size_t /*index*/) {}
  virtual void stopping(std::size_t /*index*/) {}
  virtual void ended(std::size_t /*index*/) {}
  // As the control plane tells it, with its decision.
  virtual void exited(std::size_t /*index*/, const ExitEvent& /*event*/) {}
  // A group has come to its end because it gave up; what its own supervisor has decided.
  virtual void escalated(std::size_t /*group*/, std::string_view /*why*/,
                         std::string_view /*decision*/) {}
  // Its next life begins, before the group changes for it.
  virtual void group_began(std::size_t /*group*/) {}
  // It does not come back, nor do those below it.
  virtual void group_gone(std::size_t /*group*/) {}
  // Nothing is under way, whatever was due is done.
  virtual void settled() {}
};

// Thread: one.
struct TreeWorld : Told<TreeOracle> {
  TreeWorld(std::uint64_t seed, FaultPlan& plan) : Told(plan, "tree: "), random(seed) {}

  [[nodiscard]] std::uint64_t below(std::uint64_t bound) { return random() % bound; }
  [[nodiscard]] Instant now() const { return clock->now(); }
  void note(std::uint64_t what) { trace.note({what, static_cast<std::uint64_t>(now().ns)}); }
  // Its group, and those above it; `visit` says whether to go on.
  template <typename Visit>
  void climb(std::size_t member, const Visit& visit) {
    for (std::size_t at = members[member].group; visit(groups[at]) && at != 0;) {
      at = groups[at].parent;
    }
  }
  // The lowest of them that ends, or restarts several with that one; null: none.
  [[nodiscard]] Group* stops(std::size_t member) {
    Group* found = nullptr;
    climb(member, [&](Group& group) {
      const bool restarts = group.restarts_from && member >= *group.restarts_from;
      if (restarts || group.has_given_up) found = &group;
      return found == nullptr;
    });
    return found;
  }
  // Whether one above it does so.
  [[nodiscard]] bool stops_from_above(const Group& group) {
    for (const Group* at = &group; at != &groups.front();) {
      at = &groups[at->parent];
      if (at->has_given_up || (at->restarts_from && group.first >= *at->restarts_from)) return true;
    }
    return false;
  }
  [[nodiscard]] std::vector<std::uint64_t> lives_above(std::size_t member) {
    std::vector<std::uint64_t> lives;
    climb(member, [&](const Group& group) {
      lives.push_back(group.life);
      return true;
    });
    return lives;
  }

  std::mt19937_64 random;
  // Learns what the node shows of its supervisors, before anything is told.
  std::function<void()> look = [] {};
  SimClock* clock = nullptr;
  std::vector<Group> groups;  // All of them, before anything is told.
  std::vector<Member> members;
  bool is_ending = false;  // The node.
  Fingerprint trace;
};

}  // namespace troupe::simulation
