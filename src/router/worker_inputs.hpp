#pragma once
// What turns learn from outside: names, room in mailboxes, time, randomness.

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "base/random.hpp"
#include "model/turn_inputs.hpp"
#include "router/refusal_bursts.hpp"
#include "router/registry.hpp"
#include "scheduler/port.hpp"
#include "topic/subscriptions.hpp"

namespace troupe {

// What all turns of a node learn from.
struct InputsWorld {
  Registry& registry;
  const Clock& clock;
  Random& random;
  const std::atomic<bool>& is_stopping;  // The node stops: nothing new is begun.
  Port<Envelope>& control;               // Takes bursts of refusals.
};

// What any thread may know. Thread: the turn's.
class SharedInputs : public TurnInputs {
 public:
  SharedInputs(const InputsWorld& world, std::uint16_t worker, std::uint64_t last_id)
      : TurnInputs(last_id), world_(world), worker_(worker) {}

  Accepted<Address> find(std::string_view full_name) override;
  std::optional<Refusal> refusal(Address to, std::size_t payload_bytes) override {
    return world_.registry.refusal(to, payload_bytes);
  }
  void was_refused(Address /*to*/, Refusal /*why*/) override {}
  bool would_wait(Address to) override { return world_.registry.room(to) == Room::waits; }
  std::string label(Address actor) override;
  Accepted<Address> reserve(std::optional<std::string> full_name) override;
  void unreserve(Address address) override { world_.registry.retire(address); }
  Instant exact_now() override { return world_.clock.now(); }
  std::uint64_t wall_ms() override { return world_.clock.wall_ms(); }
  void random(std::span<std::uint8_t> out) override { world_.random.fill(out); }

 protected:
  ~SharedInputs() = default;

  [[nodiscard]] const InputsWorld& world() const { return world_; }
  [[nodiscard]] std::uint16_t worker() const { return worker_; }

 private:
  InputsWorld world_;
  // Where those live whom a turn makes: beside who made them, whom they talk to. Workers without
  // work take some of them.
  std::uint16_t worker_;
};

// For a turn that goes on beside its worker; what it is refused is counted for nobody. Thread: the
// turn's.
class AwayInputs final : public SharedInputs {
 public:
  // It may give out the message ids after `last_id`.
  AwayInputs(const InputsWorld& world, std::uint16_t worker, std::uint64_t last_id)
      : SharedInputs(world, worker, last_id) {}

  // Who listens is looked up when the turn has come home.
  bool has_subscriber(std::string_view /*topic*/) override { return true; }
  Instant now() override { return exact_now(); }
};

// For the turns of one worker. Thread: the worker's, inside a step.
class WorkerInputs final : public SharedInputs {
 public:
  WorkerInputs(const InputsWorld& world, const Subscriptions& topics, std::uint16_t worker)
      // 9 bits for the worker, 44 for its count: below 2^53.
      : SharedInputs(world, worker, std::uint64_t{worker} << 44U),
        topics_(topics),
        tick_count_(world.clock.ticks()) {}

  Accepted<Address> find(std::string_view full_name) override;
  std::string label(Address actor) override;
  Accepted<Address> reserve(std::optional<std::string> full_name) override;
  void unreserve(Address address) override { world().registry.retire_in_step(address, worker()); }
  bool has_subscriber(std::string_view topic) override { return topics_.any_match(topic); }
  Instant now() override {
    const bool is_new =
        tick_count_ == nullptr || tick_count_->load(std::memory_order_relaxed) != tick_;
    return is_new ? exact_now() : now_;
  }
  Instant exact_now() override {
    if (tick_count_ != nullptr) tick_ = tick_count_->load(std::memory_order_relaxed);
    now_ = world().clock.now();
    return now_;
  }
  void was_refused(Address to, Refusal why) override;
  // As old as the last look at the clock.
  [[nodiscard]] Instant last_now() const { return now_; }

  // For the message in hand, when its turn goes away. No handler has more effects than it has ids.
  [[nodiscard]] std::unique_ptr<AwayInputs> for_away() {
    return std::make_unique<AwayInputs>(world(), worker(), set_aside_ids(away_ids));
  }

 private:
  static constexpr std::uint64_t away_ids = 4 * limits::outbox_effects_max;

  const Subscriptions& topics_;
  Instant now_ = {};
  const std::atomic<std::uint64_t>* const tick_count_;  // The clock's.
  std::uint64_t tick_ = UINT64_MAX;                     // At now_.
  RefusalBursts refusal_bursts_;
};

}  // namespace troupe
