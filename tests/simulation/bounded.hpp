#pragma once
// Nobody has more open than its quotas allow, nor is refused below them; a mailbox that refuses
// when it is full holds no more than its bound and what could not be told in time; memory is in
// proportion to what waits, and all of it is given back.

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <set>
#include <unordered_map>
#include <utility>

#include "runtime/sim_node.hpp"
#include "world.hpp"

namespace troupe::simulation {

// Thread: one.
class Bounded final : public Oracle {
 public:
  Bounded(World& world, SimNode& node) : world_(world), node_(node) {}

  // --- What one life has open.
  void life_began(std::uint64_t life, std::uint32_t player) override {
    lives_[life].player = player;
  }
  void asked(std::uint64_t life, std::uint64_t number, Wanted what) override {
    wanted_[{life, number}] = what;
    if (++open(life, what) > quota(life, what)) {
      world_.fail(fmt::format("life {} has more than {} open", life, quota(life, what)));
    }
  }
  void over_quota(std::uint64_t life, Wanted what, std::size_t more) override {
    if (open(life, what) + more == quota(life, what)) return;
    world_.fail(fmt::format("life {} has {} of {} open, and is over its quota", life,
                            open(life, what) + more, quota(life, what)));
  }
  void told(std::uint64_t life, std::uint64_t number) override {
    const auto found = wanted_.find({life, number});
    if (found == wanted_.end()) return;  // The affair of outcomes.hpp.
    --open(life, found->second);
    wanted_.erase(found);
  }
  void child_began(std::uint64_t /*parent_life*/, std::uint32_t parent) override {
    if (++children_[parent] > world_.bounds[parent].children) {
      world_.fail(fmt::format("player {} has more than {} children", parent,
                              world_.bounds[parent].children));
    }
  }
  void child_ended(std::uint32_t parent) override { --children_[parent]; }

  // --- What waits for one player.
  void accepted(std::uint64_t id) override {
    const Record& record = world_.records[id];
    ++waiting_;
    const std::uint64_t waits = ++waits_for_[record.receiver];
    // Whoever sends from beside its worker is not told what has happened there since.
    std::uint64_t& more = sent_unknowing_[record.receiver];
    if (world_.is_away()) ++more;
    const Bounds& bounds = world_.bounds[record.receiver];
    // Elsewhere more may be under way than anybody could be told.
    if (world_.workers > 1 || bounds.when_full != WhenFull::refuse) return;
    const std::uint64_t unseen = world_.unseen_dead();
    if (waits > bounds.messages + overshoot + unseen + more) {
      world_.fail(fmt::format("{} messages wait for player {}, whose bound is {}", waits,
                              record.receiver, bounds.messages));
    }
  }
  void handled(std::uint64_t id) override { is_over(id); }
  void dead(std::uint64_t id, DeadReason /*why*/) override { is_over(id); }

  // --- Memory.
  // REQUIRES: the node is idle, and every dead letter is known.
  void check_memory() {
    // A cell, what it has done, its rarities, its books and its family.
    constexpr std::uint64_t blocks_of_actor = 5;
    const std::uint64_t living = node_.living_blocks();
    const std::uint64_t bound = blocks_of_actor * node_.core().registry().live_count() +
                                blocks_of_message * waiting_ + blocks_of_dead_letters();
    if (living > bound) {
      world_.fail(fmt::format("{} blocks live, which is more than {}", living, bound));
    }
  }
  // REQUIRES: the node has ended.
  void node_ended() override {
    if (const std::uint32_t slots = node_.core().registry().live_count(); slots != 0) {
      world_.fail(fmt::format("{} addresses are taken at the end", slots));
    }
    const std::uint64_t living = node_.living_blocks();
    const std::uint64_t kept = blocks_of_dead_letters();
    if (living != kept) {
      world_.fail(fmt::format("{} blocks are left at the end, {} of dead letters", living, kept));
    }
  }

 private:
  static constexpr std::uint64_t blocks_of_message = 2;
  static constexpr std::uint64_t inline_bytes = 8;
  // The one in hand; another that a life has crashed over; what one handler, or one slice from
  // outside, sends before it can be told.
  static constexpr std::uint64_t overshoot = 1 + 1 + 2 * World::burst_max + World::slice_max;

  std::uint64_t& open(std::uint64_t life, Wanted what) {
    return lives_[life].open.at(std::to_underlying(what));
  }
  [[nodiscard]] std::uint64_t quota(std::uint64_t life, Wanted what) {
    const Bounds& bounds = world_.bounds[lives_[life].player];
    return what == Wanted::answer ? bounds.requests : bounds.timers;
  }
  void is_over(std::uint64_t id) {
    --waiting_;
    --waits_for_[world_.records[id].receiver];
  }
  [[nodiscard]] std::uint64_t blocks_of_dead_letters() const {
    std::uint64_t blocks = 0;
    std::set<Bytes> events;  // All who hear of one share its payload.
    for (const DeadLetter& letter : node_.core().dead_letters().latest(SIZE_MAX)) {
      if (!letter.topic.empty()) events.insert(letter.payload);
      blocks +=
          letter.topic.empty() && letter.payload.size() > inline_bytes ? blocks_of_message : 1;
    }
    return blocks + events.size();
  }

  World& world_;
  SimNode& node_;
  // Of a life that goes on, or has asked for something.
  struct Life {
    std::uint32_t player = 0;
    std::array<std::uint64_t, 2> open = {};
  };
  std::unordered_map<std::uint64_t, Life> lives_;
  std::map<std::pair<std::uint64_t, std::uint64_t>, Wanted> wanted_;
  std::map<std::uint32_t, std::uint64_t> children_;   // That live, by player.
  std::map<std::uint32_t, std::uint64_t> waits_for_;  // Likewise.
  std::map<std::uint32_t, std::uint64_t> sent_unknowing_;
  std::uint64_t waiting_ = 0;  // For all.
};

}  // namespace troupe::simulation
