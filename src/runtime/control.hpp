#pragma once
// The control plane of one node: starts the children of named supervisors, carries out what these
// decide, and ends the node. Like a worker it is an object with step(), driven by one
// thread or by the simulator; it never waits for a guest.

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "actor/family.hpp"
#include "actor/reports.hpp"
#include "actor/worker.hpp"
#include "router/registry.hpp"
#include "router/worker_inputs.hpp"
#include "runtime/node_history.hpp"
#include "runtime/outside_requests.hpp"
#include "runtime/roster.hpp"
#include "scheduler/steppable.hpp"
#include "supervisor/supervisor.hpp"
#include "troupe/runtime.hpp"

namespace troupe {

// An actor to be started under a named supervisor.
struct ChildOrder {
  std::optional<std::string> name;  // Without the app.
  std::string supervisor = "root";
  RestartType restart = RestartType::permanent;
  std::shared_ptr<const ActorSpec> spec;
  Bytes config;
};

// Thread:  step() and what it calls by one driver; post() any thread.
// Owns:    the named supervisors and what it knows of their children; spawned actors are their
//          parents' affair.
// Errors:  reach whoever asked through `done`.
class Control final : public Steppable {
 public:
  struct World {
    Registry& registry;
    Roster& roster;
    Placement& placement;
    const Clock& clock;
    std::span<EnvelopePort> workers;
    EnvelopePort& own;
    PushEpoch& push_epoch;  // Its own.
    OutsideRequests& outside_requests;
    std::atomic<bool>& is_stopping;
    NodeHistory& history;
    // Called one at a time.
    std::function<void(const ExitEvent&)> on_exit;
    std::function<void(const RuntimeEnd&)> on_end;
  };
  explicit Control(World world);
  ~Control() override;

  StepResult step() override;
  [[nodiscard]] Instant next_due() const override;
  [[nodiscard]] bool has_arrivals() const override { return !world_.own.maybe_empty(); }

  // Runs `task` inside a step, where the functions below may be called.
  void post(std::function<void()> task);

  void add_supervisor(const std::string& name, const SupervisorPolicy& policy);
  // `done` hears of the first start, or why there was none; then nothing of the actor is left.
  void spawn(ChildOrder what, std::function<void(Result<Address>)> done);
  // `done` is called when the actor has ended for good.
  void stop(Address actor, Duration budget, std::function<void(Result<void>)> done);
  // Stops the present life in good order and begins the next, whatever the restart type; `done`
  // hears when that is ready. For actors of named supervisors.
  void restart(Address actor, Duration budget, std::function<void(Result<void>)> done);
  // `told` hears how the present life ends, and what its supervisor makes of it; at once if the
  // actor is gone.
  void watch(Address actor, std::function<void(const ExitEvent&)> told);
  void kill(Address actor, const std::function<void(Result<void>)>& done);
  // Stops everything in reverse order of start; on_end is called at last.
  void end_node(RuntimeEnd end, Duration budget);

 private:
  struct Named {
    std::string name;
    Supervisor supervisor;
    std::uint32_t number = 0;  // In the roster.
    Instant wait = never;      // When it wants to be called.
  };
  // A restart that was asked for, until the next life is ready.
  struct PlannedRestart {
    std::function<void(Result<void>)> done;
    bool has_ended = false;  // The life before.
  };
  struct Child {
    Address address;
    std::uint64_t order = 0;  // Of its start among all.
    Named* supervisor = nullptr;
    ChildNumber number = 0;                      // As the supervisor calls it.
    std::unique_ptr<CreateOrder> creation = {};  // Until its first life is set off.
    std::function<void(Result<Address>)> on_first_start = {};
    std::unique_ptr<PlannedRestart> planned = {};
    bool stop_asked = false;
    bool is_down = false;  // It waits for its next life.
  };
  // Who waits for something of an actor, of whoever supervises it.
  struct Waiting {
    std::vector<std::function<void(Result<void>)>> on_gone = {};
    std::vector<std::function<void(const ExitEvent&)>> on_exit = {};  // Of the present life.
  };

  void take(const Envelope& envelope);
  void on(const StartedReport& report);
  void on(const LimitReport& report);
  void on(EndedReport& report);
  void on(const RetiredReport& report) { forget(report.actor); }
  // It is gone for good.
  void forget(Address actor);

  [[nodiscard]] Child* child(Address address);
  Child& add(Child one);
  // What `supervisor` wants done.
  void carry_out(Named& supervisor);
  void start(Child& one);
  void leave(Child& one);
  void tell(ExitEvent& event);
  void note(NodeEvent event);
  // False: it has no home.
  bool push_to(Address to, EnvelopePtr envelope);
  bool order(Address to, EnvelopeKind kind, std::unique_ptr<Note> note = nullptr,
             Instant deadline = never);
  // Whether forget() will be called for it.
  [[nodiscard]] bool hear_of_end(Address actor) { return order(actor, EnvelopeKind::tell_end); }
  // Whether it ended for a restart that was asked for, and the next life begins.
  [[nodiscard]] bool goes_on_as_planned(Child& one, const EndedReport& report);
  static void call_off(Child& one, const Error& why);
  // Fills in what was decided.
  void judge(Child& one, const EndedLife& ended, ExitEvent& event);
  // `deadline` never: its own budget counts.
  void ask_to_stop(Child& one, Instant deadline);
  void end_what_is_left(Instant now);
  void go_on_ending();

  World world_;
  std::unordered_map<Address, Child> children_;
  std::map<std::uint64_t, Address> by_order_;
  std::unordered_map<Address, Waiting> waiting_;
  std::map<std::string, Named, std::less<>> supervisors_;
  SupervisorSteps steps_;
  std::uint64_t last_order_ = 0;
  std::optional<RuntimeEnd> ending_;
  Instant ending_by_ = never;
  bool killed_all_ = false;
  bool ended_ = false;
};

}  // namespace troupe
