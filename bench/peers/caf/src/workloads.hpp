#pragma once
// The rows, each set up on the stage of its configuration.

#include <atomic>
#include <caf/all.hpp>
#include <cstdint>

#include "sampling.hpp"

namespace peer {

// Orders that drivers give and the answers that they wait for.
using Start = caf::atom_constant<caf::atom("start")>;
using Report = caf::atom_constant<caf::atom("report")>;
using Settled = caf::atom_constant<caf::atom("settled")>;

// Where a row runs: the scheduler, and the thread that drives and times it.
struct Stage {
  caf::actor_system& system;
  caf::scoped_actor& driver;
  const Plan& plan;

  // The driver as an address for actors.
  caf::actor address() const { return caf::actor_cast<caf::actor>(driver); }
  void await_settled() const {
    driver->receive([](Settled) {});
  }
  // Waits for an actor that answers for all messages of a run.
  Tally await_tally() const {
    Tally tally;
    driver->receive([&](Settled, int64_t count, int64_t sum) { tally = {count, sum}; });
    return tally;
  }
};

// Where receivers acknowledge: each posts its tally once per run, the last one tells the driver.
// Three atomic additions per receiver are cheaper than a message, so that acknowledging 10,000
// subscribers does not show up in the time per delivery.
class Ledger {
 public:
  // Called before the first message of a run.
  void open(int64_t receivers) { open_.store(receivers); }

  void post(Tally tally, const caf::actor& driver) {
    count_ += tally.count;
    sum_ += tally.sum;
    if (open_.fetch_sub(1) == 1) caf::anon_send(driver, Settled::value);
  }

  // For the driver, once it was told.
  Tally take() { return {count_.exchange(0), sum_.exchange(0)}; }

 private:
  std::atomic<int64_t> open_{0};
  std::atomic<int64_t> count_{0};
  std::atomic<int64_t> sum_{0};
};

// Whether senders pour out all messages at once or wait for credit of the receiver.
enum class Flow { free, credit };
// Whether a node's neighbour in the ring is also its neighbour in memory.
enum class Order { ordered, shuffled };
// Whether an actor runs before its first message.
enum class Birth { eager, lazy };

Workload ping_pong(const Stage& stage);
Workload flood(const Stage& stage, int64_t senders, Flow flow);
Workload fan_out(const Stage& stage, int64_t subscribers);
Workload request_response(const Stage& stage, caf::duration limit);
Workload ring(const Stage& stage, Order order);
Workload skynet(const Stage& stage);
Workload crash_and_restart(const Stage& stage);
Workload population(const Stage& stage, Birth birth);
double resident_bytes_per_actor(const Stage& stage, Birth birth);

}  // namespace peer
