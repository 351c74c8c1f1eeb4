// How lives begin and end.

#include <algorithm>
#include <utility>

#include "actor/family.hpp"
#include "actor/hook_caller.hpp"
#include "actor/running_guest.hpp"  // IWYU pragma: keep
#include "actor/worker.hpp"
#include "base/check.hpp"
#include "base/format.hpp"
#include "base/limits.hpp"
#include "base/mutation.hpp"
#include "host/guest_host.hpp"

namespace troupe {

// What sets off its first life is the caller's.
Cell& Worker::make_cell(Address address, const ActorSpec& spec, const Parentage& whose) {
  // The registry lets others find it; the worker that has it lets the reclaimer free it.
  auto* cell = std::make_unique<Cell>(address, spec, whose).release();
  cell->life_began.store(inputs_.last_now(), std::memory_order_relaxed);
  cell->books.set_census(whose.counted_by);
  if (spec.quotas.descendants < limits::actors_max) {
    cell->rarities().census = Census::make(spec.quotas.descendants, whose.counted_by);
    cell->books.set_census(cell->rarities().census.get());
  }
  world_.inputs.registry.set_cell(address, cell, spec.quotas.payload_bytes);
  if (spec.mailbox.while_unready == WhileUnready::refuse) [[unlikely]]
    set_door(*cell);
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
  if (!cell.spec->state.is_empty()) cell.books.lasting().state() = cell.spec->state;
  expect_life(cell);
  if (!awaited_.empty()) welcome(cell.address);
}

void Worker::expect_life(Cell& cell) {
  cell.next_turn = NextTurn::birth;
  make_ready(cell);
}

// By whoever supervises it.
void Worker::restart(Cell& cell) {
  if (cell.will_run() || cell.is_retiring) return;
  // The control plane may have stopped it for the sake of others.
  if (cell.parent.is_nobody() && std::exchange(cell.stop_asked, false)) drop_queued(cell);
  if (cell.stop_asked) {
    retire(cell);  // In the meantime.
  } else if (Family* family = MUTATED(leaves_children_behind, cell.family(), nullptr)) {
    family->parent_waits = true;
    let_parent_begin(cell);
  } else {
    expect_life(cell);
  }
}

Result<void> Worker::announce_life(const Cell& cell) {
  if (cell.life.load(std::memory_order_relaxed) > 1) {
    const Activity* active = cell.activity_if_any();
    const Exit* before = active != nullptr ? active->last_exit() : nullptr;
    CHECK(before != nullptr, "end_life() has noted it");
    world_.hooks->on_restart(cell, *before);
  }
  return world_.hooks->before_start(cell);
}

Worker::Went Worker::begin_life(Cell& cell) {
  cell.next_turn = NextTurn::messages;
  cell.life_began.store(inputs_.now(), std::memory_order_relaxed);
  bump(cell.life);
  if (Activity* active = cell.activity_if_any())
    active->next_life.store(never, std::memory_order_relaxed);
  show_family(cell);
  if (world_.hooks != nullptr) [[unlikely]] {
    if (const auto announced = announce_life(cell); !announced) {
      Exit exit = Exit::crashed(fmt::format("before-start hook: {}", announced.error().message));
      end_life(cell, end_of(cell, std::move(exit), Ran::Kind::birth, nullptr));
      return Went::home;
    }
  }
  // A state is tried once: if nothing comes of it, what follows begins without it.
  Rarities* const rare = cell.rarities_if_any();
  const std::unique_ptr<SavedState> saved = rare != nullptr ? std::move(rare->saved) : nullptr;
  const SavedState* const state = saved != nullptr ? saved.get() : try_snapshot(cell);
  cell.become(ActorState::starting);
  cell.instance = cell.spec->code->instantiate(cell.spec->limits);
  if (world_.hooks != nullptr) [[unlikely]]
    cell.instance = world_.hooks->watched(cell, std::move(cell.instance));
  turn_->take_over(turn_actor(cell));
  return call_guest(cell, {.kind = Ran::Kind::birth}, [&cell, state](GuestHost& host, Ran& ran) {
    ran.reply = cell.instance->boot(host);
    ran.memory_at_boot = cell.instance->usage().memory_bytes;
    if (ran.reply.kind != Reply::Kind::ended && state != nullptr) {
      ran.kind = Ran::Kind::load;
      ran.reply = cell.instance->load(host, cell.spec->version(), *state, cell.config());
    } else if (ran.reply.kind != Reply::Kind::ended) {
      ran.reply = cell.instance->start(host, cell.config());
    }
  });
}

void Worker::finish_birth(Cell& cell, Ran& ran) {
  if (ran.reply.kind == Reply::Kind::ended) {
    end_life_by(cell, std::move(ran.reply), ran.kind);
    return;
  }
  if (ran.reply.kind == Reply::Kind::failed) {
    turn_->roll_back();
    end_life(cell, end_of(cell, Exit::crashed(std::move(*ran.reply.error)), ran.kind, nullptr));
    return;
  }
  // What no engine can interrupt is late when it returns.
  if (inputs_.now() - cell.life_began.load(std::memory_order_relaxed) >
      cell.spec->limits.start_timeout) {
    turn_->roll_back();
    end_life(cell, end_of(cell, Exit::exceeded("start-time"), ran.kind, nullptr));
    return;
  }
  cell.become(ActorState::ready);
  if (world_.hooks != nullptr) [[unlikely]]
    world_.hooks->after_start(cell);
  if (ran.memory_at_boot != 0) {
    cell.activity().memory_at_boot = ran.memory_at_boot;
    cell.activity().memory_warned = false;
    look_at_memory(cell);
  }
  if (cell.spec->takes_snapshots()) begin_snapshots(cell);
  tell_start(cell);
  if (cell.spec->interfaces.health) begin_checks(cell);
  if (cell.spec->mailbox.while_unready == WhileUnready::refuse) set_door(cell);
  if (const auto exit = commit(cell)) {
    end_life(cell, end_of(cell, *exit, ran.kind, nullptr));
  }
}

void Worker::tell_start(const Cell& cell) {
  const std::uint64_t life = cell.life.load(std::memory_order_relaxed);
  if (!cell.parent.is_nobody() && life == 1) return;
  auto started = std::make_unique<StartedReport>();
  started->actor = cell.address;
  started->life = life;
  const Activity* active = cell.activity_if_any();
  const Exit* before = active != nullptr ? active->last_exit() : nullptr;
  if (before != nullptr) started->after = *before;
  report(std::move(started));
}

void Worker::release_books(Cell& cell) {
  Books* const books = cell.books.get();
  if (books == nullptr) return;
  books->requests.for_each(
      [&](std::uint64_t, const Books::Request& request) { cancel(request.alarm); });
  books->timers.for_each([&](std::uint64_t, const Books::Timer& timer) {
    MUTATED(keeps_timers_of_the_dead, cancel(timer.alarm), void());
  });
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
  release_owed(cell, {});
  cell.books.clear();
}

// Who waits for an answer that nobody has any more hears so.
void Worker::release_owed(Cell& cell, const std::vector<Responder>& kept) {
  Books* const books = cell.books.get();
  if (books == nullptr) return;
  for (const Responder& owed : books->owed) {
    if (std::ranges::find(kept, owed) != kept.end()) continue;
    route(Envelope::make(
        {.kind = EnvelopeKind::failure,
         .receiver = owed.asker,
         .sender = cell.address,
         .number = owed.request},
        {}, std::make_unique<FailureNote>(Failure{.kind = Failure::Kind::receiver_exited})));
  }
  books->owed = kept;
}

// Of its children and its watchers hears everybody; what follows decides whoever supervises it, but
// for an end that is never followed by a restart.
void Worker::end_life(Cell& cell, LifeEnd end) {
  const Exit& exit = end.exit;
  bump(counters_.ended);
  if (exit.kind == Exit::Kind::crashed) bump(counters_.crashed);
  if (exit.kind != Exit::Kind::normal && cell.is_alive()) end.usage = cell.instance->usage();
  cell.instance.reset();
  cell.next_turn = NextTurn::messages;
  const ActorState was = cell.state.load(std::memory_order_relaxed);
  cell.become(exit.kind == Exit::Kind::normal ? ActorState::ended : ActorState::failed);
  run_queue_.remove(cell);
  cell.pauses = 0;
  end_checks(cell);
  if (cell.spec->mailbox.while_unready == WhileUnready::refuse) set_door(cell);
  let_go_of_all(cell);
  const bool goes_on = MUTATED(releases_what_goes_on, end.saved != nullptr, false);
  if (goes_on) {
    release_owed(cell, end.saved->responders);
  } else {
    release_books(cell);
  }
  if (Activity* active = cell.activity_if_any()) {
    active->memory_bytes.store(0, std::memory_order_relaxed);
    active->addresses.store(0, std::memory_order_relaxed);
    active->usage_stamp = 0;
    show_books(cell, *active);
    if (!goes_on) active->oldest_request.store(never, std::memory_order_relaxed);
  }
  if (Rarities* rare = cell.rarities_if_any()) {
    cancel(std::exchange(rare->stop_alarm, {}));
    rare->restart_asked = false;
    judge_snapshot(cell, end);
    rare->saved = std::move(end.saved);
    tell_watchers(cell, exit);
    leave_family(cell);
  }
  // Most children end well, and nothing of them is left to look at it.
  if (exit.kind != Exit::Kind::normal || cell.restart != RestartType::temporary ||
      world_.hooks != nullptr) {
    if (auto before = cell.activity().set_last_exit(exit)) {
      world_.inputs.registry.reclaimer().retire(std::move(before), index_);
    }
  }
  const bool had_begun =
      was == ActorState::starting || was == ActorState::ready || was == ActorState::stopping;
  if (world_.hooks != nullptr && had_begun) [[unlikely]]
    world_.hooks->after_stop(cell, exit);
  after_life(cell, end);
}

void Worker::tell_watchers(Cell& cell, const Exit& exit) {
  for (const Rarities::Watcher& watcher : std::exchange(cell.rarities().watchers, {})) {
    route(Envelope::make({.kind = EnvelopeKind::exited,
                          .receiver = watcher.who,
                          .sender = cell.address,
                          .number = watcher.number},
                         {}, std::make_unique<ExitNote>(exit)));
  }
}

void Worker::end_life_by(Cell& cell, Reply reply, Ran::Kind kind) {
  turn_->roll_back();
  const bool has_spent_its_budget = (kind == Ran::Kind::stop || kind == Ran::Kind::save) &&
                                    reply.death->trap == TrapKind::deadline;
  LifeEnd end =
      end_of(cell, has_spent_its_budget ? Exit::killed() : reply.death->exit, kind, nullptr);
  end.death = std::move(reply.death);
  end_life(cell, std::move(end));
}

// REQUIRES: it is not alive.
void Worker::retire(Cell& cell) {
  cell.is_retiring = true;
  // Their ends come back here.
  if (const Family* family = cell.family();
      family != nullptr && family->supervisor.child_count() > 0) {
    if (!family->supervisor.is_ending()) stop_family(cell);
    return;
  }
  forget_saved(cell);
  const Address address = cell.address;
  // The address is gone first, so that what the emptying sets off does not come back here.
  world_.inputs.registry.retire_in_step(address, index_);
  while (EnvelopePtr left = cell.mailbox.pop(cell.spec->mailbox)) {
    undeliverable(std::move(left), DeadReason::gone);
  }
  turn_away_all(cell, DeadReason::gone);
  bump(counters_.retired);
  Census::remove(cell.counted_by());
  if (!cell.parent.is_nobody()) {
    route(Envelope::make({.kind = EnvelopeKind::child_ended,
                          .receiver = cell.parent,
                          .sender = address,
                          .number = cell.child_number}));
  }
  if (cell.parent.is_nobody() || cell.tells_control) {
    tell_retired(address);
  }
  std::unique_ptr<Cell> owned(&cell);
  if (cell.is_away) {
    lost_.emplace(address, std::move(owned));  // Its thread may come back to it.
  } else {
    world_.inputs.registry.reclaimer().retire(std::move(owned), index_);
  }
}

void Worker::tell_retired(Address actor) {
  auto retired = std::make_unique<RetiredReport>();
  retired->actor = actor;
  report(std::move(retired));
}

}  // namespace troupe
