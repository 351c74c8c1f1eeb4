#pragma once
// A service whose state is saved, a stand-in for a guest that exports `state`, and whom it talks
// to.

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/format.hpp"
#include "engine/engine.hpp"
#include "service_world.hpp"
#include "troupe/actor.hpp"

namespace troupe::simulation {

// Answers each request when as many milliseconds have passed as it says. Thread: one.
class Peer final : public Actor {
 public:
  Outcome handle(Turn& turn, BytesView message) override {
    const std::chrono::milliseconds delay(message[0]);
    const auto later = turn.responder_for_later();
    const auto timer = turn.start_timer(delay, {});
    if (later && timer) owed_.emplace_back(*timer, *later);
    return {};
  }
  Outcome fired(Turn& turn, std::uint64_t timer) override {
    for (const auto& [number, responder] : owed_) {
      if (number == timer) (void)turn.answer(responder, {});
    }
    std::erase_if(owed_, [timer](const auto& one) { return one.first == timer; });
    return {};
  }

 private:
  std::vector<std::pair<std::uint64_t, Responder>> owed_;
};

// Publishes what it is sent. Thread: one.
class Publisher final : public Actor {
 public:
  Outcome handle(Turn& turn, BytesView message) override {
    (void)turn.publish("news", message);
    return {};
  }
};

// Its state is a number, which each message makes greater. Thread: one.
class Keeper final : public Instance {
 public:
  Keeper(ServiceWorld& world, std::size_t index) : world_(world), index_(index) {}
  ~Keeper() override { world_.life_is_over(index_); }

  Reply boot(HostCalls& /*host*/) override { return {}; }
  Reply start(HostCalls& /*host*/, BytesView /*config*/) override {
    world_.note(1, index_);
    world_.tell([this](ServiceOracle& oracle) { oracle.began(index_, std::nullopt); });
    return be_ready();
  }
  Reply load(HostCalls& /*host*/, std::string_view /*version*/, const SavedState& saved,
             BytesView /*config*/) override {
    std::array<std::uint64_t, 2> state{};
    if (saved.bytes.size() != sizeof state) world_.fail(index_, "is given another state");
    std::memcpy(state.data(), saved.bytes.data(), sizeof state);
    const auto [save, value] = state;
    world_.note(5, save);
    world_.tell([&](ServiceOracle& oracle) { oracle.began(index_, save); });
    if (save >= world_.saves.size() || world_.saves[save].value != value) {
      world_.fail(index_, "is given a state that nobody saved");
    }
    if (world_.fault(FaultKind::failing_load)) return crashed();
    value_ = value;
    return be_ready();
  }
  Reply handle(HostCalls& host, BytesView payload) override {
    const std::uint64_t number = ServiceWorld::number_in(payload);
    world_.note(3, number);
    if (ServiceWorld::wish_in(payload) == Wish::crash) {
      world_.tell([&](ServiceOracle& oracle) { oracle.lost(index_, number); });
      return crashed();
    }
    ++value_;
    world_.tell([&](ServiceOracle& oracle) { oracle.handled(index_, number); });
    if (ServiceWorld::wish_in(payload) == Wish::exit) {
      host.turn().exit({});
    } else {
      work(host.turn());
    }
    return {};
  }
  Reply answered(HostCalls& /*host*/, std::uint64_t request,
                 const AnswerView& /*answer*/) override {
    world_.note(6, request);
    world_.tell([&](ServiceOracle& oracle) { oracle.told(index_, request); });
    return {};
  }
  Reply fired(HostCalls& /*host*/, std::uint64_t timer) override {
    world_.note(7, timer);
    world_.tell([&](ServiceOracle& oracle) { oracle.told(index_, timer); });
    return {};
  }
  Reply event(HostCalls& /*host*/, std::uint64_t subscription, std::string_view /*topic*/,
              BytesView payload) override {
    const std::uint64_t event = ServiceWorld::number_in(payload);
    world_.note(8, event);
    world_.tell([&](ServiceOracle& oracle) { oracle.heard(index_, subscription, event); });
    return {};
  }
  Reply exited(HostCalls& /*host*/, std::uint64_t watch, const Exit& /*exit*/) override {
    world_.note(11, watch);
    world_.tell([&](ServiceOracle& oracle) { oracle.saw_end(index_, watch); });
    return {};
  }
  Reply stop(HostCalls& /*host*/, Duration /*budget*/) override { return {}; }
  HealthReply check(HostCalls& /*host*/, Duration /*deadline*/) override { return {}; }
  SaveReply save(HostCalls& /*host*/, bool ending, Duration /*deadline*/) override {
    const FaultKind refusal = ending ? FaultKind::not_now : FaultKind::no_snapshot_now;
    if (world_.fault(refusal)) {
      world_.tell([&](ServiceOracle& oracle) { oracle.not_now(index_, ending); });
      return {.saved = std::unexpected("in the middle"), .death = nullptr};
    }
    if (world_.fault(FaultKind::failing_save)) return {.death = crashed().death};
    const std::uint64_t save = world_.saves.size();
    world_.saves.push_back({.is_planned = ending, .value = value_});
    world_.note(9, save);
    world_.tell([&](ServiceOracle& oracle) { oracle.saved(index_, save); });
    const std::array<std::uint64_t, 2> state{save, value_};
    SavedState saved{.bytes = Bytes(sizeof state), .addresses = {}, .responders = {}};
    std::memcpy(saved.bytes.data(), state.data(), sizeof state);
    return {.saved = std::move(saved), .death = nullptr};
  }
  [[nodiscard]] InstanceUsage usage() const override { return {}; }
  [[nodiscard]] std::uint64_t usage_stamp() const override { return 0; }

 private:
  Reply be_ready() {
    world_.life_is_ready(index_);
    return {};
  }
  static Reply crashed() {
    auto death = std::make_unique<Death>();
    death->exit = Exit::crashed("chance");
    return Reply::ended(std::move(death));
  }
  // Something that comes later. Nothing of it is taken back: the handler returns.
  void work(Turn& turn) {
    const auto delay = static_cast<std::uint8_t>(world_.below(60));
    const std::uint64_t what = world_.below(6);
    std::optional<std::uint64_t> number;
    if (what < 2) {
      if (const auto timer = turn.start_timer(std::chrono::milliseconds(delay), {}))
        number = *timer;
    } else if (what < 4) {
      const std::array<std::uint8_t, 1> payload{delay};
      // As often as not its time is over first.
      const auto timeout = std::chrono::milliseconds(1 + world_.below(100));
      if (const auto request = turn.request(world_.peer, payload, timeout)) number = *request;
    } else if (what == 4) {
      const std::size_t other = 2 * world_.below((world_.services.size() + 1) / 2);
      if (const auto watch = turn.watch(world_.services[other].address)) {
        world_.tell([&](ServiceOracle& oracle) { oracle.watches(index_, *watch, other); });
      }
    } else if (subscriptions_ < 2) {
      if (const auto subscription = turn.subscribe("news")) {
        ++subscriptions_;
        world_.tell([&](ServiceOracle& oracle) { oracle.subscribed(index_, *subscription); });
      }
    }
    if (number) world_.tell([&](ServiceOracle& oracle) { oracle.asked(index_, *number); });
  }

  ServiceWorld& world_;
  std::size_t index_;
  std::uint64_t value_ = 0;
  std::uint64_t subscriptions_ = 0;  // Of this life.
};

// Thread: immutable.
class KeeperCode final : public Code {
 public:
  KeeperCode(ServiceWorld& world, std::size_t index) : world_(world), index_(index) {}
  [[nodiscard]] const GuestInterfaces& interfaces() const override { return interfaces_; }
  [[nodiscard]] std::unique_ptr<Instance> instantiate(
      const InstanceLimits& /*limits*/) const override {
    return std::make_unique<Keeper>(world_, index_);
  }
  [[nodiscard]] FrameDescription describe(const TrapFrame& /*frame*/) const override { return {}; }

 private:
  ServiceWorld& world_;
  std::size_t index_;
  GuestInterfaces interfaces_{.answers = true,
                              .timers = true,
                              .events = true,
                              .exits = true,
                              .stopping = true,
                              .state = true};
};

}  // namespace troupe::simulation
