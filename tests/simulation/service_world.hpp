#pragma once
// What a run of services is about: actors that say how they are and whose state is saved, and those
// who hear what becomes of them.

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "base/format.hpp"
#include "faults.hpp"
#include "fingerprint.hpp"
#include "io/sim_clock.hpp"
#include "told.hpp"
#include "troupe/address.hpp"
#include "troupe/bytes.hpp"
#include "troupe/exit_event.hpp"
#include "troupe/health.hpp"
#include "troupe/mailbox.hpp"

namespace troupe::simulation {

struct Service {
  std::string name;
  bool is_keeper = false;  // It saves its state; the others say how they are.
  HealthChecks checks = {};
  Duration snapshot_interval = {};  // Zero: there are none.
  WhileUnready while_unready = WhileUnready::queue;
  Address address = {};
  bool is_alive = false;  // Its present life has begun well.
  std::uint64_t lives = 0;
  // Bad checks that are still to come, and what each says.
  std::uint64_t bad_checks = 0;
  std::uint64_t badness = 0;
};

// A state that was saved.
struct Save {
  bool is_planned = false;  // For the next life, which was asked for; else a snapshot.
  std::uint64_t value = 0;
};

// Thread: one.
class ServiceOracle {
 public:
  ServiceOracle() = default;
  ServiceOracle(const ServiceOracle&) = delete;
  ServiceOracle& operator=(const ServiceOracle&) = delete;
  virtual ~ServiceOracle() = default;

  // By the service's index. A life begins, by that of ServiceWorld::saves; it is ready; it is over.
  virtual void began(std::size_t /*index*/, std::optional<std::uint64_t> /*save*/) {}
  virtual void ready(std::size_t /*index*/) {}
  virtual void ended(std::size_t /*index*/) {}
  // As the control plane tells it, with its decision.
  virtual void exited(std::size_t /*index*/, const ExitEvent& /*event*/) {}
  // It was asked since `began`, and says so now.
  virtual void checked(std::size_t /*index*/, Instant /*began*/, const Health& /*says*/) {}
  // Messages from outside, by their numbers; those that crash or end a life are `lost`.
  virtual void offered(std::size_t /*index*/, std::uint64_t /*message*/, bool /*is_accepted*/) {}
  virtual void handled(std::size_t /*index*/, std::uint64_t /*message*/) {}
  virtual void lost(std::size_t /*index*/, std::uint64_t /*message*/) {}
  // States, by their index in ServiceWorld::saves.
  virtual void saved(std::size_t /*index*/, std::uint64_t /*save*/) {}
  virtual void not_now(std::size_t /*index*/, bool /*is_planned*/) {}
  virtual void restart_refused(std::size_t /*index*/) {}
  // Requests, timers and subscriptions, by the actor's numbers; the first two have one outcome.
  virtual void asked(std::size_t /*index*/, std::uint64_t /*number*/) {}
  virtual void told(std::size_t /*index*/, std::uint64_t /*number*/) {}
  // A watch, of another service's present life.
  virtual void watches(std::size_t /*index*/, std::uint64_t /*number*/, std::size_t /*other*/) {}
  virtual void saw_end(std::size_t /*index*/, std::uint64_t /*number*/) {}
  virtual void subscribed(std::size_t /*index*/, std::uint64_t /*number*/) {}
  virtual void published(std::uint64_t /*event*/) {}
  virtual void heard(std::size_t /*index*/, std::uint64_t /*number*/, std::uint64_t /*event*/) {}
  // Nothing more happens at this instant.
  virtual void at_rest() {}
  // Nothing is under way any more.
  virtual void settled() {}
};

// What a message from outside wants.
enum class Wish : std::uint8_t { work, crash, exit, publish };

// Thread: one.
struct ServiceWorld : Told<ServiceOracle> {
  ServiceWorld(std::uint64_t seed, FaultPlan& plan) : Told(plan, "services: "), random(seed) {}

  [[nodiscard]] std::uint64_t below(std::uint64_t bound) { return random() % bound; }
  [[nodiscard]] Instant now() const { return clock->now(); }
  void note(std::uint64_t what, std::uint64_t about) {
    trace.note({what, about, static_cast<std::uint64_t>(now().ns)});
  }
  void fail(std::size_t index, std::string_view what) {
    Told::fail(fmt::format("{}: {}", services[index].name, what));
  }
  using Told::fail;
  // Of each service's lives, whatever it runs.
  void life_is_ready(std::size_t index) {
    services[index].is_alive = true;
    ++services[index].lives;
    tell([index](ServiceOracle& oracle) { oracle.ready(index); });
  }
  void life_is_over(std::size_t index) {
    services[index].is_alive = false;
    note(2, index);
    tell([index](ServiceOracle& oracle) { oracle.ended(index); });
  }

  [[nodiscard]] static Bytes draft(Wish wish, std::uint64_t number) {
    Bytes payload(1 + sizeof number);
    payload[0] = static_cast<std::uint8_t>(wish);
    std::memcpy(&payload[1], &number, sizeof number);
    return payload;
  }
  [[nodiscard]] static Wish wish_in(BytesView payload) { return static_cast<Wish>(payload[0]); }
  [[nodiscard]] static std::uint64_t number_in(BytesView payload) {
    std::uint64_t number = 0;
    std::memcpy(&number, payload.subspan(1).data(), sizeof number);
    return number;
  }

  std::mt19937_64 random;
  SimClock* clock = nullptr;
  std::vector<Service> services;
  std::vector<Save> saves;
  Address peer = {};  // Answers what keepers ask, later.
  Fingerprint trace;
};

}  // namespace troupe::simulation
