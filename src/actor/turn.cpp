// One actor's turn: its messages one by one, each with its effects.

#include <algorithm>
#include <utility>

#include "actor/hook_caller.hpp"
#include "actor/message_path.hpp"  // IWYU pragma: keep
#include "actor/running_guest.hpp"
#include "actor/worker.hpp"
#include "base/check.hpp"
#include "base/format.hpp"
#include "base/limits.hpp"
#include "base/mutation.hpp"
#include "base/units.hpp"
#include "host/guest_host.hpp"

namespace troupe {
namespace {

// Whether the subscription stands that an event came for.
[[gnu::always_inline]] inline bool is_subscribed(Cell& cell, const Envelope& event) {
  Books* const books = cell.books.get();
  return books != nullptr && books->subscriptions.contains(event.number);
}

}  // namespace

TurnActor Worker::turn_actor(Cell& cell) {
  return {.self = cell.address,
          .books = &cell.books,
          .terms = cell.spec,
          .payload_bytes = cell.payload_bytes_max,
          .refused_here = &counters_.refused};
}

// One message, and what its handler asked for. A turn's loop is the only caller.
[[gnu::always_inline]] inline Worker::Went Worker::handle(Cell& cell, RunningGuest& running,
                                                          HostCalls& host, EnvelopePtr envelope) {
  const bool is_call = envelope->kind <= EnvelopeKind::request;
  if (envelope->kind == EnvelopeKind::event) {
    if (!is_subscribed(cell, *envelope)) return Went::home;
  } else if (!is_call || envelope->deadline != never) {
    if (envelope->kind >= EnvelopeKind::check) [[unlikely]] {
      return envelope->kind == EnvelopeKind::stop ? stop(cell, std::move(envelope))
                                                  : check(cell, std::move(envelope));
    }
    if (!still_counts(cell, *envelope)) {
      if (is_call) expire(cell, std::move(envelope));
      return Went::home;
    }
  }
  turn_->begin(envelope.get());
  running.begin();
  Reply reply =
      is_call ? cell.instance->handle(host, envelope->payload()) : call(cell, host, *envelope);
  if (running.has_left()) [[unlikely]] {
    return running.come_home({Ran::Kind::handler, std::move(reply), std::move(envelope)});
  }
  finish(cell, std::move(envelope), reply);
  return Went::home;
}

// None: it is, or goes on as, one for messages.
std::optional<Worker::Went> Worker::run_own_turn(Cell& cell) {
  switch (cell.next_turn) {
    case NextTurn::birth: {
      const Went went = begin_life(cell);
      // Who has left is in other hands.
      if (went != Went::home || !cell.is_alive() || cell.mailbox.empty()) return went;
      break;  // A new life goes on with what waits for it: all of it is at hand now.
    }
    case NextTurn::save:
      return save_at_the_end(cell);
    case NextTurn::snapshot:
      return take_snapshot(cell);
    case NextTurn::news:
      has_news(cell);
      break;
    case NextTurn::messages:
      break;
  }
  return std::nullopt;
}

Worker::Went Worker::run_turn(Cell& cell) {
  if (!ticker_hold_.is_held()) [[unlikely]]
    ticker_hold_.hold(world_.engine);
  if (cell.next_turn != NextTurn::messages) [[unlikely]] {
    if (const auto went = run_own_turn(cell)) return *went;
  }
  ActorTurn& turn = *turn_;  // Another, once this one has left.
  turn.take_over(turn_actor(cell));
  RunningGuest running(*this, cell);
  GuestHost host(turn, {&cell.spec->grants, &cell.spec->interfaces}, running);
  const Instant began = inputs_.last_now();
  for (std::uint32_t count = 0; count < limits::turn_messages_max; ++count) {
    const bool was_full = cell.mailbox.is_full();
    EnvelopePtr envelope =
        cell.pauses == 0 ? cell.mailbox.pop(cell.spec->mailbox) : cell.mailbox.pop_system();
    if (envelope == nullptr) break;
    if (was_full && !cell.mailbox.is_full()) [[unlikely]]
      has_room(cell);
    const Went went = handle(cell, running, host, std::move(envelope));
    if (went != Went::home) [[unlikely]] {
      if (went == Went::away) return Went::away;
      break;
    }
    if (!cell.is_alive() || cell.mailbox.empty()) break;
    if ((inputs_.now() - began).count() >= limits::turn_ns_max) break;
  }
  end_turn(cell);
  return Went::home;
}

// Whether what waited in the mailbox still stands for something; closes its entry in the books.
bool Worker::still_counts(Cell& cell, const Envelope& envelope) {
  Books* const books = cell.books.get();
  switch (envelope.kind) {
    case EnvelopeKind::message:
    case EnvelopeKind::request:
      return MUTATED(reverses_ttl, envelope.deadline > inputs_.now(),
                     envelope.deadline <= inputs_.now());
    case EnvelopeKind::answer:
    case EnvelopeKind::failure:
      return books != nullptr && books->requests.erase(envelope.number);
    case EnvelopeKind::exited:
      return books != nullptr && books->watches.erase(envelope.number);
    case EnvelopeKind::timer: {
      if (books == nullptr) return false;
      Books::Timer* timer = books->timers.find(envelope.number);
      if (timer == nullptr) return false;
      timer->queued = false;
      if (timer->period_ns == 0) books->timers.erase(envelope.number);
      return true;
    }
    case EnvelopeKind::event:  // Looked at before.
    case EnvelopeKind::check:
    case EnvelopeKind::stop:
    case EnvelopeKind::watch:
    case EnvelopeKind::unwatch:
    case EnvelopeKind::create:
    case EnvelopeKind::restart:
    case EnvelopeKind::end:
    case EnvelopeKind::retire:
    case EnvelopeKind::tell_end:
    case EnvelopeKind::end_all:
    case EnvelopeKind::child_ended:
    case EnvelopeKind::child_gone:
    case EnvelopeKind::arrive:
    case EnvelopeKind::pause:
    case EnvelopeKind::resume:
    case EnvelopeKind::turn_done:
    case EnvelopeKind::subscribe:
    case EnvelopeKind::unsubscribe:
    case EnvelopeKind::unsubscribe_all:
    case EnvelopeKind::fan_out:
    case EnvelopeKind::start_timer:
    case EnvelopeKind::cancel_timer:
    case EnvelopeKind::cancel_request:
    case EnvelopeKind::spawn:
    case EnvelopeKind::stop_child:
    case EnvelopeKind::exit:
    case EnvelopeKind::control:
      break;
  }
  CHECK(false, "never in a mailbox");
}

Reply Worker::call(Cell& cell, HostCalls& host, const Envelope& envelope) {
  Instance& guest = *cell.instance;
  const GuestInterfaces& has = cell.spec->interfaces;
  switch (envelope.kind) {
    case EnvelopeKind::event:
      if (!has.events) return {};
      return guest.event(host, envelope.number, envelope.topic(), envelope.payload());
    case EnvelopeKind::answer: {
      if (!has.answers) return {};
      return guest.answered(host, envelope.number, envelope.payload());
    }
    case EnvelopeKind::failure:
      if (!has.answers) return {};
      return guest.answered(host, envelope.number,
                            std::unexpected(envelope.note<FailureNote>()->failure));
    case EnvelopeKind::timer:
      if (!has.timers) return {};
      return guest.fired(host, envelope.number);
    case EnvelopeKind::exited:
      if (!has.exits) return {};
      return guest.exited(host, envelope.number, envelope.note<ExitNote>()->exit);
    case EnvelopeKind::message:
    case EnvelopeKind::request:
    case EnvelopeKind::check:
    case EnvelopeKind::stop:
    case EnvelopeKind::watch:
    case EnvelopeKind::unwatch:
    case EnvelopeKind::create:
    case EnvelopeKind::restart:
    case EnvelopeKind::end:
    case EnvelopeKind::retire:
    case EnvelopeKind::tell_end:
    case EnvelopeKind::end_all:
    case EnvelopeKind::child_ended:
    case EnvelopeKind::child_gone:
    case EnvelopeKind::arrive:
    case EnvelopeKind::pause:
    case EnvelopeKind::resume:
    case EnvelopeKind::turn_done:
    case EnvelopeKind::subscribe:
    case EnvelopeKind::unsubscribe:
    case EnvelopeKind::unsubscribe_all:
    case EnvelopeKind::fan_out:
    case EnvelopeKind::start_timer:
    case EnvelopeKind::cancel_timer:
    case EnvelopeKind::cancel_request:
    case EnvelopeKind::spawn:
    case EnvelopeKind::stop_child:
    case EnvelopeKind::exit:
    case EnvelopeKind::control:
      break;
  }
  CHECK(false, "not for a guest");
}

// The guest has returned an error.
void Worker::note_error(Cell& cell, const Reply& reply) {
  bump(cell.activity().errors);
  bump(counters_.errors);
  if (world_.hooks != nullptr) [[unlikely]]
    world_.hooks->on_error(cell, *reply.error);
  if (turn_->owes()) {
    turn_->settle(*reply.error);
  } else {
    world_.log.write(cell.address, LogLevel::warn,
                     fmt::format("handler returned an error: {}", *reply.error));
  }
}

void Worker::forget_owed(Cell& cell, const Envelope& request) {
  if (Books* books = cell.books.get()) {
    std::erase(books->owed, Responder{request.sender, request.number});
  }
}

void Worker::expire(Cell& cell, EnvelopePtr envelope) {
  bump(cell.activity().expired);
  bump(counters_.expired);
  give_up(cell, std::move(envelope), DeadReason::expired);
}

// What was in hand goes to the next life, or is lost with this one.
void Worker::crash(Cell& cell, EnvelopePtr in_hand, Reply& reply) {
  MUTATED(keeps_what_crashed, turn_->roll_back(), void());
  LifeEnd end = end_of(cell, reply.death->exit, Ran::Kind::handler, in_hand.get());
  end.death = std::move(reply.death);
  const std::uint8_t chances = cell.spec->mailbox.redeliver;
  if (in_hand->kind <= EnvelopeKind::request && in_hand->crashes < chances) {
    forget_owed(cell, *in_hand);
    ++in_hand->crashes;
    cell.mailbox.put_back(std::move(in_hand));
  } else {
    lose(cell, std::move(in_hand));
  }
  end_life(cell, std::move(end));
}

void Worker::lose(Cell& cell, EnvelopePtr in_hand) {
  // Its asker hears of it once.
  forget_owed(cell, *in_hand);
  const DeadReason reason = in_hand->crashes == 0 ? DeadReason::crashed : DeadReason::quarantined;
  give_up(cell, std::move(in_hand), reason);
}

Worker::Went Worker::stop(Cell& cell, EnvelopePtr envelope) {
  // One of a life before, or one that did not lead to its end.
  if (!cell.stop_asked) return Went::home;
  cell.become(ActorState::stopping);
  if (cell.spec->mailbox.while_unready == WhileUnready::refuse) set_door(cell);
  if (world_.hooks != nullptr) [[unlikely]]
    world_.hooks->before_stop(cell);
  if (!cell.spec->interfaces.stopping) {
    go_on_stopping(cell);
    return Went::over;
  }
  const Duration left = std::max(Duration::zero(), envelope->deadline - inputs_.exact_now());
  const Went went = call_guest(
      cell, {.kind = Ran::Kind::stop, .in_hand = std::move(envelope)},
      [&cell, left](GuestHost& host, Ran& ran) { ran.reply = cell.instance->stop(host, left); });
  return went == Went::home ? Went::over : went;
}

void Worker::finish_stop(Cell& cell, Ran& ran) {
  if (ran.reply.kind == Reply::Kind::ended) {
    end_life_by(cell, std::move(ran.reply), ran.kind);
    return;
  }
  const auto exit = commit(cell);
  const bool in_time = inputs_.exact_now() <= ran.in_hand->deadline;
  if (in_time && !exit) {
    go_on_stopping(cell);
    return;
  }
  Exit how = in_time ? *exit : Exit::killed();
  end_life(cell, end_of(cell, std::move(how), ran.kind, nullptr));
}

void Worker::count_turn(Cell& cell, Duration took) {
  const auto add = [took](std::atomic<std::int64_t>& sum) {
    sum.store(sum.load(std::memory_order_relaxed) + took.count(), std::memory_order_relaxed);
  };
  add(counters_.turn_ns);
  // A birth alone leaves no trace of an actor.
  if (Activity* active = cell.activity_if_any()) add(active->turn_ns);
  if (!cell.is_away) look_for_overrun(cell, took);
}

void Worker::look_at_memory(Cell& cell) {
  const InstanceUsage usage = cell.instance->usage();
  Activity& active = cell.activity();
  active.usage_stamp = cell.instance->usage_stamp();
  active.addresses.store(usage.handles, std::memory_order_relaxed);
  active.memory_bytes.store(usage.memory_bytes, std::memory_order_relaxed);
  if (usage.memory_peak_bytes > active.memory_peak_bytes.load(std::memory_order_relaxed)) {
    active.memory_peak_bytes.store(usage.memory_peak_bytes, std::memory_order_relaxed);
  }
  // A memory of fixed size is always "full"; only one that has grown is worth a word.
  const std::uint64_t limit = cell.spec->limits.memory_bytes;
  if (active.memory_warned || usage.memory_bytes <= active.memory_at_boot) return;
  if (usage.memory_bytes < limit - limit / 10) return;
  active.memory_warned = true;
  std::string text = fmt::format("memory has grown to {} of {}: at 90 % of its limit",
                                 format_bytes(usage.memory_bytes), format_bytes(limit));
  world_.log.write(cell.address, LogLevel::warn, text);
  tell_event(cell, NodeEvent::Kind::limit, std::move(text));
  show_health(cell);
}

}  // namespace troupe
