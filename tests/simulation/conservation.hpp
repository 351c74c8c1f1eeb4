#pragma once
// What was accepted is handled, or a dead letter, or dropped by policy: one of them, once. What was
// not accepted, or was undone, never arrives.

#include <cstdint>
#include <vector>

#include "world.hpp"

namespace troupe::simulation {

// Thread: one.
class Conservation final : public Oracle {
 public:
  explicit Conservation(World& world) : world_(world) {}

  void accepted(std::uint64_t id) override { set(id, State::accepted); }
  void undone(std::uint64_t id) override { set(id, State::undone); }
  void handling(std::uint64_t id, std::uint32_t by) override {
    if (state(id) != State::accepted) {
      world_.fail(fmt::format("message {} arrives, but it is {}", id, name(state(id))));
    }
    if (world_.records[id].receiver != by) world_.fail(fmt::format("message {} went astray", id));
  }
  void handled(std::uint64_t id) override { set(id, State::handled); }
  void dead(std::uint64_t id, DeadReason why) override {
    world_.count("dead: " + std::string(to_string(why)));
    if (state(id) != State::accepted) {
      world_.fail(fmt::format("message {} is dead, but it was {}", id, name(state(id))));
    }
    const Record& record = world_.records[id];
    if (why == DeadReason::expired && world_.clock.now() < record.expires) {
      world_.fail(fmt::format("message {} expires before its time", id));
    }
    if (why == DeadReason::gone && !world_.is_stopped[record.receiver]) {
      world_.fail(fmt::format("message {} is dead, but player {} is there", id, record.receiver));
    }
    set(id, State::dead);
  }

  // Of those accepted for a player, how many have come to nothing that anybody saw.
  [[nodiscard]] std::vector<std::uint64_t> missing() const {
    std::vector<std::uint64_t> missing(world_.players.size());
    for (std::size_t id = 0; id < states_.size(); ++id) {
      if (states_[id] == State::accepted) ++missing.at(world_.records[id].receiver);
    }
    return missing;
  }

 private:
  enum class State : std::uint8_t { never_sent, accepted, undone, handled, dead };

  static std::string_view name(State state) {
    constexpr std::array<std::string_view, 5> names{"never sent", "accepted", "undone", "handled",
                                                    "dead"};
    return names.at(static_cast<std::size_t>(state));
  }
  [[nodiscard]] State state(std::uint64_t id) const {
    return id < states_.size() ? states_[id] : State::never_sent;
  }
  void set(std::uint64_t id, State state) {
    if (id >= states_.size()) states_.resize(id + 1, State::never_sent);
    states_[id] = state;
  }

  World& world_;
  std::vector<State> states_;
};

}  // namespace troupe::simulation
