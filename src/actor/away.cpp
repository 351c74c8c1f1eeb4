// Turns that take longer than their share.

#include "actor/away.hpp"

#include <utility>

#include "actor/hook_caller.hpp"
#include "actor/message_path.hpp"  // IWYU pragma: keep
#include "actor/running_guest.hpp"
#include "actor/worker.hpp"
#include "base/check.hpp"
#include "base/format.hpp"
#include "base/limits.hpp"
#include "base/units.hpp"
#include "engine/ticker.hpp"

namespace troupe {
namespace {

// For native code that was killed, beyond its deadline: what a guest has.
constexpr Duration kill_grace = 2 * Ticker::period;

HostCalls::Overrun to_overrun(Outing<EnvelopePort>::Tick tick) {
  using Tick = Outing<EnvelopePort>::Tick;
  switch (tick) {
    case Tick::go_on:
      return HostCalls::Overrun::go_on;
    case Tick::waited:
      return HostCalls::Overrun::waited;
    case Tick::end:
      break;
  }
  return HostCalls::Overrun::end;
}

}  // namespace

HostCalls::Overrun RunningGuest::overran() {
  if (away_ != nullptr) return to_overrun(away_->outing.tick());
  away_ = worker_.go_away(cell_);
  // Nobody can take over: it goes on in everybody's way, a tick at a time.
  if (away_ == nullptr) return HostCalls::Overrun::go_on;
  return to_overrun(away_->outing.begin());
}

Worker::Went RunningGuest::come_home(Ran ran) {
  if (away_->placed != Instant{}) {
    away_->was_long = away_->inputs->exact_now() - away_->placed >= Duration(limits::share_ns);
  }
  away_->ran = std::move(ran);
  EnvelopePtr done = Envelope::make({.kind = EnvelopeKind::turn_done, .receiver = away_->actor});
  // The home worker owns all of it from here on.
  away_->outing.come_home(done.release());
  return Worker::Went::away;
}

// The calling thread goes on with the cell's turn, another with the worker. Null: there is none.
Away* Worker::go_away(Cell& cell) {
  CHECK(!cell.is_away, "an actor has one turn at a time");
  if (handover_ == nullptr || !world_.away_places.enter()) return nullptr;
  if (!handover_->prepare_successor()) {
    world_.away_places.give_up();
    return nullptr;
  }
  if (!outgoing_.is_empty()) (void)flush();
  cell.rarities().away = std::make_unique<Away>(world_.away_places, port());
  cell.is_away = true;
  // It may have something to do again, by what it sent itself earlier in this turn.
  run_queue_.remove(cell);
  Away* const away = cell.away();
  away->actor = cell.address;
  away->began = inputs_.last_now();
  Activity& active = cell.activity();
  active.oldest_queued.store(away->began, std::memory_order_relaxed);
  at_work_.store(nobody, std::memory_order_relaxed);
  active.went_away.store(away->began, std::memory_order_relaxed);
  away->inputs = inputs_.for_away();
  away->ticker_hold.hold(world_.engine);
  away->turn = std::exchange(turn_, std::make_unique<ActorTurn>(inputs_, world_.log));
  away->turn->learn_from(*away->inputs);
  // What it waits there for its turn counts, too.
  if (cell.state.load(std::memory_order_relaxed) == ActorState::starting) {
    (void)schedule(
        {.actor = cell.address,
         .number = cell.life.load(std::memory_order_relaxed),
         .kind = Alarm::Kind::start,
         .at = cell.life_began.load(std::memory_order_relaxed) + cell.spec->limits.start_timeout});
  }
  Pool::leave();
  world_.inputs.registry.reader(index_).leave();
  handover_->release_successor();
  return away;
}

void Worker::kill_away(Cell& cell, const Exit& exit) {
  Away& away = *cell.away();
  // Guests end within two ticks.
  if (!away.end && cell.spec->is_native()) {
    (void)schedule({.actor = cell.address,
                    .number = cell.life.load(std::memory_order_relaxed),
                    .kind = Alarm::Kind::lost,
                    .at = inputs_.now() + cell.spec->limits.deadline + kill_grace});
  }
  if (!away.end) away.end = exit;
  away.outing.kill();
}

// Its code does not return: its place goes to others, and the actor counts as ended for good, since
// what it holds can't be taken from it. If it does return, all that is dropped.
void Worker::lose_away(Cell& cell) {
  Away& away = *cell.away();
  away.is_lost = true;
  away.outing.give_up();
  std::string text = "its native code was killed and does not return: its thread is left to it";
  world_.log.write(cell.address, LogLevel::error, text);
  tell_event(cell, NodeEvent::Kind::limit, std::move(text));
  cell.stop_asked = true;
  LifeEnd end{.exit = *away.end};
  bump(counters_.ended);
  cell.become(ActorState::failed);
  end_checks(cell);
  if (cell.spec->mailbox.while_unready == WhileUnready::refuse) set_door(cell);
  let_go_of_all(cell);
  cancel(std::exchange(cell.rarities().stop_alarm, {}));
  tell_watchers(cell, end.exit);
  stop_family(cell);
  if (world_.hooks != nullptr) world_.hooks->after_stop(cell, end.exit);
  EnvelopePtr envelope = ended_report(cell, end);
  auto& told = *envelope->note<EndedReport>();
  told.ended.took = inputs_.exact_now() - away.began;
  told.decision = "given up";
  told.is_lost = true;
  report(std::move(envelope));
  retire(cell);
}

// It has returned at last, from a life that is over.
void Worker::drop_lost(Cell& cell, Away& away) {
  away.turn->learn_from(inputs_);
  away.turn->roll_back();
  if (away.ran.in_hand != nullptr) {
    forget_owed(cell, *away.ran.in_hand);
    undeliverable(std::move(away.ran.in_hand), DeadReason::crashed);
  }
  for (auto& kept : away.kept) {
    if (auto* envelope = std::get_if<EnvelopePtr>(&kept)) {
      undeliverable(std::move(*envelope), DeadReason::gone);
    }
  }
  cell.is_away = false;
  cell.instance.reset();
  release_books(cell);
}

// The thread of an actor that is gone has come back to it.
void Worker::take_lost(Address actor) {
  auto lost = lost_.extract(actor);
  CHECK(!lost.empty(), "whose turn is done is here or lost");
  take_home(*lost.mapped());
  world_.inputs.registry.reclaimer().retire(std::move(lost.mapped()), index_);
}

// Of one that nothing can end: who waits for it is to know at least.
void Worker::look_for_overrun(const Cell& cell, Duration took) {
  const Duration deadline = cell.spec->limits.deadline;
  if (took <= deadline + std::chrono::milliseconds(limits::late_ms) || !cell.spec->is_native()) {
    return;
  }
  std::string text = fmt::format(
      "a handler held its worker for {}, with all actors there; its deadline is {}. Native code "
      "that may take long says so: long_running",
      format_duration(took), format_duration(deadline));
  world_.log.write(cell.address, LogLevel::warn, text);
  tell_event(cell, NodeEvent::Kind::limit, std::move(text));
}

// Who takes long again and again would hold up its worker for a share each time. Who does not is
// spared the way there and back.
void Worker::choose_lane(Cell& cell, bool was_long) {
  if (cell.spec->long_running) return;
  Activity& active = cell.activity();
  const std::uint64_t handled = active.handled.load(std::memory_order_relaxed);
  // Short ones since then were at home, and told nobody.
  const bool in_a_row = handled - std::exchange(active.handled_before, handled) <= 1;
  if (!was_long) {
    active.long_turns = 0;
  } else if (!in_a_row) {
    active.long_turns = 1;
  } else if (active.long_turns < limits::long_turns_in_a_row) {
    ++active.long_turns;
  }
  cell.in_long_lane = active.long_turns == limits::long_turns_in_a_row;
  active.in_long_lane.store(cell.in_long_lane, std::memory_order_relaxed);
}

void Worker::follow_up(Cell& cell, Ran& ran) {
  switch (ran.kind) {
    case Ran::Kind::handler:
      finish(cell, std::move(ran.in_hand), ran.reply);
      break;
    case Ran::Kind::birth:
    case Ran::Kind::load:
      finish_birth(cell, ran);
      break;
    case Ran::Kind::stop:
      finish_stop(cell, ran);
      break;
    case Ran::Kind::check:
      finish_check(cell, ran);
      break;
    case Ran::Kind::save:
    case Ran::Kind::snapshot:
      finish_save(cell, ran);
      break;
  }
}

void Worker::take_home(Cell& cell) {
  const std::unique_ptr<Away> away = std::move(cell.rarities().away);
  if (away->is_lost) {
    drop_lost(cell, *away);
    return;
  }
  cell.is_away = false;
  cell.activity().went_away.store(never, std::memory_order_relaxed);
  turn_ = std::move(away->turn);
  turn_->learn_from(inputs_);
  turn_began_ = away->began;
  count_turn(cell, inputs_.exact_now() - away->began);
  Ran& ran = away->ran;
  if (away->end) {
    turn_->roll_back();
    LifeEnd end = end_of(cell, *away->end, ran.kind, ran.in_hand.get());
    end.death = std::move(ran.reply.death);
    if (ran.kind == Ran::Kind::handler) lose(cell, std::move(ran.in_hand));
    end_life(cell, std::move(end));
  } else {
    follow_up(cell, ran);
  }
  choose_lane(cell, away->was_long);
  for (auto& kept : away->kept) {
    if (auto* envelope = std::get_if<EnvelopePtr>(&kept)) {
      route(std::move(*envelope));
    } else {
      fire(std::get<Alarm>(kept));
    }
  }
  end_turn(cell);
}

}  // namespace troupe
