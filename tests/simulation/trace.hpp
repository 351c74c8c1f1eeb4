#pragma once
// Everything that happened in a crowd, as a Fingerprint.

#include <cstdint>

#include "fingerprint.hpp"
#include "world.hpp"

namespace troupe::simulation {

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

  [[nodiscard]] std::uint64_t value() const { return so_far_.value(); }
  [[nodiscard]] std::uint64_t events() const { return so_far_.events(); }

 private:
  void note(std::uint64_t what, std::uint64_t about) {
    so_far_.note({what, about, static_cast<std::uint64_t>(world_.clock.now().ns)});
  }

  World& world_;
  Fingerprint so_far_;
};

}  // namespace troupe::simulation
