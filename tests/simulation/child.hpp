#pragma once
// What a player spawns: says a word to its parent, then crashes, ends or stays, as chance has it.

#include <cstdint>

#include "troupe/actor.hpp"
#include "world.hpp"

namespace troupe::simulation {

// Thread: one.
class Child final : public Actor {
 public:
  Child(World& world, std::uint32_t parent)
      : world_(world), parent_(parent), number_(world.children_begun++) {}
  ~Child() override {
    if (!has_begun_) return;
    world_.tell([this](Oracle& oracle) { oracle.child_ended(parent_); });
  }

  // `config`: its parent's life.
  Outcome start(Turn& turn, BytesView config) override {
    if (World::id_in(config) == World::refused_id) world_.fail("a child that was refused begins");
    has_begun_ = true;
    world_.tell([&](Oracle& oracle) { oracle.child_began(World::id_in(config), parent_); });
    if (world_.is_over) return {};
    const Bytes payload =
        world_.draft(World::first_child_sender + number_, parent_, Priority::normal);
    const std::uint64_t id = world_.last_id();
    const auto sent = turn.send(world_.players[parent_], payload);
    const bool is_sent = sent.has_value();
    if (!is_sent) {
      world_.tell([&](Oracle& oracle) {
        oracle.refused(World::first_child_sender + number_, sent.error());
      });
    }
    if (world_.fault(FaultKind::failing_child)) {
      if (is_sent) world_.tell([id](Oracle& oracle) { oracle.undone(id); });
      return Outcome::error("chance");
    }
    if (is_sent) world_.tell([id](Oracle& oracle) { oracle.accepted(id); });
    (void)turn.start_timer(std::chrono::milliseconds(1 + world_.below(20)), {});
    return {};
  }
  Outcome handle(Turn& /*turn*/, BytesView /*message*/) override { return {}; }
  Outcome fired(Turn& turn, std::uint64_t /*timer*/) override {
    if (world_.fault(FaultKind::crash_of_child)) return Outcome::crash("chance");
    if (world_.chance(30)) turn.exit({});
    return {};
  }

 private:
  World& world_;
  std::uint32_t parent_;
  std::uint32_t number_;
  bool has_begun_ = false;
};

}  // namespace troupe::simulation
