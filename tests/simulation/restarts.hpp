#pragma once
// What supervisors decide, counted again from what members and their exits show: how many restarts
// a period allows, both ends included, how long each waits, and who comes back. To a supervisor,
// one below it that has given up is a child like any other.

#include <algorithm>
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "supervisor/supervisor_steps.hpp"
#include "tree_world.hpp"

namespace troupe::simulation {

// Thread: one.
class Restarts final : public TreeOracle {
 public:
  explicit Restarts(TreeWorld& world) : world_(world), windows_(world.groups.size()) {}

  void exited(std::size_t index, const ExitEvent& event) override {
    Member& member = world_.members[index];
    Group& group = world_.groups[member.group];
    if (event.decision == "could not start") return;  // The first time; its starter hears of it.
    if (event.decision == "restarted, as it was asked for") {
      if (!member.restart_asked) fail(index, "was restarted, but nobody asked for that");
      return;
    }
    if (event.window) {
      if (member.stop_asked || world_.is_ending) fail(index, "is judged, but was asked to stop");
      if (!restarts_after(member.type, event.exit)) {
        fail(index, "is restarted, but not by its type");
      }
      count({.name = member.name,
             .group = group,
             .first = index,
             .due = member.due,
             .decision = event.decision});
      const std::size_t counted = windows_[member.group].size();
      if (event.window->restarts != counted) {
        fail(index, fmt::format("counts as restart {}, but {} are in the window",
                                event.window->restarts, counted));
      }
      return;
    }
    if (event.decision == "restarted in its turn") {
      world_.count("tree: in its turn");
      check_turn(group, member.name);
      return;
    }
    if (event.decision == "ended with its supervisor's life") {
      world_.count("tree: ended with its supervisor");
      if (world_.stops(index) == nullptr) fail(index, "ends with a supervisor that goes on");
      return;
    }
    const bool is_asked = member.stop_asked || world_.is_ending;
    if (event.decision !=
        ended_text(member.type, event.exit, is_asked ? StopAsked::yes : StopAsked::no)) {
      fail(index, "has a decision for which there is no reason: " + event.decision);
    }
    world_.count("tree: left ended");
    const bool is_for_others = member.stopped_unasked && member.type == RestartType::temporary;
    if (!member.stop_asked && !world_.is_ending && !is_for_others &&
        restarts_after(member.type, event.exit)) {
      fail(index, "is not restarted");
    }
  }
  void escalated(std::size_t number, std::string_view /*why*/, std::string_view decision) override {
    Group& group = world_.groups[number];
    Group& parent = world_.groups[group.parent];
    if (decision == "restarted in its turn") {
      world_.count("tree: supervisor in its turn");
      check_turn(parent, group.name);
      return;
    }
    // One that gives up has crashed.
    if (decision == ended_text(group.type, Exit::crashed({}),
                               world_.is_ending ? StopAsked::yes : StopAsked::no)) {
      world_.count("tree: supervisor left ended");
      if (!world_.is_ending && !world_.stops_from_above(group) &&
          group.type != RestartType::temporary) {
        world_.fail(group.name + ": is not restarted");
      }
      return;
    }
    if (world_.is_ending) world_.fail(group.name + ": is judged, but all end");
    if (group.type == RestartType::temporary) {
      world_.fail(group.name + ": is restarted, but not by its type");
    }
    world_.count("tree: supervisor judged");
    count({.name = group.name,
           .group = parent,
           .first = group.first,
           .due = group.due,
           .decision = decision});
  }
  void group_began(std::size_t number) override {
    windows_[number].clear();
    for (Group& other : world_.groups) {
      if (&other != &world_.groups[number] && other.parent == number) other.due.reset();
    }
    for (Member& member : world_.members) {
      if (member.group == number) member.due.reset();
    }
  }
  // Within the delay that its supervisor has told; never before.
  void began(std::size_t index) override {
    const Member& member = world_.members[index];
    if (member.due && world_.now() < *member.due) fail(index, "comes back before its time");
    std::size_t level = 0;
    world_.climb(index, [&](Group& group) {
      const bool is_new = !member.lives_above.empty() && member.lives_above[level++] != group.life;
      if (is_new && group.due && world_.now() < *group.due) {
        world_.fail(group.name + ": comes back before its time");
      }
      if (is_new) group.due.reset();
      return true;
    });
  }

 private:
  // One that has ended, as its supervisor judges it.
  struct Ended {
    std::string_view name;
    Group& group;
    std::size_t first = 0;  // Of the members that it is, or has.
    std::optional<Instant>& due;
    std::string_view decision;
  };

  void count(const Ended& ended) {
    Group& group = ended.group;
    const SupervisorPolicy& policy = group.policy;
    const auto number = static_cast<std::size_t>(&group - world_.groups.data());
    std::deque<Instant>& window = windows_[number];
    const Instant now = world_.now();
    while (!window.empty() && window.front() + policy.period < now) window.pop_front();
    group.changed_at = now;
    if (group.has_given_up) fail(ended, "is judged by one that has given up");
    if (window.size() >= policy.intensity) {
      world_.count("tree: gave up");
      group.has_given_up = true;
      group.gave_up_over = ended.name;
      if (!ended.decision.starts_with("supervisor gave up")) {
        fail(ended,
             fmt::format("is restarted after {} restarts: {}", window.size(), ended.decision));
      }
      return;
    }
    window.push_back(now);
    world_.count(fmt::format("tree: {}", to_string(policy.strategy)));
    static constexpr std::array<std::string_view, 3> texts{"restarted", "restarted with all others",
                                                           "restarted with those started after it"};
    std::string wanted(texts.at(std::to_underlying(policy.strategy)));
    const Duration delay = delay_of(policy.backoff, window.size());
    const Duration spread = delay * policy.backoff.jitter_percent / 100;
    if (delay > Duration::zero()) {
      world_.count(fmt::format("tree: {} backoff", to_string(policy.backoff.kind)));
      wanted += " in ";
      if (!ended.decision.starts_with(wanted)) {
        fail(ended, fmt::format("is not delayed: {}", ended.decision));
      }
    } else if (ended.decision != wanted) {
      fail(ended, fmt::format("'{}', not '{}'", ended.decision, wanted));
    }
    if (policy.strategy != Strategy::one_for_one) {
      // It begins anew, with the delay of this failure.
      for (Member& other : world_.members) {
        if (other.group == number) other.due.reset();
      }
      for (Group& other : world_.groups) {
        if (other.parent == number) other.due.reset();
      }
      const std::size_t from =
          policy.strategy == Strategy::rest_for_one ? ended.first : group.first;
      group.restarts_from = std::min(from, group.restarts_from.value_or(from));
    }
    ended.due = now + (delay - spread);
  }
  static Duration delay_of(const Backoff& backoff, std::size_t nth) {
    if (nth < 2 || backoff.kind == Backoff::Kind::immediate) return {};
    Duration delay = backoff.base;
    for (std::size_t left = nth - 2; left > 0 && delay < backoff.cap; --left) {
      delay += backoff.kind == Backoff::Kind::linear ? backoff.base : delay;
    }
    return std::min(delay, backoff.cap);
  }
  void check_turn(const Group& group, std::string_view name) {
    if (group.policy.strategy == Strategy::one_for_one) {
      world_.fail(fmt::format("{}: has no turn: each is restarted on its own", name));
    }
  }
  void fail(const Ended& ended, const std::string& what) {
    world_.fail(fmt::format("{}: {}", ended.name, what));
  }
  void fail(std::size_t index, const std::string& what) {
    world_.fail(fmt::format("{}: {}", world_.members[index].name, what));
  }

  TreeWorld& world_;
  std::vector<std::deque<Instant>> windows_;
};

}  // namespace troupe::simulation
