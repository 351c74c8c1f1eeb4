#pragma once
// A player as an engine runs a guest: it may be told that it has run for longer than its share.

#include <cstdint>
#include <functional>
#include <memory>
#include <string_view>
#include <utility>

#include "engine/engine.hpp"
#include "player.hpp"

namespace troupe::simulation {

// Thread: one.
class Guest final : public Instance {
 public:
  using Make = std::function<std::unique_ptr<Player>()>;
  explicit Guest(const Make& make) : make_(make) {}

  Reply boot(HostCalls& /*host*/) override {
    player_ = make_();
    return {};
  }
  Reply start(HostCalls& host, BytesView config) override {
    return run(host, [&] { return player_->start(host.turn(), config); });
  }
  Reply load(HostCalls& /*host*/, std::string_view /*version*/, const SavedState& /*saved*/,
             BytesView /*config*/) override {
    return {};
  }
  Reply handle(HostCalls& host, BytesView payload) override {
    return run(host, [&] { return player_->handle(host.turn(), payload); });
  }
  Reply answered(HostCalls& host, std::uint64_t request, const AnswerView& answer) override {
    return run(host, [&] { return player_->answered(host.turn(), request, answer); });
  }
  Reply fired(HostCalls& host, std::uint64_t timer) override {
    return run(host, [&] { return player_->fired(host.turn(), timer); });
  }
  Reply event(HostCalls& host, std::uint64_t subscription, std::string_view topic,
              BytesView payload) override {
    return run(host, [&] { return player_->event(host.turn(), subscription, topic, payload); });
  }
  Reply exited(HostCalls& /*host*/, std::uint64_t /*watch*/, const Exit& /*exit*/) override {
    return {};
  }
  Reply stop(HostCalls& host, Duration budget) override {
    return run(host, [&] {
      player_->stop(host.turn(), budget);
      return Outcome();
    });
  }
  HealthReply check(HostCalls& /*host*/, Duration /*deadline*/) override { return {}; }
  SaveReply save(HostCalls& /*host*/, bool /*ending*/, Duration /*deadline*/) override {
    return {};
  }
  [[nodiscard]] InstanceUsage usage() const override { return {}; }
  [[nodiscard]] std::uint64_t usage_stamp() const override { return 0; }

 private:
  template <typename Handler>
  Reply run(HostCalls& host, const Handler& handler) {
    player_->runs_in(host);
    const Outcome outcome = handler();
    switch (outcome.kind()) {
      case Outcome::Kind::none:
        return {};
      case Outcome::Kind::answer:
        host.returned(outcome.payload());
        return {.kind = Reply::Kind::answered, .error = nullptr, .death = nullptr};
      case Outcome::Kind::error:
        return Reply::failed(std::string(outcome.text()));
      case Outcome::Kind::crash:
        break;
    }
    auto death = std::make_unique<Death>();
    death->exit = Exit::crashed(std::string(outcome.text()));
    return Reply::ended(std::move(death));
  }

  const Make& make_;
  std::unique_ptr<Player> player_;
};

// Thread: immutable.
class GuestCode final : public Code {
 public:
  explicit GuestCode(Guest::Make make) : make_(std::move(make)) {}
  [[nodiscard]] const GuestInterfaces& interfaces() const override { return interfaces_; }
  [[nodiscard]] std::unique_ptr<Instance> instantiate(
      const InstanceLimits& /*limits*/) const override {
    return std::make_unique<Guest>(make_);
  }
  [[nodiscard]] FrameDescription describe(const TrapFrame& /*frame*/) const override { return {}; }

 private:
  Guest::Make make_;
  GuestInterfaces interfaces_{.answers = true, .timers = true, .events = true, .stopping = true};
};

}  // namespace troupe::simulation
