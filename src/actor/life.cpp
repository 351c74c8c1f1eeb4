// How lives begin and end.

#include <utility>

#include "actor/family.hpp"
#include "actor/running_guest.hpp"
#include "actor/worker.hpp"
#include "base/check.hpp"
#include "host/guest_host.hpp"

namespace troupe {

// What sets off its first life is the caller's.
Cell& Worker::make_cell(Address address, const ActorSpec& spec, const Parentage& whose) {
  // The registry lets others find it; the worker that has it lets the reclaimer free it.
  auto* cell = std::make_unique<Cell>(address, spec, whose).release();
  cell->life_began.store(inputs_.last_now(), std::memory_order_relaxed);
  world_.inputs.registry.set_cell(address, cell, spec.quotas.payload_bytes);
  bump(counters_.created);
  return *cell;
}

void Worker::create(const Envelope& envelope) {
  auto* order = envelope.note<CreateOrder>();
  CHECK(order != nullptr);
  Cell& cell = make_cell(envelope.receiver, *order->spec, order->parentage);
  if (order->own_spec != nullptr || !order->config.empty()) {
    cell.rarities().own_spec = std::move(order->own_spec);
    cell.rarities().config = std::move(order->config);
  }
  expect_life(cell);
  if (!awaited_.empty()) welcome(cell.address);
}

void Worker::expect_life(Cell& cell) {
  cell.birth_pending = true;
  make_ready(cell);
}

// By whoever supervises it.
void Worker::restart(Cell& cell) {
  if (cell.will_run() || cell.is_retiring) return;
  // The control plane may have stopped it for the sake of others.
  if (cell.parent.is_nobody()) cell.stop_asked = false;
  if (cell.stop_asked) {
    retire(cell);  // In the meantime.
  } else if (Family* family = cell.family()) {
    family->parent_waits = true;
  } else {
    expect_life(cell);
  }
}

Worker::Went Worker::begin_life(Cell& cell) {
  cell.birth_pending = false;
  cell.life_began.store(inputs_.now(), std::memory_order_relaxed);
  bump(cell.life);
  cell.state.store(ActorState::starting, std::memory_order_relaxed);
  cell.instance = cell.spec->code->instantiate(cell.spec->limits);
  turn_->take_over(turn_actor(cell));
  turn_->begin(nullptr);
  ActorTurn& turn = *turn_;  // Another, once this one has left.
  RunningGuest running(*this, cell);
  GuestHost host(turn, {&cell.spec->grants, &cell.spec->interfaces}, running);
  running.begin();
  Ran ran{.kind = Ran::Kind::birth, .reply = cell.instance->boot(host), .in_hand = nullptr};
  ran.memory_at_boot = cell.instance->memory_bytes();
  if (ran.reply.kind != Reply::Kind::ended) ran.reply = cell.instance->start(host, cell.config());
  if (running.has_left()) return running.come_home(std::move(ran));
  finish_birth(cell, ran);
  return Went::home;
}

void Worker::finish_birth(Cell& cell, Ran& ran) {
  if (ran.reply.kind == Reply::Kind::ended) {
    end_life_by(cell, std::move(ran.reply), ran.kind);
    return;
  }
  if (ran.reply.kind == Reply::Kind::failed) {
    turn_->roll_back();
    end_life(cell, end_of(cell, Exit::crashed(std::move(ran.reply.error)), ran.kind, nullptr));
    return;
  }
  cell.state.store(ActorState::ready, std::memory_order_relaxed);
  if (ran.memory_at_boot != 0) {
    cell.activity().memory_at_boot = ran.memory_at_boot;
    cell.activity().memory_warned = false;
    look_at_memory(cell);
  }
  if (cell.parent.is_nobody()) {
    auto started = std::make_unique<StartedReport>();
    started->actor = cell.address;
    started->life = cell.life.load(std::memory_order_relaxed);
    report(std::move(started));
  }
  if (const auto exit = commit(cell)) {
    end_life(cell, end_of(cell, *exit, ran.kind, nullptr));
    return;
  }
  if (cell.has_work()) make_ready(cell);
}

void Worker::release_books(Cell& cell) {
  Books* const books = cell.books.get();
  if (books == nullptr) return;
  books->requests.for_each(
      [&](std::uint64_t, const Books::Request& request) { cancel(request.alarm); });
  books->timers.for_each([&](std::uint64_t, const Books::Timer& timer) { cancel(timer.alarm); });
  books->watches.for_each([&](std::uint64_t number, Address target) {
    route(Envelope::make({.kind = EnvelopeKind::unwatch,
                          .receiver = target,
                          .sender = cell.address,
                          .number = number}));
  });
  if (!books->subscriptions.empty()) {
    tell_topic_everywhere(
        *Envelope::make({.kind = EnvelopeKind::unsubscribe_all, .sender = cell.address}));
  }
  for (const Responder& owed : books->owed) {
    route(Envelope::make(
        {.kind = EnvelopeKind::failure,
         .receiver = owed.asker,
         .sender = cell.address,
         .number = owed.request},
        {}, std::make_unique<FailureNote>(Failure{.kind = Failure::Kind::receiver_exited})));
  }
  cell.books.clear();
}

// Of its children and its watchers hears everybody; what follows decides whoever supervises it, but
// for an end that is never followed by a restart.
void Worker::end_life(Cell& cell, LifeEnd end) {
  const Exit& exit = end.exit;
  bump(counters_.ended);
  if (exit.kind == Exit::Kind::crashed) bump(counters_.crashed);
  if (exit.kind != Exit::Kind::normal && cell.is_alive()) end.usage = cell.instance->usage();
  cell.instance.reset();
  cell.birth_pending = false;
  cell.state.store(ActorState::ended, std::memory_order_relaxed);
  run_queue_.remove(cell);
  cell.pauses = 0;
  let_go_of_all(cell);
  release_books(cell);
  if (Activity* active = cell.activity_if_any()) {
    active->memory_bytes.store(0, std::memory_order_relaxed);
    active->oldest_request.store(never, std::memory_order_relaxed);
  }
  if (Rarities* rare = cell.rarities_if_any()) {
    cancel(std::exchange(rare->stop_alarm, {}));
    for (const Rarities::Watcher& watcher : std::exchange(rare->watchers, {})) {
      route(Envelope::make({.kind = EnvelopeKind::exited,
                            .receiver = watcher.who,
                            .sender = cell.address,
                            .number = watcher.number},
                           {}, std::make_unique<ExitNote>(exit)));
    }
    stop_family(cell);
  }
  // Most children end well, and nothing of them is left to look at it.
  if (exit.kind != Exit::Kind::normal || cell.restart != RestartType::temporary) {
    if (auto before = cell.activity().set_last_exit(exit)) {
      world_.inputs.registry.reclaimer().retire(std::move(before));
    }
  }
  after_life(cell, std::move(end));
}

void Worker::end_life_by(Cell& cell, Reply reply, Ran::Kind kind) {
  turn_->roll_back();
  LifeEnd end = end_of(cell, reply.death->exit, kind, nullptr);
  end.death = std::move(reply.death);
  end_life(cell, std::move(end));
}

// REQUIRES: it is not alive.
void Worker::retire(Cell& cell) {
  cell.is_retiring = true;
  // Their ends come back here.
  if (const Family* family = cell.family();
      family != nullptr && family->supervisor.child_count() > 0)
    return;
  const Address address = cell.address;
  // The address is gone first, so that what the emptying sets off does not come back here.
  world_.inputs.registry.retire(address);
  while (EnvelopePtr left = cell.mailbox.pop(cell.spec->mailbox)) {
    undeliverable(std::move(left), DeadReason::gone);
  }
  turn_away_all(cell);
  bump(counters_.retired);
  if (!cell.parent.is_nobody()) {
    route(Envelope::make({.kind = EnvelopeKind::child_ended,
                          .receiver = cell.parent,
                          .sender = address,
                          .number = cell.child_number}));
  }
  if (cell.parent.is_nobody() || cell.tells_control) {
    tell_retired(address);
  }
  world_.inputs.registry.reclaimer().retire(std::unique_ptr<Cell>(&cell));
}

void Worker::tell_retired(Address actor) {
  auto retired = std::make_unique<RetiredReport>();
  retired->actor = actor;
  report(std::move(retired));
}

}  // namespace troupe
