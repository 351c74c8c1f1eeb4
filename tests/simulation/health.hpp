#pragma once
// A service is asked how it is, an interval after its life is ready or the last check has ended,
// and its life ends after as many failures in a row as its threshold says; for nothing else, and at
// once.

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "service_world.hpp"

namespace troupe::simulation {

// Thread: one.
class HealthRules final : public ServiceOracle {
 public:
  explicit HealthRules(ServiceWorld& world) : world_(world), patients_(world.services.size()) {}

  void ready(std::size_t index) override {
    const Service& service = world_.services[index];
    if (service.is_keeper) return;
    patients_[index] = {.due = world_.now() + service.checks.interval};
  }
  void checked(std::size_t index, Instant began, const Health& says) override {
    const HealthChecks& checks = world_.services[index].checks;
    One& one = patients_[index];
    world_.count("services: check");
    if (one.end) world_.fail(index, "is asked how it is, but its life is to end");
    if (began < one.due) world_.fail(index, "is asked before its interval is over");
    one.due = world_.now() + checks.interval;
    const Duration took = world_.now() - began;
    const auto late = static_cast<std::uint64_t>(took / checks.timeout);
    if (late == 0 && says.status != HealthStatus::unhealthy) {
      if (one.failures > 0) world_.count("services: well again");
      one.failures = 0;
      return;
    }
    one.failures += std::max<std::uint64_t>(late, 1);
    if (late > 0) world_.count("services: late check");
    if (one.failures < checks.threshold) return;
    one.end = late > 0 ? Exit::exceeded("health") : Exit::crashed("unhealthy: chance");
  }
  void exited(std::size_t index, const ExitEvent& event) override {
    if (world_.services[index].is_keeper) return;
    One& one = patients_[index];
    const bool is_over_health =
        event.exit == Exit::exceeded("health") || event.exit.text.starts_with("unhealthy");
    if (is_over_health) {
      world_.count("services: restart over health");
      if (!one.end || event.exit != *one.end) {
        world_.fail(index, fmt::format("ends over its health after {} failures: {}", one.failures,
                                       to_string(event.exit)));
      }
      if (!event.decision.starts_with("restarted")) world_.fail(index, "is not restarted");
    } else if (one.end) {
      world_.fail(index, "has failed its checks, but ends otherwise: " + to_string(event.exit));
    }
    one = {};
  }
  void at_rest() override {
    for (std::size_t index = 0; index < patients_.size(); ++index) {
      const One& one = patients_[index];
      if (!world_.services[index].is_alive) continue;
      if (one.end) world_.fail(index, "has failed its checks, but lives on");
      // Alarms go off within the millisecond.
      const bool is_late = world_.now() - one.due > std::chrono::milliseconds(1);
      if (is_late) world_.fail(index, "is not asked how it is");
    }
  }

 private:
  struct One {
    Instant due = never;  // The next check is not before.
    std::uint64_t failures = 0;
    std::optional<Exit> end = {};  // What they lead to.
  };

  ServiceWorld& world_;
  std::vector<One> patients_;
};

}  // namespace troupe::simulation
