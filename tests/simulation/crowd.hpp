#pragma once
// Many players who talk to each other and never give up: what becomes of their messages.

#include <algorithm>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "awake.hpp"
#include "base/format.hpp"
#include "beside.hpp"
#include "bounded.hpp"
#include "child.hpp"
#include "conservation.hpp"
#include "finding.hpp"
#include "forgetting.hpp"
#include "guest.hpp"
#include "listening.hpp"
#include "lives.hpp"
#include "order.hpp"
#include "outcomes.hpp"
#include "player.hpp"
#include "quiet.hpp"
#include "refusals.hpp"
#include "runtime/sim_node.hpp"
#include "trace.hpp"
#include "wall_clock.hpp"

namespace troupe::simulation {

// Thread: one.
class Crowd {
 public:
  Crowd(std::uint64_t seed, FaultPlan& plan)
      : node_(std::make_unique<SimNode>(
            SimNode::Options{.workers = static_cast<std::uint16_t>(1 + seed % 4),
                             // Every other time so small that it is full now and then.
                             .inbox_messages = seed % 8 < 4 ? 3 : limits::inbox_messages_max,
                             .seed = seed,
                             .stacks = has_fibers ? &beside_ : nullptr,
                             .on_overslept = tells_who_oversleeps(world_)})),
        world_(seed, node_->clock(), plan) {
    world_.workers = node_->core().workers().size();
    world_.is_away = [this] { return beside_.is_away(); };
    world_.unseen_dead = [this] { return unseen_dead(); };
    world_.oracles = {&conservation_, &order_,   &outcomes_, &listening_, &lives_,
                      &forgetting_,   &bounded_, &refusals_, &trace_};
  }

  Crowd(const Crowd&) = delete;
  Crowd& operator=(const Crowd&) = delete;
  ~Crowd() {
    world_.oracles.clear();  // Whoever is left after a failure tells nobody.
    beside_.all_come_home();
    node_.reset();
  }

  Finding go() {
    spawn_players();
    world_.messages_left = 3'000;
    while (world_.messages_left > 0) slice();
    settle();
    publish_to_all();
    check_drops();
    for (const auto& worker : node_->core().workers()) {
      world_.counts["move"] += worker->counters().moved.load();
      world_.counts["wait for room"] += worker->counters().paused.load();
      world_.counts["full inbox"] += worker->counters().held_back.load();
    }
    world_.tell([](Oracle& oracle) { oracle.finish(); });
    end_node();
    count_sleeps(world_, *node_);
    world_.counts["turn beside its worker"] += beside_.times_left();
    return {.trace = trace_.value(),
            .events = trace_.events(),
            .counts = world_.counts,
            .failures = world_.failures};
  }

 private:
  void spawn_players() {
    // Who crashes on purpose is restarted as often as it likes.
    Control& control = node_->core().control();
    control.post([&control] {
      control.add_supervisor(
          "calm", {.intensity = 1'000'000, .backoff = {.kind = Backoff::Kind::immediate}});
    });
    const std::size_t count = 50 + world_.below(31);
    world_.players.resize(count);
    world_.listens.resize(count);
    world_.is_stopped.resize(count);
    world_.forgets.resize(count);
    for (std::uint32_t index = 0; index < count; ++index) {
      auto spec = native_spec([this, index] { return std::make_unique<Player>(world_, index); });
      if (index % 2 == 1) {
        spec->code = std::make_shared<GuestCode>(
            [this, index] { return std::make_unique<Player>(world_, index); });
        spec->interfaces = spec->code->interfaces();
        spec->component =
            "local/player.wasm@1.0.0";  // It ends when it is killed, unlike native code.
        spec->long_running = world_.chance(10);
      }
      spec->mailbox = {.messages = static_cast<std::uint32_t>(1 + world_.below(12)),
                       .when_full = static_cast<WhenFull>(world_.below(when_full_names.size())),
                       .on_restart = world_.chance(25) ? OnRestart::drop : OnRestart::keep,
                       .redeliver = static_cast<std::uint8_t>(world_.below(3) == 0 ? 1 : 0)};
      spec->quotas.requests = static_cast<std::uint32_t>(1 + world_.below(8));
      spec->quotas.timers = static_cast<std::uint32_t>(1 + world_.below(3));
      spec->quotas.children = static_cast<std::uint32_t>(1 + world_.below(4));
      // Nobody below it has children, so those who count them refuse none that it may have.
      if (index % 4 < 2) spec->quotas.descendants = spec->quotas.children;
      spec->quotas.payload_bytes = World::payload_bounds.at(index % World::payload_bounds.size());
      world_.bounds.push_back({.messages = spec->mailbox.messages,
                               .when_full = spec->mailbox.when_full,
                               .requests = spec->quotas.requests,
                               .timers = spec->quotas.timers,
                               .children = spec->quotas.children,
                               .payload_bytes = spec->quotas.payload_bytes});
      world_.forgets[index] = spec->mailbox.on_restart == OnRestart::drop;
      children_.push_back(
          native_spec([this, index] { return std::make_unique<Child>(world_, index); }));
      spec->add_template("child",
                         {.spec = children_.back().get(), .restart = RestartType::transient});

      // Nobody knows which events the others drop, or do not let in.
      world_.listens[index] = spec->mailbox.when_full == WhenFull::refuse;
      const auto spawned = node_->spawn({.name = fmt::format("player-{}", index),
                                         .supervisor = "calm",
                                         .spec = std::move(spec),
                                         .config = {}});
      if (!spawned) {
        world_.fail("a player can't start: " + spawned.error().message);
        return;
      }
      world_.players[index] = *spawned;
    }
  }

  // One that leaves now.
  Duration stays_away() {
    const Duration said = std::exchange(world_.stays_away, {});
    // Whoever waits for a player to start, or to publish, lets no time pass.
    if (world_.is_over || world_.players.back().is_nobody()) return {};
    return said > Duration::zero() ? said : std::chrono::microseconds(world_.below(2'000));
  }

  // Something from outside, then as much as comes of it.
  void slice() {
    for (std::uint64_t left = 1 + world_.below(World::slice_max); left > 0; --left)
      send_from_outside();
    const std::size_t victim = world_.below(world_.players.size());
    Control& control = node_->core().control();
    if (!world_.is_stopped[victim] && world_.fault(FaultKind::kill)) {
      control.post([&, victim] { control.kill(world_.players[victim], [](const auto&) {}); });
    }
    // What its mailbox dropped is not known of one that is gone, so only those that drop nothing.
    if (!drops(victim) && !world_.is_stopped[victim] && world_.fault(FaultKind::stop)) {
      world_.is_stopped[victim] = true;
      control.post([&, victim] {
        control.stop(world_.players[victim], std::chrono::milliseconds(5), [](const auto&) {});
      });
    }
    if (const auto chance = world_.fault(FaultKind::clock_jump)) {
      // Over all that is due on the way, perhaps by hours.
      world_.clock.advance(
          std::chrono::milliseconds(*chance % 2 == 0 ? *chance % 500 : *chance % 10'000'000));
    }
    if (const auto chance = world_.fault(FaultKind::wall_clock_jump)) {
      jump_wall_clock(node_->clock(), *chance);
    }
    if (world_.workers == 1) flood();
    node_->run_until_idle();
    collect_dead();
    if (!world_.chance(50)) return;
    world_.count("sleep");
    node_->advance(std::chrono::microseconds(world_.below(8'000)));
    collect_dead();
  }

  [[nodiscard]] bool drops(std::size_t player) const {
    return world_.bounds[player].when_full != WhenFull::refuse &&
           world_.bounds[player].when_full != WhenFull::block;
  }

  // More than anybody has room for, without time for those who take long; they may say so.
  void flood() {
    constexpr std::uint64_t waves = 6;
    if (world_.messages_left < waves * World::slice_max) return;
    const auto chance = world_.fault(FaultKind::flood);
    if (!chance) return;
    const auto to = static_cast<std::uint32_t>(*chance % world_.players.size());
    for (std::uint64_t wave = 0; wave < waves; ++wave) {
      node_->run_until_idle();
      collect_dead();
      world_.messages_left -= std::min(World::slice_max, world_.messages_left);
      for (std::uint64_t i = 0; i < World::slice_max; ++i) send_from_outside_to(to);
    }
  }

  void send_from_outside() {
    if (world_.messages_left == 0) return;
    --world_.messages_left;
    send_from_outside_to(static_cast<std::uint32_t>(world_.below(world_.players.size())));
  }
  void send_from_outside_to(std::uint32_t to) {
    const Bytes payload = world_.draft(World::outside_sender, to, Priority::normal);
    const std::uint64_t id = world_.last_id();
    if (const auto sent = node_->core().send(world_.players[to], payload)) {
      world_.tell([id](Oracle& oracle) { oracle.accepted(id); });
    } else {
      const bool is_gone = sent.error().code == ErrorCode::not_found;
      const Refusal why = is_gone ? Refusal::gone : Refusal::busy;
      world_.tell([why](Oracle& oracle) { oracle.refused(World::outside_sender, why); });
    }
  }

  // Until nothing is on its way and every timeout is over.
  void settle() {
    for (int i = 0; i < 20; ++i) {
      node_->advance(std::chrono::milliseconds(100));
      collect_dead();
    }
  }

  // Each in turn, while nothing else goes on.
  void publish_to_all() {
    world_.is_over = true;
    for (std::uint32_t index = 0; index < world_.players.size(); ++index) {
      if (world_.is_stopped[index]) continue;
      const std::size_t before = world_.events.size();
      send_from_outside_to(index);
      node_->run_until_idle();
      if (world_.events.size() != before + 1) world_.fail("a player does not publish");
      if (listening_.was_published(before)) listening_.check_that_all_have_heard(before);
    }
    collect_dead();
  }

  void end_node() {
    Control& control = node_->core().control();
    control.post([this, &control] {
      control.end_node({}, std::chrono::seconds(60));
      world_.is_stopping = true;  // At once, since nothing waits.
    });
    // As long as a start may take: one beside its worker has an alarm.
    node_->advance(std::chrono::seconds(6));
    world_.tell([](Oracle& oracle) { oracle.node_ended(); });
    refusals_.check(node_->core().counters());
    check_that_it_is_quiet(*node_, [this](std::string what) { world_.fail(std::move(what)); });
    for (const ExitEvent& event : node_->exits()) {
      if (event.exit.text == "children: restart intensity") world_.count("family gave up");
    }
  }

  [[nodiscard]] std::uint64_t unseen_dead() const {
    std::uint64_t total = 0;
    for (std::size_t reason = 0; reason < dead_reason_count; ++reason) {
      total += node_->core().dead_letters().count(static_cast<DeadReason>(reason));
    }
    return total - dead_seen_;
  }
  void collect_dead() {
    const std::uint64_t fresh = unseen_dead();
    dead_seen_ += fresh;
    auto letters = node_->core().dead_letters().latest(fresh);
    if (letters.size() != fresh) world_.fail("more dead letters at once than are kept");
    for (auto letter = letters.rbegin(); letter != letters.rend(); ++letter) {
      if (!letter->topic.empty()) continue;  // An event: it has no id in its payload.
      const std::uint64_t id = World::id_in(letter->payload);
      if (id == World::refused_id) {
        world_.fail("a message that was refused is dead");
        continue;
      }
      world_.tell([&](Oracle& oracle) { oracle.dead(id, letter->reason); });
    }
    if (++looks_ % 16 == 0 && beside_.left() == 0) bounded_.check_memory();
  }

  // What is missing was dropped by a policy, if there is one, and as often as the mailbox says.
  void check_drops() {
    const std::vector<std::uint64_t> missing = conservation_.missing();
    for (const ActorStatus& status : node_->core().roster().actors()) {
      const auto player = std::ranges::find(world_.players, status.address);
      if (player == world_.players.end()) continue;
      const auto index = static_cast<std::uint32_t>(player - world_.players.begin());
      refusals_.check(index, status);
      if (status.queued != 0) world_.fail(fmt::format("{} was never woken", status.name));
      if (drops(index)) {
        world_.counts["dropped: " + std::string(to_string(world_.bounds[index].when_full))] +=
            missing[index];
        if (missing[index] == status.dropped) continue;
      } else if (missing[index] + status.dropped == 0) {
        continue;
      }
      world_.fail(fmt::format("{} ({}): {} are missing, {} were dropped", status.name,
                              to_string(world_.bounds[index].when_full), missing[index],
                              status.dropped));
    }
    for (std::size_t index = 0; index < missing.size(); ++index) {
      if (world_.is_stopped[index] && missing[index] != 0) {
        world_.fail(fmt::format("{} messages to player {}, which stopped, are lost", missing[index],
                                index));
      }
    }
  }

  std::vector<std::shared_ptr<ActorSpec>> children_;  // What each player may spawn.
  Beside beside_{[this] { return node_->clock().now(); }, [this] { return stays_away(); }};
  std::unique_ptr<SimNode> node_;
  World world_;
  Conservation conservation_{world_};
  Order order_{world_};
  Outcomes outcomes_{world_};
  Listening listening_{world_};
  Lives lives_{world_};
  Forgetting forgetting_{world_};
  Bounded bounded_{world_, *node_};
  Refusals refusals_{world_};
  Trace trace_{world_};
  std::uint64_t dead_seen_ = 0;
  std::uint64_t looks_ = 0;
};

}  // namespace troupe::simulation
