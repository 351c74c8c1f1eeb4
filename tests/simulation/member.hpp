#pragma once
// The actor of the trees: does what it is told to, and tells what happens to it.

#include <chrono>
#include <cstddef>

#include "tree_world.hpp"
#include "troupe/actor.hpp"

namespace troupe::simulation {

// Thread: one.
class MemberActor final : public Actor {
 public:
  MemberActor(TreeWorld& world, std::size_t index) : world_(world), index_(index) {}
  ~MemberActor() override {
    if (!has_begun_) return;
    world_.look();
    world_.tell([this](TreeOracle& oracle) { oracle.ended(index_); });
    Member& member = world_.members[index_];
    member.is_alive = false;
    member.ended_at = world_.now();
    world_.note(index_ * 8 + 2);
  }

  Outcome start(Turn& turn, BytesView /*config*/) override {
    Member& member = world_.members[index_];
    world_.look();
    if (member.is_alive) world_.fail(member.name + ": has two lives at once");
    if (member.is_gone && !member.stop_asked) world_.fail(member.name + ": begins, but is gone");
    world_.tell([this](TreeOracle& oracle) { oracle.began(index_); });
    has_begun_ = true;
    member.is_alive = true;
    member.stopped_unasked = false;
    member.restart_asked = false;
    member.due.reset();
    member.lives_above = world_.lives_above(index_);
    ++member.lives;
    world_.note(index_ * 8 + 1);
    // Beyond all that happens: only its life's end takes it away.
    (void)turn.start_timer(std::chrono::hours(24), {});
    if (world_.fault(FaultKind::tree_failing_start)) return Outcome::error("chance");
    return {};
  }
  Outcome handle(Turn& turn, BytesView message) override {
    if (has_crashed_) world_.fail(world_.members[index_].name + ": is called after its crash");
    if (as_text(message) == "exit") {
      turn.exit({});
      return {};
    }
    has_crashed_ = true;
    return Outcome::crash("told to");
  }
  void stop(Turn& /*turn*/, Duration /*budget*/) override {
    Member& member = world_.members[index_];
    world_.look();
    world_.tell([this](TreeOracle& oracle) { oracle.stopping(index_); });
    member.stopped_unasked = !member.stop_asked && !member.restart_asked;
  }

 private:
  TreeWorld& world_;
  std::size_t index_;
  bool has_begun_ = false;
  bool has_crashed_ = false;
};

}  // namespace troupe::simulation
