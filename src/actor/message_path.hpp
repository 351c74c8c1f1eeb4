#pragma once
// The way that most messages take, from the outbox of one actor into the mailbox of another on the
// same worker, and the ends of handlers and turns. It stands in a header to be inlined: called one
// by one, these functions cost more than what they do.

#include <utility>

#include "actor/worker.hpp"

namespace troupe {

// Into the mailbox.
[[gnu::always_inline]] inline Activity& Worker::accept(Cell& cell, EnvelopePtr envelope) {
  Activity& active = cell.activity();
  bump(active.received);
  bump(counters_.received);
  cell.mailbox.push(std::move(envelope), cell.spec->mailbox, dropped_);
  if (!dropped_.empty()) [[unlikely]]
    turned_away(cell);
  active.queued.store(cell.mailbox.count(), std::memory_order_relaxed);
  if (cell.mailbox.is_full()) [[unlikely]]
    set_door(cell);
  return active;
}

// As deliver_to(), of a message, request or event.
[[gnu::always_inline]] inline void Worker::deliver_call(Cell& cell, EnvelopePtr envelope) {
  accept(cell, std::move(envelope));
  if (!cell.is_queued && cell.will_run()) make_ready(cell);
}

// As make_ready(), of one that was sent something by an actor at its side.
[[gnu::always_inline]] inline void Worker::make_next(Cell& cell, Activity& active) {
  if (cell.is_queued || !cell.will_run() || cell.is_away || cell.is_leaving) return;
  __builtin_prefetch(cell.instance.get());
  active.ready_since.store(inputs_.last_now(), std::memory_order_relaxed);
  run_queue_.ready_next(cell);
}

// As route().
[[gnu::always_inline]] inline Cell* Worker::send_on(EnvelopePtr envelope, Cell* last) {
  Cell* cell = last;
  // What one handler sends often goes to one actor.
  if (last == nullptr || last->address != envelope->receiver) {
    const Registry::Place place = world_.inputs.registry.place(envelope->receiver, index_);
    if (place.kind != Registry::Place::Kind::here) {
      route_elsewhere(std::move(envelope));
      return nullptr;
    }
    cell = place.cell;
  }
  if (envelope->kind <= EnvelopeKind::event) [[likely]] {
    // As deliver() would.
    Activity& active = accept(*cell, std::move(envelope));
    active.from_partner = 0;
    make_next(*cell, active);
    return cell;
  }
  if (envelope->kind == EnvelopeKind::child_ended) {
    // Who ends may be many generations down; their ends follow each other, not one inside the
    // other.
    own_orders_.push(std::move(envelope));
  } else {
    deliver(cell, std::move(envelope));
  }
  return nullptr;
}

// What the handler has asked for happens.
[[gnu::always_inline]] inline void Worker::finish(Cell& cell, EnvelopePtr envelope, Reply& reply) {
  if (reply.kind == Reply::Kind::ended) [[unlikely]] {
    crash(cell, std::move(envelope), reply);
    return;
  }
  bump(counters_.handled);
  bump(cell.activity().handled);
  if (reply.kind == Reply::Kind::failed) [[unlikely]]
    note_error(cell, reply);
  turn_->settle(std::nullopt);
  Outbox& outbox = turn_->outbox();
  if (outbox.empty()) {
    let_go_.take(*envelope);
    return;
  }
  // Mostly that is all.
  Cell* last = nullptr;
  while (EnvelopePtr message = outbox.take_message()) last = send_on(std::move(message), last);
  if (outbox.empty()) {
    outbox.reset();
  } else if (const auto exit = commit(cell)) {
    end_life(cell, end_of(cell, *exit, Ran::Kind::handler, envelope.get()));
  }
}

[[gnu::always_inline]] inline void Worker::end_turn(Cell& cell) {
  Activity& active = cell.activity();
  active.queued.store(cell.mailbox.count(), std::memory_order_relaxed);
  if (!cell.is_alive()) return;
  if (cell.instance->usage_stamp() != active.usage_stamp) look_at_memory(cell);
  if (cell.books.get() != nullptr) show_books(cell, active);
  if (cell.mailbox.empty()) return;
  look_at_backlog(cell);
  if (cell.has_work() && !cell.is_away && !cell.is_leaving) run_queue_.ready(cell);
}

}  // namespace troupe
