#pragma once
// A worker runs actors: it takes what arrives, fires what is due, gives one actor a turn, and sends
// off what the turn asked for. It is an object; a thread or the simulator drives it.

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <unordered_map>
#include <vector>

#include "actor/away.hpp"
#include "actor/cell.hpp"
#include "actor/counters.hpp"
#include "actor/family.hpp"
#include "actor/moves.hpp"
#include "actor/reports.hpp"
#include "base/clock.hpp"
#include "engine/engine.hpp"
#include "model/actor_turn.hpp"
#include "model/envelope.hpp"
#include "model/pool.hpp"
#include "router/dead_letters.hpp"
#include "router/registry.hpp"
#include "router/worker_inputs.hpp"
#include "scheduler/away_places.hpp"
#include "scheduler/balance.hpp"
#include "scheduler/epochs.hpp"
#include "scheduler/handover.hpp"
#include "scheduler/outgoing.hpp"
#include "scheduler/port.hpp"
#include "scheduler/run_queue.hpp"
#include "scheduler/steppable.hpp"
#include "timer/timers.hpp"
#include "topic/subscriptions.hpp"
#include "troupe/health.hpp"

namespace troupe {

class HookCaller;
class RunningGuest;

// Takes the outcomes of requests that were asked from outside the actors.
// Thread: any thread.
class OutsideAnswers {
 public:
  OutsideAnswers() = default;
  OutsideAnswers(const OutsideAnswers&) = delete;
  OutsideAnswers& operator=(const OutsideAnswers&) = delete;
  virtual ~OutsideAnswers() = default;

  virtual void settle(std::uint64_t request, Answer answer) = 0;
};

// What all workers of a node share.
struct WorkerWorld {
  InputsWorld inputs;
  LogSink& log;
  Engine& engine;
  OutsideAnswers& outside_answers;
  DeadLetters& dead_letters;
  AwayPlaces& away_places;
  PushEpochs& push_epochs;
  std::span<Load> loads;          // One a worker.
  EnvelopePort& control;          // Takes the reports.
  std::span<EnvelopePort> ports;  // One a worker.
  std::span<Pool> pools;          // Likewise.
  // Of one step, while nothing arrives and nothing is due.
  std::uint32_t turns_a_step = 1;
  // An inbox with so many messages gets no more; those who have some for it hold back.
  std::uint32_t inbox_messages = 1;
  bool actors_move = true;
  bool tells_exits = false;     // The control plane hears of every end.
  std::uint64_t seed = 0;       // Of the node's own: the random part of delays comes from it.
  HookCaller* hooks = nullptr;  // Null: there are none.
};

// Thread:  one driver; counters() and at_work() any thread.
// Owns:    the cells that are seated here, timers and its topic replica.
// Bounds:  a turn ends after limits::turn_messages_max messages or limits::turn_ns_max; a guest
//          that takes longer goes on beside the worker.
// Errors:  none: everything an actor does ends as a report to the control plane.
class Worker final : public Steppable {
 public:
  Worker(const WorkerWorld& world, std::uint16_t index);
  ~Worker() override;

  StepResult step() override;
  void before_park() override;
  [[nodiscard]] Instant next_due() const override;
  [[nodiscard]] bool has_arrivals() const override;

  [[nodiscard]] const WorkerCounters& counters() const { return counters_; }
  // Whose turn it is, or nobody's; `handled` tells one handler from the next. Any thread.
  struct AtWork {
    Address actor = nobody;
    std::uint64_t handled = 0;

    friend bool operator==(const AtWork&, const AtWork&) = default;
  };
  [[nodiscard]] AtWork at_work() const {
    return {.actor = at_work_.load(std::memory_order_relaxed),
            .handled = counters_.handled.load(std::memory_order_relaxed)};
  }
  [[nodiscard]] EnvelopePort& port() const { return port_; }

  // Lets a guest that takes long go on beside the worker. Before the first step; null: it goes on
  // in the worker's way, until its deadline.
  void set_handover(Handover* handover) { handover_ = handover; }

 private:
  friend class RunningGuest;
  enum class Went : std::uint8_t {
    home,
    over,  // Likewise, and nothing more of the actor's messages in this turn.
    away,  // `this` is another thread's by now.
  };

  void fetch_ahead() const;
  void look_at_wait(const Cell& cell);

  // Arrivals (delivery.cpp).
  void route(EnvelopePtr envelope);
  // These stand in message_path.hpp. `last`: who got the one before, since when nothing has
  // happened; null: nobody. Who gets this one, likewise.
  Cell* send_on(EnvelopePtr envelope, Cell* last);
  void route_elsewhere(EnvelopePtr envelope);
  void make_next(Cell& cell, Activity& active);
  // Where an actor is that seemed to be elsewhere: something may be pushed there until the next
  // flush.
  [[nodiscard]] Registry::Place look_from_inside(Address actor);
  void take_arrivals();
  void deliver(Cell* cell, EnvelopePtr envelope);
  void deliver_to(Cell& cell, EnvelopePtr envelope);
  Activity& accept(Cell& cell, EnvelopePtr envelope);  // Into the mailbox.
  void set_door(const Cell& cell);
  void turned_away(Cell& cell);
  void deliver_call(Cell& cell, EnvelopePtr envelope);
  void arrived(EnvelopePtr envelope);
  void make_ready(Cell& cell);
  void find_oldest_request(Cell& cell);
  void look_at_backlog(Cell& cell);
  void deliver_order(EnvelopePtr envelope);
  void carry_out(Cell& cell, EnvelopePtr order);
  void carry_out_own_orders();
  void end_by_order(Cell& cell, const Exit& exit);
  void end_all();
  [[nodiscard]] bool expect_stop(Cell& cell, Envelope& stop);
  void undeliverable(EnvelopePtr envelope, DeadReason reason);
  void give_up(Cell& cell, EnvelopePtr envelope, DeadReason reason);
  void add_watcher(const Envelope& envelope);
  [[nodiscard]] AlarmKey schedule(const Alarm& alarm);
  void cancel(const AlarmKey& key);
  void fire(const Alarm& alarm);
  void fire_timer(Cell& cell, const Alarm& alarm);
  void fail_request(const Envelope& request, Failure failure);
  // Sends off what it can. Whether it has sent anything.
  bool flush();

  // Events and who listens to them (fan_out.cpp).
  void tell_topic(const Envelope& change);
  // Tells this worker's replica and all others.
  void tell_topic_everywhere(const Envelope& change);
  void publish(const Envelope& event);
  void send_to(const Listener& listener, Copies& copies);
  void push_fan_outs(const Envelope& event, Copies& copies);
  void expand(const Envelope& fan_out);

  // Mailboxes whose senders wait for room (blocking.cpp).
  void hold(Cell& cell, EnvelopePtr envelope);
  void let_go(Cell& cell, Waiting::One& one);
  void has_room(Cell& cell);
  void has_waited_enough(Cell& cell, std::uint64_t number);
  void let_go_of_all(Cell& cell);
  void turn_away_all(Cell& cell, DeadReason reason);

  // Actors that change their worker (moves.cpp).
  [[nodiscard]] bool may_move(const Cell& cell) const;
  void note_partner(Cell& cell, Address sender);
  [[nodiscard]] std::optional<Address> next_from_here(const Cell& cell) const;
  [[nodiscard]] Ties ties_of_waiting() const;
  void share_load();
  void depart(const std::vector<Cell*>& cells, std::uint16_t to, Duration settled_after);
  bool finish_departure();
  void hand_over(const Departure& departure);
  void arrive(const Envelope& envelope);
  void keep_for_arrival(EnvelopePtr envelope);
  void welcome(Address actor);
  void give_up_on_the_gone();

  // Lives (life.cpp).
  Cell& make_cell(Address address, const ActorSpec& spec, const Parentage& whose);
  void create(const Envelope& envelope);
  void restart(Cell& cell);
  // A life begins as a turn of its own, since what sets it off may be the commit of another turn.
  void expect_life(Cell& cell);
  [[nodiscard]] Went begin_life(Cell& cell);
  void finish_birth(Cell& cell, Ran& ran);
  void tell_start(const Cell& cell);
  // The embedding program's hooks; an error of theirs is in its way.
  [[nodiscard]] Result<void> announce_life(const Cell& cell);
  void end_life(Cell& cell, LifeEnd end);
  // As the guest's last call has ended it: nothing that it asked for there happens.
  void end_life_by(Cell& cell, Reply reply, Ran::Kind kind);
  // What is known of the end of a life (ended_life.cpp).
  [[nodiscard]] LifeEnd end_of(const Cell& cell, Exit exit, Ran::Kind kind,
                               const Envelope* envelope);
  [[nodiscard]] EnvelopePtr ended_report(const Cell& cell, LifeEnd& end);
  void tell_watchers(Cell& cell, const Exit& exit);
  void release_books(Cell& cell);
  void release_owed(Cell& cell, const std::vector<Responder>& kept);
  void retire(Cell& cell);
  void tell_retired(Address actor);

  // Parents and their children (family.cpp).
  [[nodiscard]] ChildNumber adopt(Cell& parent, Address child, const ChildTemplate& made_from);
  void after_life(Cell& cell, LifeEnd& end);
  void judge(Cell& parent, const Envelope& what);
  void carry_out_steps(Cell& parent);
  static void strike_off(Cell& parent, ChildNumber number, Address child);
  void leave_family(Cell& parent);
  void stop_family(Cell& parent);
  static void show_family(Cell& parent);
  void let_parent_begin(Cell& parent);
  void is_alone(Cell& parent);
  [[nodiscard]] bool is_stopping() const {
    return world_.inputs.is_stopping.load(std::memory_order_relaxed);
  }

  // Turns (turn.cpp).
  [[nodiscard]] Went run_turn(Cell& cell);
  [[nodiscard]] std::optional<Went> run_own_turn(Cell& cell);
  // Once it is home: what it shows of itself, and its next turn.
  void end_turn(Cell& cell);
  static void show_books(const Cell& cell, Activity& active);
  [[nodiscard]] Went handle(Cell& cell, RunningGuest& running, HostCalls& host,
                            EnvelopePtr envelope);
  [[nodiscard]] bool still_counts(Cell& cell, const Envelope& envelope);
  [[nodiscard]] Reply call(Cell& cell, HostCalls& host, const Envelope& envelope);
  void finish(Cell& cell, EnvelopePtr envelope, Reply& reply);
  void note_error(Cell& cell, const Reply& reply);
  void expire(Cell& cell, EnvelopePtr envelope);
  void crash(Cell& cell, EnvelopePtr in_hand, Reply& reply);
  [[nodiscard]] Went stop(Cell& cell, EnvelopePtr envelope);
  void finish_stop(Cell& cell, Ran& ran);
  void lose(Cell& cell, EnvelopePtr in_hand);
  static void forget_owed(Cell& cell, const Envelope& request);
  void count_turn(Cell& cell, Duration took);
  void look_at_memory(Cell& cell);
  [[nodiscard]] TurnActor turn_actor(Cell& cell);

  // How they are (health.cpp).
  void begin_checks(Cell& cell);
  void expect_check(Cell& cell);
  void check_is_due(Cell& cell);
  [[nodiscard]] Went check(Cell& cell, EnvelopePtr envelope);
  void finish_check(Cell& cell, Ran& ran);
  void show_health(Cell& cell);
  void hold_messages(Cell& cell, HealthStatus status);
  void end_checks(Cell& cell);

  // What a life leaves to the next (saving.cpp).
  [[nodiscard]] static bool is_to_save(const Cell& cell);
  void go_on_stopping(Cell& cell);
  [[nodiscard]] Went save_at_the_end(Cell& cell);
  [[nodiscard]] Went save(Cell& cell, Ran::Kind kind);
  void finish_save(Cell& cell, Ran& ran);
  void go_on_living(Cell& cell, std::string why);
  void forget_saved(Cell& cell);
  void drop_queued(Cell& cell);
  void begin_snapshots(Cell& cell);
  static void await_news(Cell& cell);
  void has_news(Cell& cell);
  void snapshot_is_due(Cell& cell);
  [[nodiscard]] Went take_snapshot(Cell& cell);
  void keep_snapshot(Cell& cell, Ran& ran);
  [[nodiscard]] static const SavedState* try_snapshot(Cell& cell);
  void judge_snapshot(Cell& cell, const LifeEnd& end);

  // Turns that take longer than their share (away.cpp).
  [[nodiscard]] Away* go_away(Cell& cell);
  void kill_away(Cell& cell, const Exit& exit);
  void lose_away(Cell& cell);
  void drop_lost(Cell& cell, Away& away);
  void take_lost(Address actor);
  void look_for_overrun(const Cell& cell, Duration took);
  void choose_lane(Cell& cell, bool was_long);
  void take_home(Cell& cell);
  // A call of the guest that is no message's, in a turn that has been taken over, with what follows
  // from it (running_guest.hpp). `calls` gets the host and `ran`, and fills that in.
  template <typename Calls>
  [[nodiscard]] Went call_guest(Cell& cell, Ran ran, const Calls& calls);
  // What follows from what a guest has done.
  void follow_up(Cell& cell, Ran& ran);

  // What turns asked for (commit.cpp).
  [[nodiscard]] std::optional<Exit> commit(Cell& cell);
  void ask(Cell& cell, EnvelopePtr request, Duration timeout);
  void start_timer(Cell& cell, const Envelope& order);
  void cancel_request(Cell& cell, std::uint64_t number);
  void spawn(Cell& cell, const Envelope& order);

  void report(std::unique_ptr<Note> note);
  void report(EnvelopePtr envelope);
  void tell_event(const Cell& cell, NodeEvent::Kind kind, std::string text);

  WorkerWorld world_;
  std::uint16_t index_;
  EnvelopePort& port_;
  WorkerCounters counters_;
  Subscriptions topics_;
  WorkerInputs inputs_;
  std::unique_ptr<ActorTurn> turn_;
  Instant turn_began_{};
  std::atomic<Address> at_work_{nobody};
  std::uint32_t turns_to_look_ = 1;  // How long what it takes has waited.
  Handover* handover_ = nullptr;
  RunQueue run_queue_;
  Timers<Alarm> timers_;
  Outgoing<EnvelopeList, EnvelopePort, PushEpoch> outgoing_;  // Held back: no turns until it left.
  // One a worker: who of it gets the event that is being published. Kept for their memory.
  std::vector<std::vector<Recipient>> recipients_;
  const std::uint32_t arrivals_lag_;
  std::optional<Departure> departure_;
  std::unordered_map<Address, EnvelopeList> awaited_;  // What waits for actors that will live here.
  Instant look_at_loads_at_ = {};
  Instant surplus_since_ = never;          // That it would share.
  std::vector<std::uint32_t> loads_seen_;  // When it last looked.
  EnvelopeList dropped_;                   // By a mailbox, while a message is delivered.
  EnvelopeList own_orders_;                // To cells that are here, from others that are.
  LetGo let_go_;                           // Of what was handled in this step.
  SupervisorSteps steps_;                  // Of a supervisor, while it decides.
  TickerHold ticker_hold_;
  // Gone while native code was at work beside the worker that does not return; until it does.
  std::unordered_map<Address, std::unique_ptr<Cell>> lost_;
};

}  // namespace troupe
