#pragma once
// What the turns of one worker learn from outside: names, room in mailboxes, time, randomness.

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "base/random.hpp"
#include "model/turn_inputs.hpp"
#include "router/registry.hpp"
#include "topic/subscriptions.hpp"

namespace troupe {

// Where new actors go. Thread: any thread.
class Placement {
 public:
  explicit Placement(std::uint16_t workers) : workers_(workers) {}
  // In turn over the workers.
  [[nodiscard]] std::uint16_t next() {
    return static_cast<std::uint16_t>(next_.fetch_add(1, std::memory_order_relaxed) % workers_);
  }

 private:
  std::atomic<std::uint32_t> next_{0};
  std::uint16_t workers_;
};

// Thread: the worker's, but for what Registry allows.
class WorkerInputs final : public TurnInputs {
 public:
  struct World {
    Registry& registry;
    Placement& placement;
    const Clock& clock;
    Random& random;
    const std::atomic<bool>& is_stopping;  // The node stops: nothing new is begun.
  };
  WorkerInputs(World world, const Subscriptions& topics, std::uint16_t worker)
      : world_(world), topics_(topics), next_id_(std::uint64_t{worker} << 44U) {}

  Accepted<Address> find(std::string_view full_name) override;
  std::optional<Refusal> refusal(Address to, std::size_t payload_bytes) override {
    return world_.registry.refusal(to, payload_bytes);
  }
  std::string label(Address actor) override;
  Accepted<Address> reserve(std::optional<std::string> full_name) override;
  void unreserve(Address address) override { world_.registry.retire(address); }
  bool has_subscriber(std::string_view topic) override { return topics_.any_match(topic); }
  // 9 bits for the worker, 44 for its count: below 2^53.
  std::uint64_t next_message_id() override { return ++next_id_; }
  Instant now() override {
    const std::uint64_t ticks = world_.clock.ticks();
    return ticks == ticks_ ? now_ : exact_now();
  }
  // As old as the last look at the clock.
  [[nodiscard]] Instant last_now() const { return now_; }
  Instant exact_now() override {
    ticks_ = world_.clock.ticks();
    now_ = world_.clock.now();
    return now_;
  }
  std::uint64_t wall_ms() override { return world_.clock.wall_ms(); }
  void random(std::span<std::uint8_t> out) override { world_.random.fill(out); }

 private:
  World world_;
  const Subscriptions& topics_;
  std::uint64_t next_id_;
  Instant now_ = {};
  std::uint64_t ticks_ = UINT64_MAX;  // At now_.
};

}  // namespace troupe
