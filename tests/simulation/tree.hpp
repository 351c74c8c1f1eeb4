#pragma once
// Supervisors whose members crash, are killed, stop and can't start: what is decided, in which
// order it is done, and how it ends. A few of them side by side, or several levels, one below the
// other.

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "awake.hpp"
#include "finding.hpp"
#include "levels.hpp"
#include "member.hpp"
#include "order_of_start.hpp"
#include "pass.hpp"
#include "quiet.hpp"
#include "restarts.hpp"
#include "runtime/sim_node.hpp"
#include "tree_world.hpp"
#include "wall_clock.hpp"

namespace troupe::simulation {

// Thread: one.
class Tree {
 public:
  Tree(std::uint64_t seed, FaultPlan& plan)
      : is_flat_(seed % 2 == 1),
        world_(seed + 0x7'ee00, plan),
        node_(std::make_unique<SimNode>(
            SimNode::Options{.workers = static_cast<std::uint16_t>(1 + seed % 3),
                             .seed = seed,
                             .on_exit = [this](const ExitEvent& event) { on_exit(event); },
                             .on_overslept = tells_who_oversleeps(world_)})) {
    world_.clock = &node_->clock();
    world_.look = [this] { look(); };
    // One of a flat tree that gives up ends the node.
    world_.groups.push_back({.name = "root", .policy = {.intensity = 0}});
    if (is_flat_) {
      make_groups();
    } else {
      make_root();
    }
    restarts_ = std::make_unique<Restarts>(world_);
    levels_ = std::make_unique<Levels>(world_);
    world_.oracles = {restarts_.get(), &order_, levels_.get()};
  }
  Tree(const Tree&) = delete;
  Tree& operator=(const Tree&) = delete;
  ~Tree() {
    world_.oracles.clear();
    node_.reset();
  }

  Finding go() {
    spawn_members();
    for (std::uint32_t step = 0; step < FaultPlan::tree_steps && !node_->end(); ++step) {
      do_step();
    }
    if (node_->end()) {
      world_.count("tree: end by a supervisor");
      if (!node_->end()->failed) world_.fail("the node has ended well, but nobody asked");
      levels_->node_ended(node_->end()->reason);
    } else {
      settle();
      world_.is_ending = true;
      control().post([this] { control().end_node({}, std::chrono::seconds(60)); });
    }
    pass(std::chrono::seconds(70));
    check_that_it_is_quiet(*node_, [this](std::string what) { world_.fail(std::move(what)); });
    for (const Member& member : world_.members) {
      if (member.is_alive) world_.fail(member.name + ": outlives the node");
    }
    count_sleeps(world_, *node_);
    return finding_of(world_);
  }

 private:
  Control& control() { return node_->core().control(); }

  void make_groups() {
    const std::uint64_t groups = 1 + world_.below(3);
    for (std::uint64_t number = 1; number <= groups; ++number) {
      // Every other one may give up.
      const auto intensity =
          static_cast<std::uint32_t>(world_.below(2) == 0 ? 1'000 : world_.below(6));
      add_group({.parent = 0, .intensity = intensity});
      for (std::uint64_t left = 2 + world_.below(4); left > 0; --left) add_member(number);
      world_.groups[number].end = world_.members.size();
    }
    world_.groups.front().end = world_.members.size();
  }
  // Supervisors below supervisors, members among them.
  void make_root() {
    world_.count("tree: nested");
    Group& root = world_.groups.front();
    root.policy =
        any_policy(static_cast<std::uint32_t>(world_.below(3) == 0 ? world_.below(4) : 1'000));
    make_children(0, 1);
  }
  void make_children(std::size_t number, std::uint64_t level) {
    for (std::uint64_t left = 2 + world_.below(3); left > 0; --left) {
      // So that not even the last start of all is one that fails.
      if (world_.members.size() >= 20) break;
      const bool is_first = world_.members.empty() && level == 1;
      if (level > levels_most || (!is_first && world_.below(100) < 45)) {
        add_member(number);
        continue;
      }
      const auto intensity =
          static_cast<std::uint32_t>(world_.below(4) == 0 ? 1'000 : world_.below(4));
      const std::size_t below = add_group({.parent = number, .intensity = intensity});
      const std::uint64_t type = world_.below(8);
      world_.groups[below].type = type == 0   ? RestartType::temporary
                                  : type == 1 ? RestartType::transient
                                              : RestartType::permanent;
      make_children(below, level + 1);
    }
    if (world_.members.size() == world_.groups[number].first) add_member(number);
    world_.groups[number].end = world_.members.size();
    world_.count(fmt::format("tree: supervisor of level {}", level - 1));
  }
  struct GroupOrder {
    std::size_t parent = 0;
    std::uint32_t intensity = 0;
  };
  SupervisorPolicy any_policy(std::uint32_t intensity) {
    static constexpr std::array<std::int64_t, 4> periods_ms{20, 500, 5'000, 60'000};
    SupervisorPolicy policy{.intensity = intensity};
    policy.period = std::chrono::milliseconds(periods_ms.at(world_.below(periods_ms.size())));
    policy.strategy = static_cast<Strategy>(world_.below(3));
    policy.backoff = {.kind = static_cast<Backoff::Kind>(world_.below(3)),
                      .jitter_percent = static_cast<std::uint8_t>(world_.below(2) * 10),
                      .base = std::chrono::milliseconds(world_.below(200)),
                      .cap = std::chrono::milliseconds(500)};
    return policy;
  }
  std::size_t add_group(const GroupOrder& order) {
    const std::size_t number = world_.groups.size();
    world_.groups.push_back({.name = fmt::format("group-{}", number),
                             .policy = any_policy(order.intensity),
                             .parent = order.parent,
                             .first = world_.members.size()});
    return number;
  }
  void add_member(std::size_t group) {
    const std::uint64_t type = world_.below(6);
    world_.members.push_back({.name = fmt::format("test/m{}", world_.members.size()),
                              .group = group,
                              .type = type == 0   ? RestartType::temporary
                                      : type == 1 ? RestartType::transient
                                                  : RestartType::permanent});
  }

  void spawn_members() {
    control().post([this] {
      for (const Group& group : world_.groups) {
        control().add_supervisor(
            group.name, group.policy,
            {.parent = world_.groups[group.parent].name, .restart = group.type});
      }
    });
    for (std::size_t index = 0; index < world_.members.size(); ++index) {
      Member& member = world_.members[index];
      auto spec =
          native_spec([this, index] { return std::make_unique<MemberActor>(world_, index); });
      const auto spawned = node_->spawn({.name = member.name.substr(5),
                                         .supervisor = world_.groups[member.group].name,
                                         .restart = member.type,
                                         .spec = std::move(spec),
                                         .config = {}});
      if (!spawned) {
        world_.fail("a member can't start: " + spawned.error().message);
        return;
      }
      member.address = *spawned;
    }
  }

  // Of one fault, mostly, all that follows at its instant; then some time.
  void do_step() {
    if (const auto victim = pick(FaultKind::tree_crash))
      (void)node_->core().send(*victim, as_bytes("crash"));
    if (const auto victim = pick(FaultKind::tree_exit))
      (void)node_->core().send(*victim, as_bytes("exit"));
    if (const auto victim = pick(FaultKind::tree_kill)) {
      control().post([this, victim] { control().kill(*victim, [](const auto&) {}); });
    }
    run_until_idle();
    if (const auto victim = pick(FaultKind::tree_stop)) stop(*victim);
    if (const auto victim = pick(FaultKind::tree_restart)) restart(*victim);
    run_until_idle();
    if (const auto chance = world_.fault(FaultKind::tree_clock_jump)) {
      node_->clock().advance(
          std::chrono::milliseconds(*chance % 2 == 0 ? *chance % 1'000 : *chance % 10'000'000));
      run_until_idle();
    }
    if (const auto chance = world_.fault(FaultKind::wall_clock_jump)) {
      jump_wall_clock(node_->clock(), *chance);
    }
    // A whole number, so that ends of windows are met exactly.
    static constexpr std::array<std::int64_t, 6> spans_ms{0, 1, 10, 20, 250, 2'000};
    pass(std::chrono::milliseconds(spans_ms.at(world_.below(spans_ms.size()))));
    if (world_.below(4) == 0) settle();
  }
  // As much time as the longest delay, again and again while starts fail.
  void settle() {
    pass(std::chrono::seconds(20));
    if (!node_->end()) world_.tell([](TreeOracle& oracle) { oracle.settled(); });
  }

  // Nothing is told after its instant.
  void pass(Duration span) {
    pass_time(*node_, span, [this] { run_until_idle(); });
  }
  void run_until_idle() {
    node_->run_until_idle();
    look();
    for (Group& group : world_.groups) {
      if (group.restarts_from && is_up(group)) group.restarts_from.reset();
    }
  }
  // Nothing is under way below it.
  bool is_up(const Group& group) {
    for (std::size_t at = group.first; at < group.end; ++at) {
      if (!world_.members[at].is_alive && !world_.members[at].is_gone) return false;
    }
    return std::ranges::all_of(world_.groups, [&](const Group& other) {
      const bool is_below = group.first <= other.first && other.end <= group.end;
      return !is_below || other.is_gone || (other.is_running && other.ready_life == other.life);
    });
  }

  // --- What the node shows of its supervisors
  // First what it has told of them, then how they are: no life begins but after what led to it.
  void look() {
    hear();
    update_all();
  }
  void hear() {
    const auto& history = node_->core().history().events;
    for (const NodeEvent& event : history.find({.after = last_event_, .limit = SIZE_MAX}, "")) {
      last_event_ = event.number;
      const auto found = std::ranges::find(world_.groups, event.name, &Group::name);
      if (found != world_.groups.end()) tell(*found, event);
    }
  }
  void update_all() {
    const std::vector<SupervisorStatus> list = control().supervisors();
    for (std::size_t number = 0; number < world_.groups.size() && number < list.size(); ++number) {
      update(number, list[number]);
    }
  }
  void tell(Group& group, const NodeEvent& event) {
    const auto number = static_cast<std::size_t>(&group - world_.groups.data());
    world_.note(1'000 + number * 8 + static_cast<std::uint64_t>(event.kind));
    group.changed_at = world_.now();
    if (event.kind == NodeEvent::Kind::started || event.kind == NodeEvent::Kind::restarted) {
      group.ready_life = event.life;
    }
    if (event.kind != NodeEvent::Kind::escalated) return;
    if (number == 0) {
      // One of its own members is judged first.
      world_.is_ending |= !event.text.starts_with("'test/");
      return;
    }
    // After the reason, which ends so.
    static constexpr std::string_view allowed = " allowed; ";
    const std::string_view text = event.text;
    const std::size_t at = text.find(allowed);
    if (at == std::string_view::npos) {
      world_.fail(group.name + ": gave up without a decision: " + event.text);
      return;
    }
    world_.tell([&](TreeOracle& oracle) {
      oracle.escalated(number, text.substr(0, at), text.substr(at + allowed.size()));
    });
  }
  void update(std::size_t number, const SupervisorStatus& status) {
    Group& group = world_.groups[number];
    if (status.life != group.life) {
      world_.tell([number](TreeOracle& oracle) { oracle.group_began(number); });
      if (status.life != group.life + 1) world_.fail(group.name + ": leaves out a life");
      group.life = status.life;
      // Its first members are started one by one, by hand.
      if (group.life == 1) group.ready_life = 1;
      group.has_given_up = false;
      group.restarts_from.reset();
      group.changed_at = world_.now();
    }
    group.is_running = status.state == "running";
    if (status.state != "gone" || group.is_gone) return;
    world_.tell([number](TreeOracle& oracle) { oracle.group_gone(number); });
    group.is_gone = true;
    for (std::size_t at = group.first; at < group.end; ++at) world_.members[at].is_gone = true;
  }

  std::optional<Address> pick(FaultKind kind) {
    const auto chance = world_.fault(kind);
    if (!chance) return std::nullopt;
    const Member& member = world_.members[*chance % world_.members.size()];
    return member.is_gone ? std::nullopt : std::optional(member.address);
  }
  Member& member_at(Address address) {
    return *std::ranges::find(world_.members, address, &Member::address);
  }
  void stop(Address victim) {
    Member& member = member_at(victim);
    member.stop_asked = true;
    control().post([this, victim, &member] {
      control().stop(victim, std::chrono::milliseconds(5),
                     [&member](const auto&) { member.is_gone = true; });
    });
  }
  void restart(Address victim) {
    Member& member = member_at(victim);
    if (!member.is_alive || member.stop_asked) return;
    member.restart_open = true;
    member.restart_asked = true;  // Until a life begins; its stop may be on its way.
    control().post([this, victim] {
      control().restart(victim, std::chrono::milliseconds(5), [](const auto&) {});
    });
  }

  void on_exit(const ExitEvent& event) {
    const auto found = std::ranges::find(world_.members, event.name, &Member::name);
    if (found == world_.members.end()) return;
    const auto index = static_cast<std::size_t>(found - world_.members.begin());
    check_stamp(event, node_->clock(), [this](std::string what) { world_.fail(std::move(what)); });
    hear();
    world_.note(index * 8 + 3);
    world_.tell([&](TreeOracle& oracle) { oracle.exited(index, event); });
    if (event.decision.starts_with("ended") &&
        event.decision != "ended with its supervisor's life") {
      found->is_gone = true;
    }
    const bool gave_up = event.decision.starts_with("supervisor gave up");
    if (gave_up && found->group == 0) world_.is_ending = true;
    update_all();  // What has followed from it already.
  }

  static constexpr std::uint64_t levels_most = 4;  // Below root.

  bool is_flat_;
  TreeWorld world_;
  std::unique_ptr<SimNode> node_;
  std::unique_ptr<Restarts> restarts_;
  std::unique_ptr<Levels> levels_;
  OrderOfStart order_{world_};
  std::uint64_t last_event_ = 0;
};

}  // namespace troupe::simulation
