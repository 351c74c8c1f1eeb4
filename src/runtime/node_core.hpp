#pragma once
// A node without its threads: workers, control plane and what they share. Runtime drives its parts
// with threads; the simulator steps them in an order of its own.

#include <array>
#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <vector>

#include "actor/hook_caller.hpp"
#include "actor/worker.hpp"
#include "base/clock.hpp"
#include "base/limits.hpp"
#include "base/random.hpp"
#include "engine/engine.hpp"
#include "router/dead_letters.hpp"
#include "router/refusal_bursts.hpp"
#include "router/registry.hpp"
#include "router/worker_inputs.hpp"
#include "runtime/control.hpp"
#include "runtime/node_history.hpp"
#include "runtime/outside_requests.hpp"
#include "runtime/turn_watch.hpp"
#include "scheduler/epochs.hpp"
#include "troupe/hooks.hpp"
#include "troupe/result.hpp"
#include "troupe/runtime.hpp"

namespace troupe {

// Thread:  send() and request_async() any thread; the parts as they say.
// Owns:    every part. The world outlives it.
class NodeCore {  // NOLINT(clang-analyzer-optin.performance.Padding): members by their life times.
 public:
  struct World {
    const Clock& clock;
    Random& random;
    Engine& engine;
    // Takes the actors' log lines, with their names.
    std::function<void(const LogLine&)> on_log;
    std::function<void(const ExitEvent&)> on_exit;
    std::function<void(const RuntimeEnd&)> on_end;
    Hooks hooks = {};
  };
  struct Shape {
    std::uint16_t workers = 1;
    std::uint32_t turns_a_step = 1;                             // As in WorkerWorld.
    std::uint32_t inbox_messages = limits::inbox_messages_max;  // Likewise; outside, too.
    bool actors_move = true;                                    // Likewise.
    bool watches_turns = false;  // Tells of handlers that do not end. For a node with threads.
  };
  NodeCore(World world, Shape shape);
  NodeCore(const NodeCore&) = delete;
  NodeCore& operator=(const NodeCore&) = delete;
  ~NodeCore();

  struct Part {
    Steppable* what = nullptr;
    Parker* parker = nullptr;
  };
  // The workers, then the control plane.
  [[nodiscard]] std::vector<Part> parts();
  // The end of a node that takes nothing in any more: waits until all who were let in before have
  // pushed what they bring; and once no thread drives the parts, takes care of what is left there.
  void await_senders() const;
  void settle();

  [[nodiscard]] Control& control() { return *control_; }
  [[nodiscard]] Registry& registry() { return registry_; }
  [[nodiscard]] const Roster& roster() const { return roster_; }
  [[nodiscard]] const DeadLetters& dead_letters() const { return dead_letters_; }
  [[nodiscard]] const NodeHistory& history() const { return history_; }
  [[nodiscard]] const std::vector<std::unique_ptr<Worker>>& workers() const { return workers_; }

  // As in Pool. REQUIRES: nothing of the node runs.
  [[nodiscard]] std::uint64_t living_blocks() const;

  // As in troupe/runtime.hpp.
  [[nodiscard]] NodeCounters counters() const;
  // From outside the actors, likewise.
  Result<void> send(Address to, BytesView payload);
  void request_async(Address to, BytesView payload, Duration timeout,
                     const std::function<void(Result<Bytes>)>& done);

 private:
  class Log;

  // False: it is gone, or nothing is taken in any more.
  bool push_to(Address to, EnvelopePtr envelope);
  [[nodiscard]] bool has_full_inbox(Address to) const;
  [[nodiscard]] Result<void> may_send(Address to, BytesView payload);
  void was_refused(Address to, Refusal why);
  [[nodiscard]] std::uint64_t next_message_id();

  World world_;
  std::unique_ptr<Pool[]> pools_;  // One a worker; all that travels lives here.
  Registry registry_;
  Roster roster_;
  Gate gate_;  // For what comes from outside.
  std::atomic<bool> is_stopping_{false};
  std::atomic<std::uint64_t> last_id_{0};
  std::unique_ptr<EnvelopePort[]> ports_;
  const std::uint32_t inbox_messages_;
  PushEpochs push_epochs_;  // Of the workers, then of the control plane.
  std::unique_ptr<Load[]> loads_;
  EnvelopePort control_port_;
  OutsideRequests outside_requests_;
  DeadLetters dead_letters_;
  std::mutex refused_mutex_;       // Over the next.
  RefusalBursts refused_outside_;  // Of those who are no actors.
  std::array<std::atomic<std::uint64_t>, refusal_count> refused_outside_by_{};  // Likewise.
  NodeHistory history_;
  AwayPlaces away_places_;
  std::unique_ptr<Log> log_;
  std::unique_ptr<HookCaller> hooks_;  // Null: there are none.
  std::vector<std::unique_ptr<Worker>> workers_;
  std::unique_ptr<TurnWatch> turn_watch_;  // Null: nobody looks.
  std::unique_ptr<Control> control_;
};

}  // namespace troupe
