#pragma once
// Supervisors as children of supervisors: one lives again only if the one above has a reason, what
// is told of one that gives up leads to the member it began with, level by level, and one that does
// not come back takes all below it along.

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tree_world.hpp"

namespace troupe::simulation {

// Thread: one.
class Levels final : public TreeOracle {
 public:
  explicit Levels(TreeWorld& world) : world_(world), reasons_(world.groups.size()) {}

  void escalated(std::size_t number, std::string_view why, std::string_view decision) override {
    const Group& group = world_.groups[number];
    world_.count(fmt::format("tree: escalation at level {}", level_of(group)));
    if (!group.has_given_up) {
      world_.fail(fmt::format("{}: has given up, but may go on: {}", group.name, why));
    }
    check_chain(group, why);
    if (decision.starts_with("restarted")) reasons_[number] = true;
  }
  void group_began(std::size_t number) override {
    const Group& group = world_.groups[number];
    const Group& parent = world_.groups[group.parent];
    const std::uint64_t before = std::exchange(parent_lives_.at(number), parent.life);
    if (number == 0 || group.life == 0) return;  // The first time.
    world_.count("tree: supervisor lives again");
    const bool is_with_parent = parent.life != before;
    const bool is_with_others = parent.restarts_from && group.first >= *parent.restarts_from;
    if (is_with_parent) world_.count("tree: supervisor with its own");
    if (!reasons_[number] && !is_with_parent && !is_with_others) {
      world_.fail(group.name + ": lives again without a reason");
    }
    if (group.type == RestartType::temporary && !is_with_parent) {
      world_.fail(group.name + ": lives again, but is temporary");
    }
    if (group.is_gone) world_.fail(group.name + ": lives again, but is gone");
    reasons_[number] = false;
  }
  void group_gone(std::size_t number) override {
    const Group& group = world_.groups[number];
    world_.count("tree: supervisor gone");
    if (!world_.is_ending && group.type != RestartType::temporary &&
        !world_.groups[group.parent].is_gone) {
      world_.fail(group.name + ": is gone, but would be restarted");
    }
    for (std::size_t at = group.first; at < group.end; ++at) {
      const Member& member = world_.members[at];
      if (member.is_alive) world_.fail(fmt::format("{}: outlives {}", member.name, group.name));
      if (!member.is_gone) world_.count("tree: goes with its supervisor");
    }
  }
  void settled() override {
    for (const Group& group : world_.groups) {
      if (world_.is_ending || group.life == 0 || group.is_gone) continue;
      if (!group.is_running) world_.fail(group.name + ": never comes back");
      if (group.has_given_up) world_.fail(group.name + ": has given up, but nothing followed");
    }
  }
  // `why`: the reason of a node that was ended by root.
  void node_ended(std::string_view why) {
    Group& root = world_.groups.front();
    if (!root.has_given_up) world_.fail("the node has ended, but root may go on");
    check_chain(root, why.substr(why.find('\'', why.find("gave up"))));
  }

 private:
  static constexpr std::string_view gave_up_ = "gave up: ";

  // "'GROUP' ended: crashed("gave up: 'MEMBER' ended: ...": each names the one below it.
  void check_chain(const Group& group, std::string_view why) {
    const Group* at = &group;
    while (true) {
      const std::string wanted = fmt::format("'{}' ended: ", at->gave_up_over);
      if (why.starts_with(gave_up_)) why.remove_prefix(gave_up_.size());
      if (!why.starts_with(wanted)) {
        world_.fail(
            fmt::format("{}: gave up over {}, but says: {}", at->name, at->gave_up_over, why));
        return;
      }
      const std::string& over = at->gave_up_over;
      const auto below = std::ranges::find(world_.groups, over, &Group::name);
      if (below == world_.groups.end()) return;
      why.remove_prefix(why.find(gave_up_));
      at = &*below;
    }
  }
  std::size_t level_of(const Group& group) {
    std::size_t level = 0;
    for (const Group* at = &group; at != &world_.groups.front(); at = &world_.groups[at->parent]) {
      ++level;
    }
    return level;
  }

  TreeWorld& world_;
  std::vector<bool> reasons_;
  // Of each group, that of the one above it when it last began.
  std::vector<std::uint64_t> parent_lives_ = std::vector<std::uint64_t>(reasons_.size());
};

}  // namespace troupe::simulation
