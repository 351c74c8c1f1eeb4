// How what arrives at a worker finds its actor, or comes to nothing with a reason.

#include <algorithm>
#include <utility>

#include "actor/worker.hpp"
#include "base/check.hpp"

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

void Worker::accept(Cell& cell, EnvelopePtr envelope) {
  bump(cell.stats->received);
  cell.mailbox.push(std::move(envelope), dropped_);
  if (!dropped_.empty()) [[unlikely]]
    turned_away(cell);
  cell.stats->queued.store(cell.mailbox.count(), std::memory_order_relaxed);
  if (cell.mailbox.is_full()) [[unlikely]] {
    world_.inputs.registry.set_room(cell.address, cell.spec->mailbox.when_full == WhenFull::block
                                                      ? Registry::Room::waits
                                                      : Registry::Room::full);
  }
}

Registry::Place Worker::look_from_inside(Address actor) {
  // Whatever comes of it: who is inside is seen to leave at the next flush.
  has_outgoing_ = true;
  if (!push_epoch_.is_inside()) push_epoch_.enter();
  // What was read before may be out of date.
  return world_.inputs.registry.place(actor, index_);
}

void Worker::route(EnvelopePtr envelope) {
  if (envelope->receiver == outside) {
    world_.outside_answers.settle(envelope->number, answer_of(*envelope));
    return;
  }
  using Kind = Registry::Place::Kind;
  Registry::Place place = world_.inputs.registry.place(envelope->receiver, index_);
  if (place.kind == Kind::here) [[likely]] {
    place.cell->from_partner = 0;
    if (envelope->kind <= EnvelopeKind::event) {
      // As deliver() would, on the way that most take.
      Cell& cell = *place.cell;
      accept(cell, std::move(envelope));
      if (cell.will_run() && cell.away == nullptr && !cell.is_leaving) {
        if (!cell.is_queued) cell.ready_since = inputs_.last_now();
        run_queue_.ready_next(cell);
      }
    } else {
      deliver(place.cell, std::move(envelope));
    }
    return;
  }
  if (place.kind == Kind::elsewhere) place = look_from_inside(envelope->receiver);
  if (place.kind == Kind::elsewhere) {
    outgoing_[place.home].push(std::move(envelope));
  } else if (place.kind == Kind::awaited) {
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
  if (cell.away != nullptr || cell.is_leaving) return;
  if (!cell.is_queued) cell.ready_since = inputs_.last_now();
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
    accept(cell, std::move(envelope));
    if (cell.will_run()) make_ready(cell);
    return;
  }
  // The books are not here: what asks them waits.
  if (cell.away != nullptr && envelope->kind != EnvelopeKind::stop) {
    cell.away->kept.emplace_back(std::move(envelope));
    return;
  }
  if (envelope->kind == EnvelopeKind::answer || envelope->kind == EnvelopeKind::failure) {
    // The first outcome settles the request; every later one is an orphan.
    Books::Request* request = cell.books.requests.find(envelope->number);
    if (request == nullptr || request->settled) {
      bump(counters_.orphans);
      bump(cell.stats->orphans);
      return;
    }
    request->settled = true;
    cancel(request->alarm);
    if (envelope->number == cell.books.oldest_request) find_oldest_request(cell);
  }
  if (envelope->kind == EnvelopeKind::exited && !cell.books.watches.contains(envelope->number)) {
    return;  // Taken back in the meantime.
  }
  accept(cell, std::move(envelope));
  if (cell.will_run()) make_ready(cell);
}

// After the oldest was settled. Numbers are given in order, so each is looked at once.
void Worker::find_oldest_request(Cell& cell) {
  Books& books = cell.books;
  Instant asked = never;
  std::uint64_t number = books.oldest_request;
  books.oldest_request = 0;
  while (++number <= cell.sequence && !books.requests.empty()) {
    const Books::Request* request = books.requests.find(number);
    if (request == nullptr || request->settled || request->alarm.generation == 0) continue;
    books.oldest_request = number;
    asked = request->asked;
    break;
  }
  cell.stats->oldest_request.store(asked, std::memory_order_relaxed);
}

// A turn has left something in the mailbox: how old is the oldest of it, at most?
void Worker::look_at_backlog(Cell& cell) {
  const std::uint64_t received = cell.stats->received.load(std::memory_order_relaxed);
  const std::uint64_t taken = received - std::min<std::uint64_t>(received, cell.mailbox.count());
  cell.marked_at = std::max(cell.marked_at, cell.ready_since);
  if (taken < cell.marked) return;
  // All that had come by the mark is gone.
  cell.stats->oldest_queued.store(cell.marked_at, std::memory_order_relaxed);
  cell.marked = received;
  cell.marked_at = inputs_.last_now();
}

// By its policy: no dead letter, since nobody is to look after it, but counted, and whoever waits
// for an answer hears of it.
void Worker::turned_away(Cell& cell) {
  while (EnvelopePtr one = dropped_.pop()) {
    if (cell.spec->mailbox.when_full == WhenFull::block) {
      hold(cell, std::move(one));
      continue;
    }
    bump(cell.stats->dropped);
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
    case EnvelopeKind::unwatch:
    case EnvelopeKind::restart:
    case EnvelopeKind::end:
    case EnvelopeKind::retire:
    case EnvelopeKind::child_gone:
    case EnvelopeKind::pause:
    case EnvelopeKind::resume:
    case EnvelopeKind::turn_done:
      if (cell != nullptr) carry_out(*cell, std::move(envelope));
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

// What is ordered of an actor that is there.
void Worker::carry_out(Cell& cell, EnvelopePtr order) {
  const EnvelopeKind kind = order->kind;
  if (kind == EnvelopeKind::unwatch) {
    std::erase_if(cell.watchers, [&](const Cell::Watcher& watcher) {
      return watcher.who == order->sender && watcher.number == order->number;
    });
  } else if (kind == EnvelopeKind::restart) {
    if (!cell.will_run()) expect_life(cell);
  } else if (kind == EnvelopeKind::end) {
    end_by_order(cell, order->note<ExitNote>()->exit);
  } else if (kind == EnvelopeKind::retire) {
    retire(cell);
  } else if (kind == EnvelopeKind::child_gone && cell.away != nullptr) {
    cell.away->kept.emplace_back(std::move(order));
  } else if (kind == EnvelopeKind::child_gone) {
    std::erase(cell.books.children, order->sender);
  } else if (kind == EnvelopeKind::pause) {
    if (cell.is_alive()) ++cell.pauses;
  } else if (kind == EnvelopeKind::resume) {
    // Of an earlier life, perhaps.
    if (cell.pauses > 0) --cell.pauses;
    if (cell.is_alive() && cell.has_work()) make_ready(cell);
  } else {
    CHECK(kind == EnvelopeKind::turn_done && cell.away != nullptr, "a cell waits for its turn");
    take_home(cell);
  }
}

void Worker::end_by_order(Cell& cell, const Exit& exit) {
  if (!cell.will_run()) return;
  if (cell.away != nullptr) {
    kill_away(*cell.away, exit);
  } else {
    end_life(cell, exit, nullptr);
  }
}

void Worker::fail_request(const Envelope& request, Failure failure) {
  route(Envelope::make({.kind = EnvelopeKind::failure,
                        .receiver = request.sender,
                        .sender = request.receiver,
                        .number = request.number},
                       {}, std::make_unique<FailureNote>(std::move(failure))));
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
        fail_request(*envelope, {.kind = Failure::Kind::refused});
        break;
    }
  }
  if (envelope->kind == EnvelopeKind::message || envelope->kind == EnvelopeKind::request) {
    world_.dead_letters.add(std::move(envelope), reason, inputs_.now());
  }
}

void Worker::add_watcher(const Envelope& envelope) {
  Cell* cell = world_.inputs.registry.cell(envelope.receiver, index_);
  if (cell != nullptr && cell->will_run()) {
    cell->watchers.push_back({envelope.sender, envelope.number});
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
  if (cell->away != nullptr) {
    cell->away->kept.emplace_back(alarm);
    return;
  }
  if (alarm.kind == Alarm::Kind::request) {
    bump(cell->stats->timed_out);
    deliver_to(*cell,
               Envelope::make(
                   {.kind = EnvelopeKind::failure, .receiver = alarm.actor, .number = alarm.number},
                   {}, std::make_unique<FailureNote>(Failure{.kind = Failure::Kind::timed_out})));
    return;
  }
  fire_timer(*cell, alarm);
}

void Worker::fire_timer(Cell& cell, const Alarm& alarm) {
  Books::Timer* const found = cell.books.timers.find(alarm.number);
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
