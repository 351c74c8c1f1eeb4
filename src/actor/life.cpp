// How lives begin and end.

#include <utility>

#include "actor/running_guest.hpp"
#include "actor/worker.hpp"
#include "base/check.hpp"
#include "host/guest_host.hpp"

namespace troupe {

void Worker::create(const Envelope& envelope) {
  const auto* order = envelope.note<CreateOrder>();
  CHECK(order != nullptr);
  auto cell = std::make_unique<Cell>(envelope.receiver, order->spec, order->stats, order->config);
  world_.inputs.registry.set_cell(envelope.receiver, cell.get(), order->spec->quotas.payload_bytes);
  Cell& made = *cell;
  cells_.emplace(envelope.receiver, std::move(cell));
  expect_life(made);
  welcome(made.address);
}

void Worker::expect_life(Cell& cell) {
  cell.birth_pending = true;
  make_ready(cell);
}

Worker::Went Worker::begin_life(Cell& cell) {
  cell.birth_pending = false;
  ++cell.life;
  cell.stats->life_began.store(inputs_.now(), std::memory_order_relaxed);
  // Release: who sees the life sees when it began.
  cell.stats->lives.store(cell.life, std::memory_order_release);
  cell.stats->state.store(ActorState::starting, std::memory_order_relaxed);
  cell.instance = cell.spec->code->instantiate(cell.spec->limits);
  cell.memory_warned = false;
  turn_->take_over(turn_actor(cell));
  turn_->begin(nullptr);
  ActorTurn& turn = *turn_;  // Another, once this one has left.
  RunningGuest running(*this, cell);
  GuestHost host(turn, {&cell.spec->grants, cell.spec->interfaces}, running);
  Ran ran{.kind = Ran::Kind::birth, .reply = cell.instance->boot(host), .in_hand = nullptr};
  ran.memory_at_boot = cell.instance->memory_bytes();
  if (ran.reply.kind != Reply::Kind::ended) {
    ran.reply = cell.instance->start(host, cell.config.empty() ? cell.spec->config : cell.config);
  }
  if (running.has_left()) return running.come_home(std::move(ran));
  finish_birth(cell, ran);
  return Went::home;
}

void Worker::finish_birth(Cell& cell, Ran& ran) {
  cell.memory_at_boot = ran.memory_at_boot;
  if (ran.reply.kind == Reply::Kind::ended) {
    end_life_by(cell, std::move(ran.reply));
    return;
  }
  if (ran.reply.kind == Reply::Kind::failed) {
    turn_->roll_back();
    end_life(cell, Exit::crashed(std::move(ran.reply.error)), nullptr);
    return;
  }
  auto started = std::make_unique<StartedReport>();
  started->actor = cell.address;
  started->life = cell.life;
  cell.stats->state.store(ActorState::ready, std::memory_order_relaxed);
  look_at_memory(cell);
  report(std::move(started));
  if (const auto exit = commit(cell)) {
    end_life(cell, *exit, nullptr);
    return;
  }
  if (cell.has_work()) make_ready(cell);
}

void Worker::release_books(Cell& cell) {
  cell.books.requests.for_each(
      [&](std::uint64_t, const Books::Request& request) { cancel(request.alarm); });
  cell.books.timers.for_each(
      [&](std::uint64_t, const Books::Timer& timer) { cancel(timer.alarm); });
  cell.books.watches.for_each([&](std::uint64_t number, Address target) {
    route(Envelope::make({.kind = EnvelopeKind::unwatch,
                          .receiver = target,
                          .sender = cell.address,
                          .number = number}));
  });
  if (!cell.books.subscriptions.empty()) {
    tell_topic_everywhere(
        *Envelope::make({.kind = EnvelopeKind::unsubscribe_all, .sender = cell.address}));
  }
  for (const Responder& owed : cell.books.owed) {
    route(Envelope::make(
        {.kind = EnvelopeKind::failure,
         .receiver = owed.asker,
         .sender = cell.address,
         .number = owed.request},
        {}, std::make_unique<FailureNote>(Failure{.kind = Failure::Kind::receiver_exited})));
  }
  cell.books.clear();
  cell.stats->oldest_request.store(never, std::memory_order_relaxed);
}

void Worker::end_life(Cell& cell, const Exit& exit, std::unique_ptr<Death> death) {
  auto ended = std::make_unique<EndedReport>();
  ended->actor = cell.address;
  ended->life = cell.life;
  ended->had_started = cell.stats->state.load(std::memory_order_relaxed) >= ActorState::ready;
  ended->exit = exit;
  ended->spec = cell.spec;
  if (death != nullptr) {
    ended->backtrace = std::move(death->backtrace);
    ended->detail = std::move(death->detail);
  }
  cell.instance.reset();
  cell.birth_pending = false;
  cell.stats->state.store(ActorState::ended, std::memory_order_relaxed);
  cell.stats->memory_bytes.store(0, std::memory_order_relaxed);
  run_queue_.remove(cell);
  cell.pauses = 0;
  let_go_of_all(cell);
  release_books(cell);
  for (const Cell::Watcher& watcher : std::exchange(cell.watchers, {})) {
    route(Envelope::make({.kind = EnvelopeKind::exited,
                          .receiver = watcher.who,
                          .sender = cell.address,
                          .number = watcher.number},
                         {}, std::make_unique<ExitNote>(exit)));
  }
  report(std::move(ended));
}

void Worker::end_life_by(Cell& cell, Reply reply) {
  turn_->roll_back();
  const Exit exit = reply.death->exit;
  end_life(cell, exit, std::move(reply.death));
}

void Worker::retire(Cell& cell) {
  if (cell.will_run()) end_life(cell, Exit::killed(), nullptr);
  run_queue_.remove(cell);
  const Address address = cell.address;
  // The address is gone first, so that what the emptying sets off does not come back here.
  world_.inputs.registry.retire(address);
  while (EnvelopePtr left = cell.mailbox.pop()) undeliverable(std::move(left), DeadReason::gone);
  turn_away_all(cell);
  cell.stats->queued.store(0, std::memory_order_relaxed);
  cells_.erase(address);
  auto retired = std::make_unique<RetiredReport>();
  retired->actor = address;
  report(std::move(retired));
}

}  // namespace troupe
