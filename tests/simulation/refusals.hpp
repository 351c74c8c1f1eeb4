#pragma once
// Each refusal is counted once, for whom was told it and for the node, and under the reason that
// was told.

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>

#include "troupe/status.hpp"
#include "world.hpp"

namespace troupe::simulation {

// Thread: one.
class Refusals final : public Oracle {
 public:
  explicit Refusals(World& world) : world_(world) {}

  void refused(std::uint32_t sender, Refusal why) override {
    const std::string reason(to_string(why));
    world_.count(sender == World::outside_sender ? "refused from outside" : "refused: " + reason);
    // There are no other nodes, and for all that is refused there is a word.
    if (why == Refusal::unreachable || why == Refusal::other) {
      world_.fail("a call is refused: " + reason);
    }
    ++told_[sender].at(std::to_underlying(why));
  }

  void check(std::uint32_t player, const ActorStatus& status) {
    compare(fmt::format("of player {}", player), told_[player], status.refused_by);
  }
  void check(const NodeCounters& counters) {
    Counts all{};
    for (const auto& [sender, counts] : told_) {
      for (std::size_t why = 0; why < refusal_count; ++why) all.at(why) += counts.at(why);
    }
    compare("in all", all, counters.refused_by);
  }

 private:
  using Counts = std::array<std::uint64_t, refusal_count>;

  void compare(std::string_view whose, const Counts& told, const Counts& counted) {
    for (std::size_t why = 0; why < refusal_count; ++why) {
      if (told.at(why) == counted.at(why)) continue;
      world_.fail(fmt::format("{} calls {} were refused: {}, but {} are counted", told.at(why),
                              whose, to_string(static_cast<Refusal>(why)), counted.at(why)));
    }
  }

  World& world_;
  std::map<std::uint32_t, Counts> told_;
};

}  // namespace troupe::simulation
