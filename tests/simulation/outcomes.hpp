#pragma once
// Every request has one outcome, every timer fires once, and both reach the life that asked. A life
// that has ended hears nothing more.

#include <cstdint>
#include <map>
#include <set>
#include <utility>

#include "world.hpp"

namespace troupe::simulation {

// Thread: one.
class Outcomes final : public Oracle {
 public:
  explicit Outcomes(World& world) : world_(world) {}

  void asked(std::uint64_t life, std::uint64_t number, Wanted /*what*/) override {
    open_[life].insert(number);
  }
  void told(std::uint64_t life, std::uint64_t number) override {
    const auto found = open_.find(life);
    if (found == open_.end() || found->second.erase(number) != 1) {
      world_.fail(
          fmt::format("life {} hears of {}, which it has not asked or has heard", life, number));
    }
  }
  void life_ended(std::uint64_t life) override { open_.erase(life); }
  void finish() override {
    for (const auto& [life, numbers] : open_) {
      for (const std::uint64_t number : numbers) {
        world_.fail(fmt::format("life {} never hears what became of {}", life, number));
      }
    }
  }

 private:
  World& world_;
  std::map<std::uint64_t, std::set<std::uint64_t>> open_;
};

}  // namespace troupe::simulation
