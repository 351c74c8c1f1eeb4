// Rows W7 and W12: actors that are born, parked, crashed and born again.
#include <algorithm>
#include <fstream>
#include <memory>
#include <stdexcept>
#include <unistd.h>
#include <vector>

#include "workloads.hpp"

namespace peer {
namespace {

using Crash = caf::atom_constant<caf::atom("crash")>;

// The actors of W7, and how many of them have not come to their mailbox yet.
struct Census {
  std::vector<caf::actor> addresses;
  std::atomic<int64_t> starting{0};
  Ledger ledger;
  caf::actor driver;
};

caf::behavior parked(caf::event_based_actor*, Census* census) {
  if (census->starting.fetch_sub(1) == 1) caf::anon_send(census->driver, Settled::value);
  return {[=](int64_t index) { census->ledger.post({1, index}, census->driver); }};
}

// Who starts or wakes more actors at once waits longer: an idle worker walks through the whole
// queue of a busy one to steal its last job, and keeps it locked.
constexpr int64_t actors_at_once = 1'000;

// Returns when every actor is parked.
std::unique_ptr<Census> populate(const Stage& stage, int64_t actors, Birth birth) {
  auto census = std::make_unique<Census>();
  census->driver = stage.address();
  census->addresses.reserve(size_t(actors));
  if (birth == Birth::lazy) {
    // They run when their first message comes, so nobody waits for them, and the count of the
    // starting ones never comes down to zero.
    for (int64_t i = 0; i < actors; ++i) {
      census->addresses.push_back(stage.system.spawn<caf::lazy_init>(parked, census.get()));
    }
    return census;
  }
  for (int64_t left = actors; left > 0; left -= actors_at_once) {
    const int64_t batch = std::min(left, actors_at_once);
    census->starting = batch;
    for (int64_t i = 0; i < batch; ++i) {
      census->addresses.push_back(stage.system.spawn(parked, census.get()));
    }
    stage.await_settled();
  }
  return census;
}

// Sends each actor its index and returns what they received.
Tally roll_call(const Stage& stage, Census& census) {
  Tally received;
  const auto actors = int64_t(census.addresses.size());
  for (int64_t first = 0; first < actors; first += actors_at_once) {
    const int64_t end = std::min(first + actors_at_once, actors);
    census.ledger.open(end - first);
    for (int64_t i = first; i < end; ++i) caf::anon_send(census.addresses[size_t(i)], i);
    stage.await_settled();
    received.merge(census.ledger.take());
  }
  return received;
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
