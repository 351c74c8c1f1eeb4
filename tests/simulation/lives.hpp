#pragma once
// A life is called only until it ends or crashes, and an actor has one at a time. No child outlives
// the life that spawned it into the next, or the node.

#include <cstdint>
#include <map>
#include <set>

#include "world.hpp"

namespace troupe::simulation {

// Thread: one.
class Lives final : public Oracle {
 public:
  explicit Lives(World& world) : world_(world) {}

  void life_began(std::uint64_t life, std::uint32_t player) override {
    if (const auto found = life_of_.find(player); found != life_of_.end()) {
      world_.fail(
          fmt::format("player {} has two lives at once, {} and {}", player, found->second, life));
    }
    if (const std::uint64_t left = children_[player]; left != 0) {
      world_.fail(
          fmt::format("player {} lives again, but {} of its children do not end", player, left));
    }
    life_of_[player] = life;
    living_.emplace(life, player);
  }
  void called(std::uint64_t life) override {
    if (!living_.contains(life) || crashed_.contains(life)) {
      world_.fail(fmt::format("life {} is called, but is over", life));
    }
  }
  void life_crashed(std::uint64_t life) override { crashed_.insert(life); }
  void life_ended(std::uint64_t life) override {
    const auto found = living_.find(life);
    life_of_.erase(found->second);
    living_.erase(found);
  }

  void child_began(std::uint64_t parent_life, std::uint32_t parent) override {
    const auto found = life_of_.find(parent);
    if (found != life_of_.end() && found->second > parent_life) {
      world_.fail(
          fmt::format("a child of life {} begins beside life {}", parent_life, found->second));
    }
    ++children_[parent];
  }
  void child_ended(std::uint32_t parent) override { --children_[parent]; }
  void node_ended() override {
    for (const auto& [life, player] : living_) {
      world_.fail(fmt::format("life {} of player {} is left at the end", life, player));
    }
    for (const auto& [player, left] : children_) {
      if (left != 0) world_.fail(fmt::format("{} children of player {} are left", left, player));
    }
  }

 private:
  World& world_;
  std::map<std::uint64_t, std::uint32_t> living_;
  std::set<std::uint64_t> crashed_;
  std::map<std::uint32_t, std::uint64_t> life_of_;
  std::map<std::uint32_t, std::uint64_t> children_;
};

}  // namespace troupe::simulation
