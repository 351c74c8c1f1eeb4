#pragma once
// A service that is asked how it is: well, but for what chance has it say, or how long it takes.

#include <algorithm>
#include <cstddef>

#include "service_world.hpp"
#include "troupe/actor.hpp"

namespace troupe::simulation {

// Thread: one.
class Patient final : public Actor {
 public:
  Patient(ServiceWorld& world, std::size_t index) : world_(world), index_(index) {}
  ~Patient() override { world_.life_is_over(index_); }

  Outcome start(Turn& /*turn*/, BytesView /*config*/) override {
    world_.note(1, index_);
    world_.tell([this](ServiceOracle& oracle) { oracle.began(index_, std::nullopt); });
    world_.services[index_].bad_checks = 0;
    world_.life_is_ready(index_);
    return {};
  }
  Outcome handle(Turn& turn, BytesView message) override {
    const std::uint64_t number = ServiceWorld::number_in(message);
    world_.note(3, number);
    if (ServiceWorld::wish_in(message) == Wish::crash) {
      world_.tell([&](ServiceOracle& oracle) { oracle.lost(index_, number); });
      return Outcome::crash("told to");
    }
    if (ServiceWorld::wish_in(message) == Wish::exit) turn.exit({});
    world_.tell([&](ServiceOracle& oracle) { oracle.handled(index_, number); });
    return {};
  }
  Health health() override {
    Service& service = world_.services[index_];
    const Instant began = world_.now();
    if (const auto chance = world_.fault(FaultKind::bad_check); chance && service.bad_checks == 0) {
      // Sometimes as many as end its life, sometimes fewer.
      service.badness = *chance % 4;
      service.bad_checks = 1 + *chance / 4 % (service.checks.threshold + 1U);
    }
    Health says;
    if (service.bad_checks > 0) {
      --service.bad_checks;
      says = be_bad(service);
    }
    world_.note(4, index_ * 8 + static_cast<std::uint64_t>(says.status));
    world_.tell([&](ServiceOracle& oracle) { oracle.checked(index_, began, says); });
    return says;
  }

 private:
  Health be_bad(const Service& service) {
    static constexpr std::uint64_t degraded = 0;
    static constexpr std::uint64_t unhealthy = 1;
    static constexpr std::uint64_t late = 2;
    if (service.badness == degraded) {
      world_.count("services: degraded");
      return {.status = HealthStatus::degraded, .reason = "chance"};
    }
    if (service.badness == unhealthy) {
      world_.count("services: unhealthy");
      return {.status = HealthStatus::unhealthy, .reason = "chance"};
    }
    // Just in time, late, or as late as several that are.
    world_.count("services: slow check");
    const Duration tenth = service.checks.timeout / 10;
    const std::uint64_t tenths = service.badness == late ? 8 + world_.below(4) : world_.below(40);
    world_.clock->advance(tenth * static_cast<std::int64_t>(tenths));
    return {};
  }

  ServiceWorld& world_;
  std::size_t index_;
};

}  // namespace troupe::simulation
