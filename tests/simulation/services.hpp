#pragma once
// Services that are asked how they are, crash, are killed, and are restarted with the state that
// they save, on request or by snapshots.

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "awake.hpp"
#include "finding.hpp"
#include "health.hpp"
#include "keeper.hpp"
#include "pass.hpp"
#include "patient.hpp"
#include "quiet.hpp"
#include "readiness.hpp"
#include "runtime/sim_node.hpp"
#include "saved_state.hpp"
#include "service_world.hpp"
#include "standing.hpp"
#include "wall_clock.hpp"

namespace troupe::simulation {

// Thread: one.
class Services {
 public:
  Services(std::uint64_t seed, FaultPlan& plan)
      : world_(seed + 0x5e'4c00, plan),
        node_(std::make_unique<SimNode>(
            SimNode::Options{.workers = static_cast<std::uint16_t>(1 + seed % 3),
                             .seed = seed,
                             .on_exit = [this](const ExitEvent& event) { on_exit(event); },
                             .on_overslept = tells_who_oversleeps(world_)})) {
    world_.clock = &node_->clock();
    make_services();
    health_ = std::make_unique<HealthRules>(world_);
    readiness_ = std::make_unique<Readiness>(world_);
    saved_ = std::make_unique<SavedStates>(world_);
    standing_ = std::make_unique<Standing>(world_);
    world_.oracles = {health_.get(), readiness_.get(), saved_.get(), standing_.get()};
  }
  Services(const Services&) = delete;
  Services& operator=(const Services&) = delete;
  ~Services() {
    world_.oracles.clear();
    node_.reset();
  }

  Finding go() {
    spawn_services();
    for (std::uint32_t step = 0; step < FaultPlan::service_steps; ++step) do_step();
    // As long as any timer, time-out or delay.
    pass(std::chrono::seconds(1));
    world_.tell([](ServiceOracle& oracle) { oracle.settled(); });
    control().post([this] { control().end_node({}, std::chrono::seconds(60)); });
    node_->advance(std::chrono::seconds(70));
    check_that_it_is_quiet(*node_, [this](std::string what) { world_.fail(std::move(what)); });
    count_sleeps(world_, *node_);
    return finding_of(world_);
  }

 private:
  Control& control() { return node_->core().control(); }

  void make_services() {
    const std::uint64_t count = 3 + world_.below(3);
    for (std::uint64_t index = 0; index < count; ++index) {
      Service service{.name = fmt::format("test/s{}", index), .is_keeper = index % 2 == 1};
      service.while_unready = static_cast<WhileUnready>(world_.below(2));
      service.checks = {.interval = std::chrono::milliseconds(10 + world_.below(50)),
                        .timeout = std::chrono::milliseconds(10 * (1 + world_.below(3))),
                        .threshold = static_cast<std::uint32_t>(1 + world_.below(4))};
      if (service.is_keeper && world_.below(4) > 0) {
        service.snapshot_interval = std::chrono::milliseconds(5 + world_.below(50));
      }
      world_.services.push_back(std::move(service));
    }
  }
  void spawn_services() {
    control().post([this] {
      control().add_supervisor("calm", {.intensity = 1'000'000,
                                        .backoff = {.kind = Backoff::Kind::linear,
                                                    .base = std::chrono::milliseconds(5),
                                                    .cap = std::chrono::milliseconds(20)}});
    });
    world_.peer = spawn("peer", native_spec([] { return std::make_unique<Peer>(); }));
    auto spec = native_spec([] { return std::make_unique<Publisher>(); });
    spec->grants = *GrantSet::compile({.publish = {"news"}}, "test");
    publisher_ = spawn("publisher", std::move(spec));
    for (std::size_t index = 0; index < world_.services.size(); ++index) {
      Service& service = world_.services[index];
      spec = native_spec([this, index] { return std::make_unique<Patient>(world_, index); });
      if (service.is_keeper) {
        spec->code = std::make_shared<KeeperCode>(world_, index);
        spec->interfaces = spec->code->interfaces();
        spec->grants = *GrantSet::compile({.subscribe = {"news"}}, "test");
        spec->snapshot_interval = service.snapshot_interval;
      } else {
        spec->interfaces.health = true;
        spec->health = service.checks;
      }
      spec->mailbox.while_unready = service.while_unready;
      service.address = spawn(service.name.substr(5), std::move(spec));
    }
  }
  Address spawn(std::string name, std::shared_ptr<ActorSpec> spec) {
    const auto spawned = node_->spawn(
        {.name = std::move(name), .supervisor = "calm", .spec = std::move(spec), .config = {}});
    if (!spawned) world_.fail("a service can't start: " + spawned.error().message);
    return spawned.value_or(Address{});
  }

  // Some of all that may happen, at one instant; then some time.
  void do_step() {
    for (std::uint64_t left = world_.below(4); left > 0; --left) {
      offer(world_.below(world_.services.size()), Wish::work);
    }
    if (const auto chance = world_.fault(FaultKind::service_crash)) {
      // Twice: of what a life began with, perhaps.
      const std::size_t victim = *chance / 4 % world_.services.size();
      offer(victim, Wish::crash);
      if (*chance % 4 == 0) offer(victim, Wish::crash);
    }
    if (const auto chance = world_.fault(FaultKind::service_exit)) {
      offer(*chance % world_.services.size(), Wish::exit);
    }
    if (const auto chance = world_.fault(FaultKind::service_restart)) {
      restart(*chance % world_.services.size());
    }
    if (const auto chance = world_.fault(FaultKind::service_kill)) {
      control().post([this, victim = world_.services[*chance % world_.services.size()].address] {
        control().kill(victim, [](const auto&) {});
      });
    }
    if (const auto chance = world_.fault(FaultKind::wall_clock_jump)) {
      jump_wall_clock(node_->clock(), *chance);
    }
    rest();
    if (world_.below(3) == 0) publish();
    if (const auto chance = world_.fault(FaultKind::service_clock_jump)) {
      node_->clock().advance(std::chrono::milliseconds(*chance % 2'000));
      rest();
    }
    static constexpr std::array<std::int64_t, 6> spans_ms{0, 1, 5, 10, 20, 100};
    pass(std::chrono::milliseconds(spans_ms.at(world_.below(spans_ms.size()))));
  }
  void offer(std::size_t index, Wish wish) {
    const std::uint64_t message = ++last_message_;
    const bool is_accepted =
        node_->core()
            .send(world_.services[index].address, ServiceWorld::draft(wish, message))
            .has_value();
    world_.tell([&](ServiceOracle& oracle) { oracle.offered(index, message, is_accepted); });
  }
  // Nothing else changes who hears it, but for a restart with all that stands. One that waits for
  // its next life would begin it, and might subscribe before the event is published.
  void publish() {
    const std::uint64_t event = ++last_message_;
    world_.tell([event](ServiceOracle& oracle) { oracle.published(event); });
    (void)node_->core().send(publisher_, ServiceWorld::draft(Wish::publish, event));
    if (world_.below(2) == 0) {
      const std::size_t index = world_.below(world_.services.size());
      if (world_.services[index].is_alive) restart(index);
    }
    rest();
  }
  void restart(std::size_t index) {
    control().post([this, index] {
      control().restart(
          world_.services[index].address, std::chrono::milliseconds(5),
          [this, index](const Result<void>& outcome) {
            if (outcome || !outcome.error().message.contains("goes on")) return;
            world_.tell([index](ServiceOracle& oracle) { oracle.restart_refused(index); });
          });
    });
  }

  void pass(Duration span) {
    pass_time(*node_, span, [this] { rest(); });
  }
  void rest() {
    node_->run_until_idle();
    world_.tell([](ServiceOracle& oracle) { oracle.at_rest(); });
  }

  void on_exit(const ExitEvent& event) {
    check_stamp(event, node_->clock(), [this](std::string what) { world_.fail(std::move(what)); });
    const auto found = std::ranges::find(world_.services, event.name, &Service::name);
    if (found == world_.services.end()) return;
    const auto index = static_cast<std::size_t>(found - world_.services.begin());
    world_.note(10, index);
    world_.tell([&](ServiceOracle& oracle) { oracle.exited(index, event); });
  }

  ServiceWorld world_;
  std::unique_ptr<SimNode> node_;
  std::unique_ptr<HealthRules> health_;
  std::unique_ptr<Readiness> readiness_;
  std::unique_ptr<SavedStates> saved_;
  std::unique_ptr<Standing> standing_;
  Address publisher_ = {};
  std::uint64_t last_message_ = 0;
};

}  // namespace troupe::simulation
