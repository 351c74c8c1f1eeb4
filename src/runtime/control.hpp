#pragma once
// The control plane of one node: knows every actor and who supervises it, carries out what the
// supervisors decide, and ends the node. Like a worker it is an object with step(), driven by one
// thread or by the simulator; it never waits for a guest.

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "actor/reports.hpp"
#include "actor/worker.hpp"
#include "router/registry.hpp"
#include "router/worker_inputs.hpp"
#include "runtime/outside_requests.hpp"
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

// Thread:  step() and what it calls by one driver; post(), actors() and actor() any thread.
// Owns:    the list of actors, the supervisors' histories.
// Errors:  reach whoever asked through `done`.
class Control final : public Steppable {
 public:
  struct World {
    Registry& registry;
    Placement& placement;
    const Clock& clock;
    std::span<EnvelopePort> workers;
    EnvelopePort& own;
    PushEpoch& push_epoch;  // Its own.
    OutsideRequests& outside_requests;
    std::atomic<bool>& is_stopping;
    // Called outside the lock, one at a time.
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
  [[nodiscard]] std::vector<ActorStatus> actors() const;
  // As Runtime's; holds up the control plane for a thousand actors at a time.
  [[nodiscard]] ActorList actors(const ActorQuery& query, std::string_view own_app) const;
  [[nodiscard]] std::optional<ActorStatus> actor(Address address) const;

  void add_supervisor(const std::string& name, SupervisorPolicy policy);
  // `done` hears of the first start, or why there was none; then nothing of the actor is left.
  void spawn(ChildOrder what, std::function<void(Result<Address>)> done);
  // `done` is called when the actor has ended for good.
  void stop(Address actor, Duration budget, std::function<void(Result<void>)> done);
  // `told` hears how the present life ends, and what its supervisor makes of it; at once if the
  // actor is gone.
  void watch(Address actor, std::function<void(const ExitEvent&)> told);
  void kill(Address actor, const std::function<void(Result<void>)>& done);
  // Stops everything in reverse order of start; on_end is called at last.
  void end_node(RuntimeEnd end, Duration budget);

 private:
  struct Child {
    Address address;
    std::uint64_t order = 0;      // Of its start among all.
    std::string name;             // app/actor, or "#slot.generation".
    std::string supervisor = {};  // A named one, or "" for the group of `parent`.
    Address parent = {};          // Nobody, for children of named supervisors.
    RestartType restart = RestartType::permanent;
    std::shared_ptr<const ActorSpec> spec;
    std::shared_ptr<ActorStats> stats;
    Instant asked_for = {};
    std::optional<Exit> last_exit = {};
    std::function<void(Result<Address>)> on_first_start = {};
    std::vector<std::function<void(Result<void>)>> on_gone = {};
    std::vector<std::function<void(const ExitEvent&)>> on_exit = {};  // Of the present life.
    bool stop_asked = false;
    Instant stop_end = never;  // Then it is killed.
  };

  void take(const Envelope& envelope);
  void on(const SpawnedReport& report);
  void on(const StartedReport& report);
  void on(const EndedReport& report);
  void on(const RetiredReport& report);

  [[nodiscard]] Child* child(Address address);
  [[nodiscard]] static Duration age_of(const Child& one, Instant now);
  [[nodiscard]] ActorStatus status_of(const Child& one, Instant now) const;
  [[nodiscard]] Supervisor& supervisor_of(const Child& one);
  Child& add(Child one);
  void push_to(Address to, EnvelopePtr envelope);
  void order(Address to, EnvelopeKind kind, std::unique_ptr<Note> note = nullptr,
             Instant deadline = never);
  [[nodiscard]] std::string decide(Child& one, const Exit& exit);
  void give_up(const Child& one, const std::string& reason);
  void stop_children_of(Address parent);
  void ask_to_stop(Child& one, Duration budget);
  void kill_the_late(Instant now);
  void go_on_ending();
  [[nodiscard]] ExitEvent describe(const EndedReport& report, const Child& one) const;

  World world_;
  mutable std::mutex mutex_;  // Over children_, for actors().
  std::unordered_map<Address, Child> children_;
  std::map<std::uint64_t, Address> by_order_;
  std::map<std::string, Supervisor, std::less<>> supervisors_;
  std::unordered_map<Address, Supervisor> groups_;  // Of spawned children, by parent.
  std::multimap<Instant, Address> stop_ends_;       // Those of actors long gone stay until due.
  std::uint64_t last_order_ = 0;
  std::optional<RuntimeEnd> ending_;
  Instant ending_by_ = never;
  bool killed_all_ = false;
  bool ended_ = false;
};

}  // namespace troupe
