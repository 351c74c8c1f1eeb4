#pragma once
// Who refuses while it is unready does so exactly then: between two lives, and while it says that
// it is unhealthy. Nobody else refuses; what was let in is handled in order, by who does not refuse
// not while it is unhealthy.

#include <cstddef>
#include <cstdint>
#include <deque>
#include <vector>

#include "service_world.hpp"

namespace troupe::simulation {

// Thread: one.
class Readiness final : public ServiceOracle {
 public:
  explicit Readiness(ServiceWorld& world) : world_(world), services_(world.services.size()) {}

  void ready(std::size_t index) override { services_[index].is_unhealthy = false; }
  // How one is that took too long over its answer nobody knows.
  void checked(std::size_t index, Instant /*began*/, const Health& says) override {
    services_[index].is_unhealthy = says.status == HealthStatus::unhealthy;
  }
  void offered(std::size_t index, std::uint64_t message, bool is_accepted) override {
    const Service& service = world_.services[index];
    One& one = services_[index];
    const bool is_ready = service.is_alive && !one.is_unhealthy;
    const bool refuses = service.while_unready == WhileUnready::refuse && !is_ready;
    if (refuses && is_accepted) world_.fail(index, "lets a message in, but is not ready");
    if (!refuses && !is_accepted) world_.fail(index, "refuses a message, but is ready");
    if (!is_accepted) {
      world_.count(service.is_alive ? "services: refused while unhealthy"
                                    : "services: refused between lives");
      return;
    }
    if (!is_ready) {
      world_.count(service.is_alive ? "services: let in while unhealthy"
                                    : "services: queued between lives");
    }
    one.queue.push_back(message);
  }
  void handled(std::size_t index, std::uint64_t message) override { take(index, message); }
  void lost(std::size_t index, std::uint64_t message) override { take(index, message); }
  void settled() override {
    for (std::size_t index = 0; index < services_.size(); ++index) {
      if (!services_[index].queue.empty()) world_.fail(index, "has messages that nobody handles");
    }
  }

 private:
  struct One {
    bool is_unhealthy = false;
    std::deque<std::uint64_t> queue = {};
  };
  void take(std::size_t index, std::uint64_t message) {
    One& one = services_[index];
    if (one.is_unhealthy && world_.services[index].while_unready == WhileUnready::queue) {
      world_.fail(index, fmt::format("is handed message {}, but is unhealthy", message));
    }
    if (one.queue.empty() || one.queue.front() != message) {
      world_.fail(index, fmt::format("is handed message {} out of turn", message));
      return;
    }
    one.queue.pop_front();
  }

  ServiceWorld& world_;
  std::vector<One> services_;
};

}  // namespace troupe::simulation
