// What a life leaves to the next.

#include <algorithm>
#include <utility>

#include "actor/running_guest.hpp"  // IWYU pragma: keep
#include "actor/worker.hpp"
#include "base/format.hpp"
#include "base/mutation.hpp"
#include "base/units.hpp"
#include "host/guest_host.hpp"

namespace troupe {
namespace {

std::uint64_t handled_by(const Cell& cell) {
  const Activity* active = cell.activity_if_any();
  return active != nullptr ? active->handled.load(std::memory_order_relaxed) : 0;
}

std::uint64_t size_of(const SavedState& state) {
  return state.bytes.size() + state.addresses.size() * sizeof(Address);
}

}  // namespace

bool Worker::is_to_save(const Cell& cell) {
  const Rarities* rare = cell.rarities_if_any();
  return rare != nullptr && rare->restart_asked && cell.spec->interfaces.state;
}

// Its guest knows.
void Worker::go_on_stopping(Cell& cell) {
  if (!is_to_save(cell)) {
    end_life(cell, {.exit = Exit::normal()});
    return;
  }
  cell.next_turn = NextTurn::save;
  make_ready(cell);
}

Worker::Went Worker::save_at_the_end(Cell& cell) {
  cell.next_turn = NextTurn::messages;
  if (is_to_save(cell)) return save(cell, Ran::Kind::save);
  end_life(cell, {.exit = Exit::normal()});  // It was stopped for good meanwhile.
  return Went::home;
}

Worker::Went Worker::save(Cell& cell, Ran::Kind kind) {
  turn_->take_over(turn_actor(cell));
  const bool is_ending = kind == Ran::Kind::save;
  const Duration deadline =
      is_ending ? std::max(Duration::zero(), cell.rarities().stop_by - inputs_.exact_now())
                : cell.spec->limits.deadline;
  return call_guest(cell, {.kind = kind}, [&cell, is_ending, deadline](GuestHost& host, Ran& ran) {
    SaveReply reply = cell.instance->save(host, is_ending, deadline);
    if (reply.death != nullptr) {
      ran.reply = Reply::ended(std::move(reply.death));
    } else if (reply.saved) {
      ran.saved = std::make_unique<SavedState>(*std::move(reply.saved));
    } else {
      ran.reply = Reply::failed(std::move(reply.saved).error());
    }
  });
}

void Worker::finish_save(Cell& cell, Ran& ran) {
  if (ran.reply.kind == Reply::Kind::ended) {
    end_life_by(cell, std::move(ran.reply), ran.kind);
  } else if (ran.kind == Ran::Kind::snapshot) {
    keep_snapshot(cell, ran);
  } else if (!is_to_save(cell)) {  // As in save_at_the_end().
    end_life(cell, {.exit = Exit::normal()});
  } else if (inputs_.exact_now() > cell.rarities().stop_by) {
    end_life(cell, end_of(cell, Exit::killed(), ran.kind, nullptr));
  } else if (ran.saved != nullptr) {
    end_life(cell, {.exit = Exit::normal(), .saved = std::move(ran.saved)});
  } else {
    go_on_living(cell, std::move(*ran.reply.error));
  }
}

// Its restart is called off.
void Worker::go_on_living(Cell& cell, std::string why) {
  Rarities& rare = cell.rarities();
  cancel(std::exchange(rare.stop_alarm, {}));
  rare.restart_asked = false;
  cell.stop_asked = false;
  cell.become(ActorState::ready);
  if (cell.spec->mailbox.while_unready == WhileUnready::refuse) set_door(cell);
  await_news(cell);
  auto refused = std::make_unique<RestartRefusedReport>();
  refused->actor = cell.address;
  refused->reason = std::move(why);
  report(std::move(refused));
  if (cell.has_work()) make_ready(cell);
}

// What the last life has saved for the next, and all that would have gone on with it.
void Worker::forget_saved(Cell& cell) {
  Rarities* const rare = cell.rarities_if_any();
  if (rare == nullptr || rare->saved == nullptr) return;
  rare->saved.reset();
  release_books(cell);
}

// Before the next life, if its mailbox says so.
void Worker::drop_queued(Cell& cell) {
  const MailboxBounds& bounds = cell.spec->mailbox;
  if (MUTATED(remembers_what_waited, bounds.on_restart == OnRestart::keep, true)) return;
  const Rarities* rare = cell.rarities_if_any();
  if (rare != nullptr && rare->saved != nullptr) return;  // The state goes on, and they with it.
  const bool was_full = cell.mailbox.is_full();
  EnvelopeList kept;
  while (EnvelopePtr one = cell.mailbox.pop_user(bounds)) {
    if (one->crashes > 0) {
      kept.push(std::move(one));
    } else {
      give_up(cell, std::move(one), DeadReason::restarted);
    }
  }
  while (EnvelopePtr one = kept.pop()) cell.mailbox.put_back(std::move(one));
  turn_away_all(cell, DeadReason::restarted);
  if (was_full) has_room(cell);
  if (Activity* active = cell.activity_if_any()) {
    active->queued.store(cell.mailbox.count(), std::memory_order_relaxed);
  }
}

// A life is ready.
void Worker::begin_snapshots(Cell& cell) {
  std::unique_ptr<Snapshots>& snapshots = cell.rarities().snapshots;
  if (snapshots == nullptr) snapshots = std::make_unique<Snapshots>();
  snapshots->not_before = inputs_.now() + cell.spec->snapshot_interval;
  await_news(cell);
}

// Nothing is saved, and no alarm runs, for one that has nothing to do.
void Worker::await_news(Cell& cell) {
  const Snapshots* snapshots = cell.snapshots();
  if (snapshots != nullptr && snapshots->alarm.generation == 0) cell.next_turn = NextTurn::news;
}

void Worker::has_news(Cell& cell) {
  cell.next_turn = NextTurn::messages;
  Snapshots& snapshots = *cell.snapshots();
  snapshots.alarm = schedule({.actor = cell.address,
                              .kind = Alarm::Kind::snapshot,
                              .at = std::max(snapshots.not_before, inputs_.now())});
}

void Worker::snapshot_is_due(Cell& cell) {
  Snapshots* const snapshots = cell.snapshots();
  if (snapshots == nullptr) return;
  snapshots->alarm = {};
  // One that is about to end has others to save for.
  if (!cell.is_alive() || cell.stop_asked) return;
  cell.next_turn = NextTurn::snapshot;
  make_ready(cell);
}

Worker::Went Worker::take_snapshot(Cell& cell) {
  cell.next_turn = NextTurn::messages;
  return save(cell, Ran::Kind::snapshot);
}

void Worker::keep_snapshot(Cell& cell, Ran& ran) {
  Snapshots& snapshots = *cell.snapshots();
  snapshots.not_before = inputs_.now() + cell.spec->snapshot_interval;
  await_news(cell);
  if (ran.saved == nullptr) {
    world_.log.write(cell.address, LogLevel::info,
                     fmt::format("no snapshot now: {}", *ran.reply.error));
  } else if (size_of(*ran.saved) > cell.spec->snapshot_bytes) {
    std::string text = fmt::format(
        "its snapshot has {}; at most {} are kept (limits.snapshot), so the "
        "one before stays",
        format_bytes(size_of(*ran.saved)), format_bytes(cell.spec->snapshot_bytes));
    world_.log.write(cell.address, LogLevel::warn, text);
    tell_event(cell, NodeEvent::Kind::limit, std::move(text));
  } else {
    snapshots.latest = std::move(ran.saved);
  }
  if (cell.has_work()) make_ready(cell);
}

// What a life begins with after a crash; null: nothing. It stays until another is taken.
const SavedState* Worker::try_snapshot(Cell& cell) {
  Snapshots* const snapshots = cell.snapshots();
  if (snapshots == nullptr || snapshots->latest == nullptr) return nullptr;
  snapshots->tried_at = handled_by(cell);
  return snapshots->latest.get();
}

// Of a life that ends so. What it began with and crashed of at once is not tried again, or it could
// use up all restarts that its supervisor allows; who ended well begins anew.
void Worker::judge_snapshot(Cell& cell, const LifeEnd& end) {
  Snapshots* const snapshots = cell.snapshots();
  if (snapshots == nullptr) return;
  cancel(std::exchange(snapshots->alarm, {}));
  const auto tried_at = std::exchange(snapshots->tried_at, {});
  if (end.saved != nullptr) return;  // The same state goes on.
  const bool is_poisonous =
      MUTATED(tries_poison_again,
              tried_at == handled_by(cell) && end.exit.kind != Exit::Kind::killed, false);
  if (end.exit.kind == Exit::Kind::normal || is_poisonous) snapshots->latest.reset();
}

}  // namespace troupe
