// Rows W7 and W12: actors that are born, parked, crashed and born again.
#include <fstream>
#include <memory>
#include <stdexcept>
#include <unistd.h>
#include <vector>

#include "workloads.hpp"

namespace peer {
namespace {

using Crash = caf::atom_constant<caf::atom("crash")>;

// The actors of W7. Whoever is awaited, actors and the one that spawns them, reports once; the
// last to do so tells the driver.
struct Census {
  std::vector<caf::actor> addresses;
  std::atomic<int64_t> awaited{0};
  Ledger ledger;
  caf::actor driver;

  void report() {
    if (awaited.fetch_sub(1) == 1) caf::anon_send(driver, Settled::value);
  }
};

caf::behavior parked(caf::event_based_actor*, Census* census) {
  census->report();
  return {[=](int64_t index) { census->ledger.post({1, index}, census->driver); }};
}

// Spawns from inside, so that one worker means one thread.
caf::behavior spawner(caf::event_based_actor* self, Birth birth, Census* census) {
  return {[=](Start, int64_t actors) {
    // A lazy actor runs when its first message comes, so it is not awaited.
    census->awaited = 1 + (birth == Birth::eager ? actors : 0);
    census->addresses.reserve(size_t(actors));
    for (int64_t i = 0; i < actors; ++i) {
      census->addresses.push_back(birth == Birth::lazy ? self->spawn<caf::lazy_init>(parked, census)
                                                       : self->spawn(parked, census));
    }
    census->report();
  }};
}

// Returns when every actor is parked.
std::unique_ptr<Census> populate(const Stage& stage, int64_t actors, Birth birth) {
  auto census = std::make_unique<Census>();
  census->driver = stage.address();
  const auto spawning = stage.system.spawn(spawner, birth, census.get());
  caf::anon_send(spawning, Start::value, actors);
  stage.await_settled();
  return census;
}

// Sends each actor its index and returns what they received.
Tally roll_call(const Stage& stage, Census& census) {
  census.ledger.open(int64_t(census.addresses.size()));
  int64_t index = 0;
  for (const auto& address : census.addresses) caf::anon_send(address, index++);
  stage.await_settled();
  return census.ledger.take();
}

double resident_bytes() {
  std::ifstream statm("/proc/self/statm");
  int64_t size = 0;
  int64_t resident = 0;
  statm >> size >> resident;
  return double(resident) * double(sysconf(_SC_PAGESIZE));
}

caf::behavior worker(caf::event_based_actor* self) {
  return {
      [=](Crash) { self->quit(caf::sec::runtime_error); },
      [](int64_t order) { return order; },
  };
}

struct Supervision {
  caf::actor worker;
  int64_t left = 0;
  Tally received;
};

// Orders its worker to crash, starts another when it has, and asks that one.
caf::behavior supervisor(caf::stateful_actor<Supervision>* self, caf::actor driver) {
  self->state.worker = self->spawn<caf::monitored>(worker);
  self->set_down_handler([=](const caf::down_msg& down) {
    if (down.reason != caf::sec::runtime_error) return;
    self->state.worker = self->spawn<caf::monitored>(worker);
    self->send(self->state.worker, --self->state.left);
  });
  return {
      [=](Start, int64_t operations) {
        self->state.left = operations;
        self->send(self->state.worker, Crash::value);
      },
      [=](int64_t answer) {
        auto& state = self->state;
        state.received.add(answer);
        if (answer > 0) {
          self->send(state.worker, Crash::value);
        } else {
          self->send(driver, Settled::value, state.received.count, state.received.sum);
          state.received = {};
        }
      },
  };
}

}  // namespace

Workload population(const Stage& stage, Birth birth) {
  return [=](int64_t operations) {
    const auto start = Clock::now();
    // Kept for ever: the end of the process is cheaper than that of a million actors.
    Census& census = *populate(stage, operations, birth).release();
    const auto elapsed = Clock::now() - start;
    return Run{elapsed, roll_call(stage, census), series_of(operations)};
  };
}

// W7/bytes: what the resident set grows by, per parked actor.
double resident_bytes_per_actor(const Stage& stage, Birth birth) {
  const double before = resident_bytes();
  const int64_t actors = stage.plan.actors;
  Census& census = *populate(stage, actors, birth).release();
  const double grown = std::max(0.0, resident_bytes() - before);
  if (!(roll_call(stage, census) == series_of(actors))) {
    throw std::runtime_error("an actor did not answer");
  }
  return grown / double(actors);
}

Workload crash_and_restart(const Stage& stage) {
  const auto supervising = stage.system.spawn(supervisor, stage.address());
  return [=](int64_t operations) {
    const auto start = Clock::now();
    caf::anon_send(supervising, Start::value, operations);
    const Tally received = stage.await_tally();
    return Run{Clock::now() - start, received, series_of(operations)};
  };
}

}  // namespace peer
