// How what arrives at a worker finds its actor, or comes to nothing with a reason.

#include <algorithm>
#include <utility>

#include "actor/family.hpp"
#include "actor/message_path.hpp"  // IWYU pragma: keep
#include "actor/worker.hpp"
#include "base/check.hpp"
#include "base/mutation.hpp"

namespace troupe {
namespace {

Answer answer_of(const Envelope& envelope) {
  if (envelope.kind == EnvelopeKind::failure) {
    return std::unexpected(envelope.note<FailureNote>()->failure);
  }
  const BytesView payload = envelope.payload();
  return Bytes(payload.begin(), payload.end());
}

}  // namespace

// What senders find when they look before they send.
void Worker::set_door(const Cell& cell) {
  const MailboxBounds& bounds = cell.spec->mailbox;
  Room room = Room::open;
  if (bounds.while_unready == WhileUnready::refuse &&
      (cell.state.load(std::memory_order_relaxed) != ActorState::ready ||
       MUTATED(lets_in_while_unhealthy,
               cell.health(inputs_.last_now()).status == HealthStatus::unhealthy, false))) {
    room = Room::unready;
  } else if (MUTATED(never_says_busy, cell.mailbox.is_full(), false)) {
    room = bounds.when_full == WhenFull::block ? Room::waits : Room::full;
  }
  world_.inputs.registry.set_room(cell.address, room);
}

Registry::Place Worker::look_from_inside(Address actor) {
  outgoing_.enter();
  // What was read before may be out of date.
  return world_.inputs.registry.place(actor, index_);
}

void Worker::route(EnvelopePtr envelope) { send_on(std::move(envelope), nullptr); }

// To where the receiver lives now, or outside, or nowhere.
void Worker::route_elsewhere(EnvelopePtr envelope) {
  using Kind = Registry::Place::Kind;
  if (envelope->receiver == outside) {
    world_.outside_answers.settle(envelope->number, answer_of(*envelope));
    return;
  }
  Registry::Place place = world_.inputs.registry.place(envelope->receiver, index_);
  if (place.kind == Kind::elsewhere) place = look_from_inside(envelope->receiver);
  if (place.kind == Kind::elsewhere) {
    outgoing_.push(place.home, std::move(envelope));
  } else if (MUTATED(loses_sight_of_movers, place.kind == Kind::awaited, false)) {
    keep_for_arrival(std::move(envelope));
  } else {
    deliver(nullptr, std::move(envelope));
  }
}

// What another thread has pushed.
void Worker::arrived(EnvelopePtr envelope) {
  const Address actor = envelope->receiver;
  Cell* cell = world_.inputs.registry.cell(actor, index_);
  const EnvelopeKind kind = envelope->kind;
  if (cell == nullptr && kind != EnvelopeKind::create && kind != EnvelopeKind::arrive)
      [[unlikely]] {
    if (world_.inputs.registry.place(actor, index_).kind == Registry::Place::Kind::awaited) {
      keep_for_arrival(std::move(envelope));
      return;
    }
  }
  const Address sender = envelope->sender;
  deliver(cell, std::move(envelope));
  const bool is_said_by_an_actor = kind <= EnvelopeKind::request || kind == EnvelopeKind::answer ||
                                   kind == EnvelopeKind::failure;
  if (cell != nullptr && is_said_by_an_actor && !sender.is_nobody() && sender != outside) {
    note_partner(*cell, sender);
  }
}

// Unless something else makes it run later.
void Worker::make_ready(Cell& cell) {
  if (cell.is_away || cell.is_leaving) return;
  Activity* active = cell.activity_if_any();
  if (!cell.is_queued && active != nullptr) {
    active->ready_since.store(inputs_.last_now(), std::memory_order_relaxed);
  }
  run_queue_.ready(cell);
}

void Worker::deliver(Cell* cell, EnvelopePtr envelope) {
  if (!is_for_handler(envelope->kind)) {
    deliver_order(std::move(envelope));
  } else if (cell == nullptr) {
    undeliverable(std::move(envelope), DeadReason::gone);
  } else {
    deliver_to(*cell, std::move(envelope));
  }
}

void Worker::deliver_to(Cell& cell, EnvelopePtr envelope) {
  if (envelope->kind <= EnvelopeKind::event) {
    deliver_call(cell, std::move(envelope));
    return;
  }
  // The books are not here: what asks them waits.
  if (cell.is_away && envelope->kind != EnvelopeKind::stop) {
    cell.away()->kept.emplace_back(std::move(envelope));
    return;
  }
  if (envelope->kind == EnvelopeKind::stop && !expect_stop(cell, *envelope)) return;
  if (envelope->kind == EnvelopeKind::answer || envelope->kind == EnvelopeKind::failure) {
    // The first outcome settles the request; every later one is an orphan.
    Books* const books = cell.books.get();
    Books::Request* request = books != nullptr ? books->requests.find(envelope->number) : nullptr;
    if (request == nullptr || request->settled) {
      bump(counters_.orphans);
      bump(cell.activity().orphans);
      return;
    }
    request->settled = true;
    cancel(request->alarm);
    if (envelope->number == books->oldest_request) find_oldest_request(cell);
  }
  if (envelope->kind == EnvelopeKind::exited) {
    // Perhaps it was taken back in the meantime.
    Books* const books = cell.books.get();
    if (books == nullptr || !books->watches.contains(envelope->number)) return;
  }
  accept(cell, std::move(envelope));
  if (MUTATED(drops_a_wake, cell.will_run(), false)) make_ready(cell);
}

// Whether it comes to the handler: the actor is alive.
bool Worker::expect_stop(Cell& cell, Envelope& stop) {
  // Its supervisor may be elsewhere and know nothing of its spec.
  if (stop.deadline == never) stop.deadline = inputs_.now() + cell.spec->stop_budget;
  const bool is_first = !cell.stop_asked;
  cell.stop_asked = true;
  if (!cell.will_run()) {
    // Who stops it wants nothing of it to go on.
    forget_saved(cell);
    // Nobody needs to decide any more.
    if (!cell.parent.is_nobody() && !cell.is_retiring) retire(cell);
    return false;
  }
  Rarities& rare = cell.rarities();
  if (is_first) {
    rare.stop_alarm =
        schedule({.actor = cell.address, .kind = Alarm::Kind::stop, .at = stop.deadline});
    rare.stop_by = stop.deadline;
  }
  // Of several, one that is for good counts.
  rare.restart_asked = stop.number == stop_for_restart && (is_first || rare.restart_asked);
  return true;
}

// After the oldest was settled. Numbers are given in order, so each is looked at once.
void Worker::find_oldest_request(Cell& cell) {
  Books& books = *cell.books.get();
  Instant asked = never;
  std::uint64_t number = books.oldest_request;
  books.oldest_request = 0;
  while (++number <= cell.books.last_number() && !books.requests.empty()) {
    const Books::Request* request = books.requests.find(number);
    if (request == nullptr || request->settled || request->alarm.generation == 0) continue;
    books.oldest_request = number;
    asked = request->asked;
    break;
  }
  cell.activity().oldest_request.store(asked, std::memory_order_relaxed);
}

// A turn has left something in the mailbox: how old is the oldest of it, at most?
void Worker::look_at_backlog(Cell& cell) {
  Activity& active = cell.activity();
  const std::uint64_t received = active.received.load(std::memory_order_relaxed);
  const std::uint64_t taken = received - std::min<std::uint64_t>(received, cell.mailbox.count());
  active.marked_at = std::max(active.marked_at, active.ready_since.load(std::memory_order_relaxed));
  if (taken < active.marked) return;
  // All that had come by the mark is gone.
  active.oldest_queued.store(active.marked_at, std::memory_order_relaxed);
  active.marked = received;
  active.marked_at = inputs_.last_now();
}

// By its policy: no dead letter, since nobody is to look after it, but counted, and whoever waits
// for an answer hears of it.
void Worker::turned_away(Cell& cell) {
  // What that sets off may be delivered here at once, and make others drop something.
  EnvelopeList dropped = std::move(dropped_);
  while (EnvelopePtr one = dropped.pop()) {
    if (cell.spec->mailbox.when_full == WhenFull::block) {
      hold(cell, std::move(one));
      continue;
    }
    MUTATED(drops_in_silence, bump(cell.activity().dropped), void());
    bump(counters_.dropped);
    if (one->kind == EnvelopeKind::request) {
      fail_request(*one, {.kind = Failure::Kind::refused, .refusal = Refusal::busy});
    }
  }
}

void Worker::deliver_order(EnvelopePtr envelope) {
  Cell* cell = world_.inputs.registry.cell(envelope->receiver, index_);
  switch (envelope->kind) {
    case EnvelopeKind::create:
      create(*envelope);
      return;
    case EnvelopeKind::watch:
      add_watcher(*envelope);
      return;
    case EnvelopeKind::arrive:
      arrive(*envelope);
      return;
    case EnvelopeKind::end_all:
      end_all();
      return;
    case EnvelopeKind::tell_end:
      if (cell == nullptr) tell_retired(envelope->receiver);
      [[fallthrough]];
    case EnvelopeKind::unwatch:
    case EnvelopeKind::restart:
    case EnvelopeKind::end:
    case EnvelopeKind::retire:
    case EnvelopeKind::child_ended:
    case EnvelopeKind::child_gone:
    case EnvelopeKind::pause:
    case EnvelopeKind::resume:
    case EnvelopeKind::turn_done:
      if (cell != nullptr) {
        carry_out(*cell, std::move(envelope));
      } else if (envelope->kind == EnvelopeKind::turn_done) {
        take_lost(envelope->receiver);
      }
      return;
    case EnvelopeKind::subscribe:
    case EnvelopeKind::unsubscribe:
    case EnvelopeKind::unsubscribe_all:
      tell_topic(*envelope);
      return;
    case EnvelopeKind::fan_out:
      expand(*envelope);
      return;
    case EnvelopeKind::message:
    case EnvelopeKind::request:
    case EnvelopeKind::event:
    case EnvelopeKind::answer:
    case EnvelopeKind::failure:
    case EnvelopeKind::timer:
    case EnvelopeKind::exited:
    case EnvelopeKind::check:
    case EnvelopeKind::stop:
    case EnvelopeKind::start_timer:
    case EnvelopeKind::cancel_timer:
    case EnvelopeKind::cancel_request:
    case EnvelopeKind::spawn:
    case EnvelopeKind::stop_child:
    case EnvelopeKind::exit:
    case EnvelopeKind::control:
      CHECK(false, "not an order to a worker");
  }
}

void Worker::carry_out_own_orders() {
  while (EnvelopePtr order = own_orders_.pop()) deliver_order(std::move(order));
}

// What is ordered of an actor that is there.
void Worker::carry_out(Cell& cell, EnvelopePtr order) {
  const EnvelopeKind kind = order->kind;
  if (kind == EnvelopeKind::unwatch) {
    std::erase_if(cell.rarities().watchers, [&](const Rarities::Watcher& watcher) {
      return watcher.who == order->sender && watcher.number == order->number;
    });
  } else if (kind == EnvelopeKind::restart) {
    restart(cell);
  } else if (kind == EnvelopeKind::end) {
    end_by_order(cell, order->note<ExitNote>()->exit);
  } else if (kind == EnvelopeKind::retire) {
    if (cell.will_run()) end_life(cell, {.exit = Exit::killed()});
    retire(cell);
  } else if (kind == EnvelopeKind::tell_end) {
    cell.tells_control = true;
  } else if (kind == EnvelopeKind::child_ended) {
    judge(cell, *order);
  } else if (kind == EnvelopeKind::child_gone) {
    strike_off(cell, static_cast<ChildNumber>(order->number), order->sender);
  } else if (kind == EnvelopeKind::pause) {
    if (cell.is_alive()) ++cell.pauses;
  } else if (kind == EnvelopeKind::resume) {
    // Of an earlier life, perhaps.
    if ((cell.pauses & ~Cell::unhealthy_pause) > 0) --cell.pauses;
    if (cell.is_alive() && cell.has_work()) make_ready(cell);
  } else {
    CHECK(kind == EnvelopeKind::turn_done && cell.is_away, "a cell waits for its turn");
    take_home(cell);
  }
}

void Worker::end_by_order(Cell& cell, const Exit& exit) {
  if (!cell.will_run()) return;
  if (cell.is_away) {
    kill_away(cell, exit);
  } else {
    end_life(cell, {.exit = exit});
  }
}

// Nothing of what they still have to do counts any more.
void Worker::end_all() {
  world_.inputs.registry.for_each_at(index_, [&](Cell& cell) {
    cell.stop_asked = true;
    end_by_order(cell, Exit::killed());
  });
}

void Worker::fail_request(const Envelope& request, Failure failure) {
  route(Envelope::make({.kind = EnvelopeKind::failure,
                        .receiver = request.sender,
                        .sender = request.receiver,
                        .number = request.number},
                       {}, std::make_unique<FailureNote>(std::move(failure))));
}

// What had been accepted for an actor.
void Worker::give_up(Cell& cell, EnvelopePtr envelope, DeadReason reason) {
  if (envelope->kind <= EnvelopeKind::event) bump(cell.activity().dead);
  undeliverable(std::move(envelope), reason);
}

void Worker::undeliverable(EnvelopePtr envelope, DeadReason reason) {
  if (envelope->kind == EnvelopeKind::answer || envelope->kind == EnvelopeKind::failure) {
    bump(counters_.orphans);
    return;
  }
  if (envelope->kind == EnvelopeKind::request) {
    switch (reason) {
      case DeadReason::gone:
        fail_request(*envelope, {.kind = Failure::Kind::refused, .refusal = Refusal::gone});
        break;
      case DeadReason::blocked:
        fail_request(*envelope, {.kind = Failure::Kind::refused, .refusal = Refusal::busy});
        break;
      case DeadReason::crashed:
        fail_request(*envelope, {.kind = Failure::Kind::receiver_exited});
        break;
      case DeadReason::expired:
      case DeadReason::quarantined:
      case DeadReason::restarted:
        fail_request(*envelope, {.kind = Failure::Kind::refused});
        break;
    }
  }
  if (envelope->kind <= EnvelopeKind::event) {
    world_.dead_letters.add(std::move(envelope), reason, inputs_.now());
  }
}

void Worker::add_watcher(const Envelope& envelope) {
  Cell* cell = world_.inputs.registry.cell(envelope.receiver, index_);
  if (cell != nullptr && cell->will_run()) {
    cell->rarities().watchers.push_back({envelope.sender, envelope.number});
    return;
  }
  route(Envelope::make(
      {.kind = EnvelopeKind::exited,
       .receiver = envelope.sender,
       .sender = envelope.receiver,
       .number = envelope.number},
      {}, std::make_unique<ExitNote>(Exit{.kind = Exit::Kind::other, .text = "gone"})));
}

AlarmKey Worker::schedule(const Alarm& alarm) {
  const TimerKey key = timers_.schedule(alarm.at, alarm);
  return {key.index, key.generation};
}

void Worker::cancel(const AlarmKey& key) { (void)timers_.cancel({key.index, key.generation}); }

void Worker::fire(const Alarm& alarm) {
  Cell* cell = world_.inputs.registry.cell(alarm.actor, index_);
  if (cell == nullptr) return;
  if (alarm.kind == Alarm::Kind::room) {
    has_waited_enough(*cell, alarm.number);
    return;
  }
  if (alarm.kind == Alarm::Kind::stop) {
    cell->rarities().stop_alarm = {};
    end_by_order(*cell, Exit::killed());
    return;
  }
  if (alarm.kind == Alarm::Kind::check) {
    check_is_due(*cell);
    return;
  }
  if (alarm.kind == Alarm::Kind::family) {
    if (Family* family = cell->family()) {
      family->wait = {};
      family->supervisor.due(inputs_.now(), steps_);
      carry_out_steps(*cell);
    }
    return;
  }
  if (alarm.kind == Alarm::Kind::start) {
    if (cell->is_away && cell->life.load(std::memory_order_relaxed) == alarm.number &&
        cell->state.load(std::memory_order_relaxed) == ActorState::starting) {
      kill_away(*cell, Exit::exceeded("start-time"));
    }
    return;
  }
  if (alarm.kind == Alarm::Kind::lost) {
    if (cell->is_away && cell->away()->end && !cell->away()->is_lost &&
        cell->life.load(std::memory_order_relaxed) == alarm.number) {
      lose_away(*cell);
    }
    return;
  }
  if (cell->is_away) {
    cell->away()->kept.emplace_back(alarm);
    return;
  }
  if (alarm.kind == Alarm::Kind::snapshot) {
    snapshot_is_due(*cell);
    return;
  }
  if (alarm.kind == Alarm::Kind::request) {
    bump(cell->activity().timed_out);
    bump(counters_.timed_out);
    deliver_to(*cell,
               Envelope::make(
                   {.kind = EnvelopeKind::failure, .receiver = alarm.actor, .number = alarm.number},
                   {}, std::make_unique<FailureNote>(Failure{.kind = Failure::Kind::timed_out})));
    return;
  }
  fire_timer(*cell, alarm);
}

void Worker::fire_timer(Cell& cell, const Alarm& alarm) {
  Books* const books = cell.books.get();
  Books::Timer* const found = books != nullptr ? books->timers.find(alarm.number) : nullptr;
  if (found == nullptr) return;
  Books::Timer& timer = *found;
  timer.alarm = {};
  if (timer.period_ns > 0) {
    // Missed firings are skipped, the rhythm is kept.
    const std::int64_t late = (inputs_.now() - alarm.at).count();
    Alarm next = alarm;
    next.at = alarm.at + Duration((late / timer.period_ns + 1) * timer.period_ns);
    timer.alarm = schedule(next);
  }
  if (timer.queued) return;
  timer.queued = true;
  deliver_to(cell,
             Envelope::make(
                 {.kind = EnvelopeKind::timer, .receiver = alarm.actor, .number = alarm.number}));
}

}  // namespace troupe
