#pragma once
// Two actors on two threads, of the production parts that nothing between two workers goes without,
// put together by hand: below what these cost, no change of the rest brings a row.

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>

#include "actor/away.hpp"
#include "actor/cell.hpp"
#include "bench/row.hpp"
#include "bench/rows/bare_actors.hpp"
#include "bench/two_cpus.hpp"
#include "io/system_clock.hpp"
#include "model/pool.hpp"
#include "router/registry.hpp"
#include "scheduler/epochs.hpp"
#include "scheduler/run_queue.hpp"
#include "supervisor/supervisor.hpp"

namespace troupe::bench {

// What holds for BareActors holds here: there is no turn with limits, no outbox, no answer, no
// report. Both threads look for arrivals without a pause and never sleep.
//
// Thread: the one that made it. Cost: the partner spins for as long as this lives.
class BarePair {
 public:
  explicit BarePair(CpuPair cpus);
  BarePair(const BarePair&) = delete;
  BarePair& operator=(const BarePair&) = delete;
  ~BarePair();

  // A message to the actor over there, and one back.
  Work there_and_back(std::uint64_t rounds);
  // A life ends, which the other thread hears; its supervisor decides, and its order comes back;
  // the next life is a new object, which handles a question and whose answer is handled.
  Work restart(std::uint64_t lives);

  // What each message carries and its receiver adds up.
  static constexpr std::uint64_t carried = BareActors::carried;

 private:
  // One thread's.
  struct Side {
    explicit Side(std::uint16_t number) : index(number) {}
    Pool pool;
    EnvelopePort port;
    std::unique_ptr<BareHandler> handler;
    std::uint64_t last_id = 0;
    EnvelopeList dropped;
    RunQueue run_queue;
    Address actor;
    const std::uint16_t index;
  };

  void make(Side& side);
  void supervise();
  void end(Side& side);
  void push(Side& from, EnvelopePtr message);
  void send(Side& from, Address to);
  // What its actor makes of a message.
  std::uint64_t handle(Side& side, EnvelopePtr message);
  // Null: it is time to stop.
  Envelope* wait(Side& side) const;
  void serve();
  void decide(const Envelope& ended);

  ActorSpec spec_;
  Registry registry_{{.workers = 2}};
  PushEpochs epochs_{2};
  Side here_{0};
  Side there_{1};
  const SystemClock clock_;
  Supervisor supervisor_;
  SupervisorSteps steps_;
  ChildNumber child_ = 0;
  std::atomic<bool> stop_{false};
  std::unique_ptr<Partner> partner_;
};

}  // namespace troupe::bench
