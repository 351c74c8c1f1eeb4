// How what arrives at a worker finds its actor, or comes to nothing with a reason.

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

void Worker::route(EnvelopePtr envelope) {
  if (envelope->receiver == outside) {
    world_.outside_answers.settle(envelope->number, answer_of(*envelope));
    return;
  }
  const auto home = world_.inputs.registry.home(envelope->receiver);
  if (!home || *home == index_) {
    deliver(std::move(envelope));
  } else {
    outgoing_[*home].push(std::move(envelope));
  }
}

void Worker::deliver(EnvelopePtr envelope) {
  switch (envelope->kind) {
    case EnvelopeKind::message:
    case EnvelopeKind::request:
    case EnvelopeKind::event:
    case EnvelopeKind::answer:
    case EnvelopeKind::failure:
    case EnvelopeKind::timer:
    case EnvelopeKind::exited:
    case EnvelopeKind::stop: {
      Cell* cell = world_.inputs.registry.cell(envelope->receiver);
      if (cell == nullptr) {
        undeliverable(*envelope, DeadReason::gone);
      } else {
        deliver_to(*cell, std::move(envelope));
      }
      return;
    }
    case EnvelopeKind::watch:
    case EnvelopeKind::unwatch:
    case EnvelopeKind::create:
    case EnvelopeKind::restart:
    case EnvelopeKind::end:
    case EnvelopeKind::retire:
    case EnvelopeKind::child_gone:
    case EnvelopeKind::subscribe:
    case EnvelopeKind::unsubscribe:
    case EnvelopeKind::unsubscribe_all:
      deliver_order(std::move(envelope));
      return;
    case EnvelopeKind::control:
      CHECK(false, "reports go to the control plane");
  }
}

void Worker::deliver_to(Cell& cell, EnvelopePtr envelope) {
  if (envelope->kind == EnvelopeKind::answer || envelope->kind == EnvelopeKind::failure) {
    // The first outcome settles the request; every later one is an orphan.
    const auto request = cell.books.requests.find(envelope->number);
    if (request == cell.books.requests.end() || request->second.settled) {
      bump(counters_.orphans);
      return;
    }
    request->second.settled = true;
    cancel(request->second.alarm);
  }
  if (envelope->kind == EnvelopeKind::exited && !cell.books.watches.contains(envelope->number)) {
    return;  // Taken back in the meantime.
  }
  bump(cell.stats->received);
  cell.mailbox.push(std::move(envelope));
  cell.stats->queued.store(cell.mailbox.count(), std::memory_order_relaxed);
  if (cell.mailbox.is_full()) world_.inputs.registry.set_full(cell.address, true);
  if (cell.will_run()) run_queue_.ready(cell);
}

void Worker::deliver_order(EnvelopePtr envelope) {
  Cell* cell = world_.inputs.registry.cell(envelope->receiver);
  switch (envelope->kind) {
    case EnvelopeKind::create:
      create(*envelope);
      return;
    case EnvelopeKind::watch:
      add_watcher(*envelope);
      return;
    case EnvelopeKind::unwatch:
      if (cell == nullptr) return;
      std::erase_if(cell->watchers, [&](const Cell::Watcher& watcher) {
        return watcher.who == envelope->sender && watcher.number == envelope->number;
      });
      return;
    case EnvelopeKind::restart:
      if (cell != nullptr && !cell->will_run()) expect_life(*cell);
      return;
    case EnvelopeKind::end:
      if (cell != nullptr && cell->will_run()) {
        end_life(*cell, envelope->note<ExitNote>()->exit, nullptr);
      }
      return;
    case EnvelopeKind::retire:
      if (cell != nullptr) retire(*cell);
      return;
    case EnvelopeKind::child_gone:
      if (cell != nullptr) std::erase(cell->books.children, envelope->sender);
      return;
    case EnvelopeKind::subscribe:
    case EnvelopeKind::unsubscribe:
    case EnvelopeKind::unsubscribe_all:
      tell_topic(*envelope);
      return;
    case EnvelopeKind::message:
    case EnvelopeKind::request:
    case EnvelopeKind::event:
    case EnvelopeKind::answer:
    case EnvelopeKind::failure:
    case EnvelopeKind::timer:
    case EnvelopeKind::exited:
    case EnvelopeKind::stop:
    case EnvelopeKind::control:
      CHECK(false, "not an order to a worker");
  }
}

void Worker::tell_topic(const Envelope& change) {
  if (change.kind == EnvelopeKind::subscribe) {
    topics_.add({change.note<TopicNote>()->topic, change.sender, change.number});
  } else if (change.kind == EnvelopeKind::unsubscribe) {
    topics_.remove(change.sender, change.number);
  } else {
    topics_.remove_all(change.sender);
  }
}

void Worker::tell_topic_everywhere(const Envelope& change) {
  tell_topic(change);
  for (std::size_t to = 0; to < outgoing_.size(); ++to) {
    if (to != index_) outgoing_[to].push(change.share_with(change.receiver, change.number));
  }
}

void Worker::fail_request(const Envelope& request, Failure failure) {
  route(Envelope::make({.kind = EnvelopeKind::failure,
                        .receiver = request.sender,
                        .sender = request.receiver,
                        .number = request.number},
                       {}, std::make_unique<FailureNote>(std::move(failure))));
}

void Worker::undeliverable(const Envelope& envelope, DeadReason reason) {
  if (envelope.kind == EnvelopeKind::answer || envelope.kind == EnvelopeKind::failure) {
    bump(counters_.orphans);
    return;
  }
  if (envelope.kind == EnvelopeKind::message || envelope.kind == EnvelopeKind::request) {
    bump(counters_.dead.at(std::to_underlying(reason)));
  }
  if (envelope.kind != EnvelopeKind::request) return;
  switch (reason) {
    case DeadReason::gone:
      fail_request(envelope, {.kind = Failure::Kind::refused, .refusal = Refusal::gone});
      return;
    case DeadReason::crashed:
      fail_request(envelope, {.kind = Failure::Kind::receiver_exited});
      return;
    case DeadReason::expired:
      fail_request(envelope, {.kind = Failure::Kind::refused});
      return;
  }
}

void Worker::add_watcher(const Envelope& envelope) {
  Cell* cell = world_.inputs.registry.cell(envelope.receiver);
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
  return {key.at, key.sequence};
}

void Worker::cancel(const AlarmKey& key) { (void)timers_.cancel({key.at, key.sequence}); }

void Worker::fire(const Alarm& alarm) {
  Cell* cell = world_.inputs.registry.cell(alarm.actor);
  if (cell == nullptr) return;
  if (alarm.is_request) {
    deliver_to(*cell,
               Envelope::make(
                   {.kind = EnvelopeKind::failure, .receiver = alarm.actor, .number = alarm.number},
                   {}, std::make_unique<FailureNote>(Failure{.kind = Failure::Kind::timed_out})));
    return;
  }
  fire_timer(*cell, alarm);
}

void Worker::fire_timer(Cell& cell, const Alarm& alarm) {
  const auto found = cell.books.timers.find(alarm.number);
  if (found == cell.books.timers.end()) return;
  Books::Timer& timer = found->second;
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
