#pragma once
// The control plane of one node: starts the children of named supervisors, carries out what these
// decide, and ends the node. Like a worker it is an object with step(), driven by one
// thread or by the simulator; it never waits for a guest.

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <deque>
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
#include "runtime/turn_watch.hpp"
#include "scheduler/epochs.hpp"
#include "scheduler/steppable.hpp"
#include "supervisor/exit_texts.hpp"
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

// Where a named supervisor stands in the tree.
struct SupervisorPlace {
  std::string parent = "root";                   // Of root itself nobody asks.
  RestartType restart = RestartType::permanent;  // When it has given up.
};

// Where those go whom no actor makes: to the workers in turn. Thread: one at a time.
class Placement {
 public:
  explicit Placement(std::size_t workers) : workers_(workers) {}
  [[nodiscard]] std::uint16_t next() { return static_cast<std::uint16_t>(next_++ % workers_); }

 private:
  std::size_t next_ = 0;
  std::size_t workers_;
};

// Thread:  step() and what it calls by one driver; post() any thread.
// Owns:    the tree of named supervisors and what it knows of their children; spawned actors are
//          their parents' affair.
// Errors:  reach whoever asked through `done`.
class Control final : public Steppable {
 public:
  struct World {
    Registry& registry;
    Roster& roster;
    const Clock& clock;
    std::span<EnvelopePort> workers;
    EnvelopePort& own;
    PushEpoch& push_epoch;  // Its own.
    OutsideRequests& outside_requests;
    Gate& gate;                      // For what comes from outside.
    std::atomic<bool>& is_stopping;  // Nothing new is begun.
    NodeHistory& history;
    LogSink& log;
    TurnWatch* turn_watch = nullptr;  // Null: nobody looks for handlers that do not end.
    std::uint64_t seed = 0;           // Of the node's own: the random part of delays comes from it.
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

  // It begins with the first actor below it, and is then the last of its parent's children. The
  // parent may be added later, but before that. Only one that supervises nobody may be added anew.
  void add_supervisor(const std::string& name, const SupervisorPolicy& policy,
                      SupervisorPlace place = {});
  // `done` hears of the first start, or why there was none; then nothing of the actor is left.
  void spawn(ChildOrder what, std::function<void(Result<Address>)> done);
  // `done` is called when the actor has ended for good. No budget: its own counts; likewise below.
  void stop(Address actor, std::optional<Duration> budget, std::function<void(Result<void>)> done);
  // Stops the present life in good order and begins the next, whatever the restart type, with the
  // state that this one saves if its component can; one that waits for its next life begins it now;
  // `done` hears when that is ready, or that the guest would not save its state and goes on. For
  // actors of named supervisors.
  void restart(Address actor, std::optional<Duration> budget,
               std::function<void(Result<void>)> done);
  // `told` hears how the present life ends, and what its supervisor makes of it; at once if the
  // actor is gone.
  void watch(Address actor, std::function<void(const ExitEvent&)> told);
  void kill(Address actor, const std::function<void(Result<void>)>& done);
  // As Runtime's. In a step, like all of these.
  [[nodiscard]] std::vector<SupervisorStatus> supervisors() const;
  // Lets what waits in mailboxes be handled, for half of the budget at most, unless the node has
  // failed. Then stops everything in reverse order of start; on_end is called at last.
  void end_node(RuntimeEnd end, Duration budget);

 private:
  // A supervisor with a name (supervisor_tree.cpp). Like an actor it has lives: one ends when it
  // has given up, or was stopped for the sake of others, and its last child is down. Its actors
  // keep their addresses and mailboxes until its parent has decided.
  struct Named {
    enum class State : std::uint8_t {
      unborn,  // Nobody has been started below it.
      living,
      down,  // Between two lives.
      gone,
    };
    std::string name;
    SupervisorPlace place;
    std::shared_ptr<const SupervisorPolicy> policy;
    Supervisor supervisor{SupervisorPolicy{}};  // Of its present life.
    std::uint32_t index = 0;                    // In the roster, and of by_index_.
    State state = State::unborn;
    Named* parent = nullptr;  // Root has none; others have one from their birth.
    ChildNumber number = 0;   // As the parent calls it.
    std::uint64_t order = 0;  // Of its birth among all actors and supervisors.
    std::uint64_t life = 0;
    Instant wait = never;  // When it wants to be called.
    // Children that this life or the next is to start, by the order of their first start: each when
    // the one before is ready.
    std::map<std::uint64_t, Address> waiting = {};
    std::optional<Address> awaited = {};  // The one that is being started of them.
    std::string failure = {};             // Why it gave up.
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
    RestartType restart = RestartType::permanent;
    ChildNumber number = 0;  // As the supervisor calls it, unless it is waiting.
    std::unique_ptr<CreateOrder> creation = {};  // Until its first life is set off.
    std::function<void(Result<Address>)> on_first_start = {};
    std::unique_ptr<PlannedRestart> planned = {};
    bool stop_asked = false;
    bool is_down = false;     // It waits for its next life.
    bool is_waiting = false;  // Likewise, for its supervisor's next: it is in `waiting` there.
  };
  // Who waits for something of an actor, of whoever supervises it.
  struct Waiting {
    std::vector<std::function<void(Result<void>)>> on_gone = {};
    Instant gone_by = {};  // When the latest of these has waited for as long as it takes.
    std::vector<std::function<void(const ExitEvent&)>> on_exit = {};  // Of the present life.
  };

  void take(const Envelope& envelope);
  void on(const StartedReport& report);
  void on(const EventReport& report);
  void on(const RefusalBurst& burst);
  void on(const RestartRefusedReport& report);
  void on(EndedReport& report, BytesView payload);  // What was in hand, or its beginning.
  void on(const RetiredReport& report) { forget(report.actor); }
  // It is gone for good.
  void forget(Address actor);

  [[nodiscard]] Child* child(Address address);
  Child& add(Child one);
  void start(Child& one);
  void leave(Child& one);
  void stop_for_others(Child& one);  // It may come back.
  void retire(Child& one);

  // The tree (supervisor_tree.cpp).
  // How the supervisor above knows one: no actor has such an address.
  [[nodiscard]] static Address address_of(const Named& one) { return {.slot = one.index}; }
  [[nodiscard]] Named* supervisor_at(Address address) const;
  [[nodiscard]] Supervisor fresh(const Named& one) const;
  [[nodiscard]] static std::string_view state_text(const Named& one);
  [[nodiscard]] std::vector<SupervisedExit> history_of(const Named& one,
                                                       const ExitTexts& texts) const;
  // Makes sure that it can take a child.
  [[nodiscard]] Result<void> be_born(Named& one);
  // What `supervisor` wants done.
  void carry_out(Named& supervisor);
  void begin_life(Named& one);
  // Of its children that wait for it.
  void start_next(Named& one);
  // If that is what the start of the others waits for.
  void go_on_after(Named& one, Address child);
  void part_with(Named& one, Address address);
  void let_go(Named& one);
  // For those who look: when it comes, if time is what it waits for.
  [[nodiscard]] Instant next_life_after(const SupervisorVerdict& verdict,
                                        const Supervisor& supervisor) const;
  void note_next_lives(const Named& one, Instant at);
  // What follows above from what has happened below, when that is done.
  void tell_parents();
  void on_all_down(Named& one);
  void give_up(Named& one, const std::string& why);
  void tell(ExitEvent what);
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
  void hurry(const Child& one);
  // Fills in what was decided.
  void judge(Child& one, EndedReport& report);
  // `deadline` never: its own budget counts.
  void ask_to_stop(Child& one, Instant deadline);
  [[nodiscard]] bool has_mail() const;
  void look_at_mail(Instant now);
  void begin_to_end(RuntimeEnd end, Instant by);
  void look_at_turns(Instant now);
  void give_up_waiting(Instant now);
  void end_what_is_left(Instant now);
  void go_on_ending();

  World world_;
  Placement placement_{world_.workers.size()};
  std::unordered_map<Address, Child> children_;
  std::map<std::uint64_t, Address> by_order_;
  std::unordered_map<Address, Waiting> waiting_;
  std::unordered_map<Address, Instant> refusals_told_;  // When, of late.
  std::map<std::string, Named, std::less<>> supervisors_;
  std::vector<Named*> by_index_;
  struct Heard {
    enum class What : std::uint8_t { ready, all_down };
    Named* of = nullptr;
    std::uint64_t life = 0;
    What what = What::ready;
  };
  std::deque<Heard> heard_;
  SupervisorSteps steps_;
  std::uint64_t last_order_ = 0;
  struct Draining {
    RuntimeEnd end;
    Instant end_by = never;
    Instant until = never;
    Instant look_at = never;
  };
  std::optional<Draining> draining_;
  std::optional<RuntimeEnd> ending_;
  Instant ending_by_ = never;
  Instant look_at_turns_at_ = {};
  bool killed_all_ = false;
  bool ended_ = false;
};

}  // namespace troupe
