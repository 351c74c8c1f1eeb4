#pragma once
// Everything that happened, in order, as one number: the same seed gives the same.

#include <cstdint>

#include "world.hpp"

namespace troupe::simulation {

// Method: FNV-1a, 64 bits.
// Thread: one.
class Trace final : public Oracle {
 public:
  explicit Trace(World& world) : world_(world) {}

  void accepted(std::uint64_t id) override { note(1, id); }
  void undone(std::uint64_t id) override { note(2, id); }
  void handling(std::uint64_t id, std::uint32_t by) override { note(3, id * 1'000 + by); }
  void handled(std::uint64_t id) override { note(4, id); }
  void dead(std::uint64_t id, DeadReason why) override {
    note(5, id * 10 + static_cast<std::uint64_t>(why));
  }
  void told(std::uint64_t life, std::uint64_t number) override {
    note(6, life * 1'000'000 + number);
  }
  void life_ended(std::uint64_t life) override { note(7, life); }
  void published(std::uint64_t event) override { note(8, event); }
  void hearing(const Hearing& what) override { note(9, what.event * 1'000 + what.by); }

  [[nodiscard]] std::uint64_t value() const { return value_; }
  [[nodiscard]] std::uint64_t events() const { return events_; }

 private:
  void note(std::uint64_t what, std::uint64_t about) {
    ++events_;
    for (const std::uint64_t part :
         {what, about, static_cast<std::uint64_t>(world_.clock.now().ns)}) {
      value_ = (value_ ^ part) * 0x100'0000'01b3U;
    }
  }

  World& world_;
  std::uint64_t value_ = 0xcbf2'9ce4'8422'2325U;
  std::uint64_t events_ = 0;
};

}  // namespace troupe::simulation
