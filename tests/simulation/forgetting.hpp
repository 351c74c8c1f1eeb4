#pragma once
// What waits when a life ends is handled by the next, or is a dead letter for that reason, as its
// receiver's mailbox says (OnRestart). What was in hand at a crash may come again in any case.

#include <cstdint>
#include <unordered_map>

#include "world.hpp"

namespace troupe::simulation {

// Thread: one.
class Forgetting final : public Oracle {
 public:
  explicit Forgetting(World& world) : world_(world) {}

  void life_began(std::uint64_t life, std::uint32_t player) override { player_of_[life] = player; }
  void life_ended(std::uint64_t life) override { ++ended_[player_of_[life]]; }
  void accepted(std::uint64_t id) override {
    const Record& record = world_.records[id];
    // With several workers it may be on its way when its receiver's life ends.
    const bool waits_at_once = world_.workers == 1 && record.sender != World::outside_sender;
    if (waits_at_once && world_.forgets[record.receiver])
      waits_since_[id] = ended_[record.receiver];
  }
  void crashed(std::uint64_t id) override { waits_since_.erase(id); }
  void handling(std::uint64_t id, std::uint32_t by) override {
    const auto found = waits_since_.find(id);
    if (found != waits_since_.end() && found->second != ended_[by]) {
      world_.fail(fmt::format("message {} has waited for a life that ended", id));
    }
  }
  void dead(std::uint64_t id, DeadReason why) override {
    if (why != DeadReason::restarted) return;
    if (!world_.forgets[world_.records[id].receiver]) {
      world_.fail(fmt::format("message {} is dead, but was to wait for the next life", id));
    }
  }

 private:
  World& world_;
  std::unordered_map<std::uint64_t, std::uint32_t> player_of_;    // By life.
  std::unordered_map<std::uint32_t, std::uint64_t> ended_;        // Lives, by player.
  std::unordered_map<std::uint64_t, std::uint64_t> waits_since_;  // How many had ended, by message.
};

}  // namespace troupe::simulation
