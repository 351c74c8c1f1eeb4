#pragma once
// Who restarts several stops them in reverse order of start, all before the first is started again,
// and starts them in order. Whoever ends, a supervisor or the node, does so in that reverse order.
// All of it through the levels: whoever is below a supervisor stands where that does.

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include "tree_world.hpp"

namespace troupe::simulation {

// Thread: one.
class OrderOfStart final : public TreeOracle {
 public:
  explicit OrderOfStart(TreeWorld& world) : world_(world) {}

  void began(std::size_t index) override {
    const Member& member = world_.members[index];
    if (ends(index)) {
      // What was ordered at the same instant may still begin.
      if (ending_since_ != world_.now()) fail(index, "begins while all end");
      return;
    }
    if (member.restart_open) return;
    check_place(world_.groups[member.group], index, index + 1);
    if (member.lives_above.empty()) return;
    std::size_t level = 0;
    world_.climb(index, [&](Group& group) {
      // The first of all below one that begins anew, or one of those that follow.
      const bool is_new = member.lives_above[level++] != group.life;
      if (is_new) check_line(group, index, level - 1);
      if (is_new && &group != &world_.groups.front()) {
        check_place(world_.groups[group.parent], group.first, group.end);
      }
      return true;
    });
  }
  void stopping(std::size_t index) override {
    const Member& member = world_.members[index];
    if (member.stop_asked || member.restart_open) return;
    world_.count(world_.is_ending ? "tree: stop at the end" : "tree: stop for others");
    const Group* above = world_.stops(index);
    if (above == nullptr && !world_.is_ending) fail(index, "is stopped for nobody");
    if (above != nullptr && above != &world_.groups[member.group]) {
      world_.count("tree: stop from above");
    }
    const std::size_t end = above != nullptr ? above->end : world_.members.size();
    for (std::size_t at = index + 1; at < end; ++at) {
      const Member& other = world_.members[at];
      if (other.is_alive && !other.stop_asked && !other.restart_open) {
        fail(index, "is stopped before " + other.name);
      }
    }
  }
  // Whoever was to come back with another has.
  void exited(std::size_t index, const ExitEvent& event) override {
    if (ends(index)) ending_since_ = world_.now();
    if (event.window) expect(world_.groups[world_.members[index].group], index, index + 1);
  }
  void escalated(std::size_t number, std::string_view /*why*/, std::string_view decision) override {
    const Group& group = world_.groups[number];
    ending_since_ = world_.now();
    if (decision.starts_with("restarted with")) {
      expect(world_.groups[group.parent], group.first, group.end);
    }
  }
  void settled() override {
    for (const Expected& one : expected_) {
      const Member& member = world_.members[one.member];
      if (member.is_gone || member.stop_asked || world_.is_ending) continue;
      if (member.lives == one.life) {
        fail(one.member, "goes on, but " + world_.members[one.because_of].name + " has ended");
      }
    }
    expected_.clear();
    for (Member& member : world_.members) member.restart_open = false;
    for (Group& group : world_.groups) group.restarts_from.reset();
    if (world_.is_ending) return;
    for (std::size_t at = 0; at < world_.members.size(); ++at) {
      const Member& member = world_.members[at];
      if (!member.is_gone && !member.is_alive) fail(at, "never comes back");
    }
  }

 private:
  struct Expected {
    std::size_t member = 0;
    std::uint32_t life = 0;  // To be over.
    std::size_t because_of = 0;
  };
  // The node, or one that it is below.
  bool ends(std::size_t index) {
    bool ends = world_.is_ending;
    world_.climb(index, [&](const Group& group) {
      ends |= group.has_given_up;
      return !ends;
    });
    return ends;
  }
  // Of the members from `first` to `end`, who are a child of `parent` and begin because it says so.
  void check_place(const Group& parent, std::size_t first, std::size_t end) {
    if (parent.policy.strategy == Strategy::one_for_one) return;
    const auto number = static_cast<std::size_t>(&parent - world_.groups.data());
    for (std::size_t at = parent.first; at < parent.end; ++at) {
      const Member& other = world_.members[at];
      if (other.is_gone || (first <= at && at < end)) continue;
      if (at >= end && other.is_alive) {
        fail(first, "begins, but " + other.name + " has not been stopped");
      }
      const bool is_long_down = !other.is_alive && other.lives > 0 && other.ended_at < world_.now();
      if (at < first && other.group == number && is_long_down && !other.stop_asked &&
          !other.restart_open) {
        fail(first, "begins before " + other.name);
      }
    }
    for (const Group& other : world_.groups) {
      if (&other == &parent || &world_.groups[other.parent] != &parent || other.first >= first ||
          other.is_gone || other.life == 0 || other.changed_at == world_.now()) {
        continue;
      }
      const bool is_up = other.is_running && other.ready_life == other.life;
      if (!is_up && other.life > 1) fail(first, "begins before those of " + other.name);
    }
  }
  // Those before it below one that begins anew have begun with it: `level` above them.
  void check_line(const Group& group, std::size_t index, std::size_t level) {
    const std::size_t depth = world_.members[index].lives_above.size() - level;
    for (std::size_t at = group.first; at < index; ++at) {
      const Member& other = world_.members[at];
      if (other.is_gone || other.stop_asked || other.restart_open || other.lives_above.empty()) {
        continue;
      }
      if (other.lives_above[other.lives_above.size() - depth] != group.life) {
        fail(index, fmt::format("begins with {}, but {} has not", group.name, other.name));
      }
    }
    world_.count("tree: began with a supervisor");
  }
  void expect(const Group& parent, std::size_t first, std::size_t end) {
    const Strategy strategy = parent.policy.strategy;
    if (parent.has_given_up || strategy == Strategy::one_for_one) return;
    const std::size_t from = strategy == Strategy::rest_for_one ? first : parent.first;
    for (std::size_t at = from; at < parent.end; ++at) {
      const Member& other = world_.members[at];
      if (!other.is_alive || (first <= at && at < end)) continue;
      expected_.push_back({.member = at, .life = other.lives, .because_of = first});
    }
  }
  void fail(std::size_t index, const std::string& what) {
    world_.fail(fmt::format("{}: {}", world_.members[index].name, what));
  }

  TreeWorld& world_;
  std::vector<Expected> expected_;
  Instant ending_since_ = never;
};

}  // namespace troupe::simulation
