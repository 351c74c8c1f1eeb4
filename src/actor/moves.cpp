// How actors get from one worker to another, and when.

#include "actor/moves.hpp"

#include <algorithm>
#include <utility>

#include "actor/worker.hpp"
#include "base/check.hpp"
#include "base/mutation.hpp"
#include "scheduler/balance.hpp"

namespace troupe {
namespace {

// So many messages in a row from one actor elsewhere, and nothing from here, and it is followed
// there. Of two who follow each other the one with the lower address is the more patient.
constexpr std::uint16_t follow_after = 64;
constexpr std::uint16_t follow_after_patiently = 256;

// Who was moved for one reason does not move again for the other before this is over.
constexpr Duration settled_after_sharing = std::chrono::milliseconds(100);
constexpr Duration settled_after_following = std::chrono::seconds(1);
constexpr Duration look_at_loads_every = std::chrono::microseconds(250);
// A surplus that lasts so long is shared; one of many actors does not pass by itself.
constexpr Duration surplus_lasts = std::chrono::milliseconds(1);
constexpr std::uint32_t many = 8;
// Turns that are worth more than the ways of their messages between two cores.
constexpr Duration long_turn = std::chrono::microseconds(10);

bool has_long_turns(const Cell& cell) {
  const Activity* const active = cell.activity_if_any();
  if (active == nullptr) return false;
  const auto handled = static_cast<std::int64_t>(active->handled.load(std::memory_order_relaxed));
  return active->turn_ns.load(std::memory_order_relaxed) > handled * long_turn.count();
}

// It has never run.
bool is_new(const Cell& cell) {
  return cell.next_turn == NextTurn::birth && cell.life.load(std::memory_order_relaxed) == 0;
}

}  // namespace

bool Worker::may_move(const Cell& cell) const {
  const Activity* active = cell.activity_if_any();
  return world_.actors_move && !cell.is_away && !cell.is_leaving && cell.waiting() == nullptr &&
         (active == nullptr || inputs_.last_now() >= active->settled_until);
}

// Who gets all its messages from one actor of another worker goes there.
void Worker::note_partner(Cell& cell, Address sender) {
  Activity& active = cell.activity();
  if (active.partner != sender) {
    active.partner = sender;
    active.from_partner = 0;
  }
  const std::uint16_t patience = cell.address < sender ? follow_after_patiently : follow_after;
  if (++active.from_partner < patience || departure_ || !may_move(cell)) return;
  active.from_partner = 0;
  const auto home = world_.inputs.registry.home(sender);
  if (!home || *home == index_ || !has_time(world_.loads[*home])) return;
  depart({&cell}, *home, settled_after_following);
}

// The sender of what it handles next, if that is another actor of this worker.
std::optional<Address> Worker::next_from_here(const Cell& cell) const {
  const Envelope* const next = cell.mailbox.first();
  if (next == nullptr || next->sender == cell.address) return std::nullopt;
  if (world_.inputs.registry.home(next->sender) != index_) return std::nullopt;
  return next->sender;
}

Ties Worker::ties_of_waiting() const {
  Ties ties;
  const auto add = [&](const Runnable* one) {
    if (one == nullptr) return;
    const auto& cell = static_cast<const Cell&>(*one);
    ties.add(cell.address, next_from_here(cell));
  };
  add(run_queue_.next());
  for (std::size_t at = 0; at < limits::move_actors_max; ++at) add(run_queue_.waiting(at));
  ties.settle();
  return ties;
}

// Now and then: gives away what others have time for.
void Worker::share_load() {
  world_.loads[index_].ready.store(run_queue_.count(), std::memory_order_relaxed);
  const Instant now = inputs_.last_now();
  if (now < look_at_loads_at_ || !world_.actors_move) return;
  look_at_loads_at_ = now + look_at_loads_every;
  port().tell_taken();
  for (std::size_t at = 0; at < loads_seen_.size(); ++at) {
    // What is on its way there counts: an actor that moves is there for nobody yet.
    loads_seen_[at] = world_.loads[at].ready.load(std::memory_order_relaxed) +
                      (at == index_ ? 0 : world_.ports[at].backlog());
  }
  const auto transfer = surplus(index_, loads_seen_);
  if (!transfer) surplus_since_ = never;
  if (!transfer || departure_) return;
  surplus_since_ = std::min(surplus_since_, now);
  if (now - surplus_since_ < (transfer->actors < many ? surplus_lasts : look_at_loads_every))
    return;
  surplus_since_ = never;
  const Ties ties = ties_of_waiting();
  std::vector<Cell*> chosen;
  // The queue turns once, or as far as it takes.
  for (std::uint32_t left = run_queue_.count(); left > 0 && chosen.size() < transfer->actors;
       --left) {
    auto& cell = static_cast<Cell&>(*run_queue_.take_for_another());
    const auto is_free = [&] {
      return is_new(cell) || has_long_turns(cell) || !ties.bind(cell.address, next_from_here(cell));
    };
    if (may_move(cell) && is_free()) {
      chosen.push_back(&cell);
    } else {
      run_queue_.ready(cell);
    }
  }
  if (!chosen.empty()) depart(chosen, transfer->to, settled_after_sharing);
}

void Worker::depart(const std::vector<Cell*>& cells, std::uint16_t to, Duration settled_after) {
  std::vector<Address> actors;
  actors.reserve(cells.size());
  for (Cell* cell : cells) {
    run_queue_.remove(*cell);
    cell->is_leaving = true;
    cell->activity().settled_until = inputs_.last_now() + settled_after;
    world_.inputs.registry.set_home(cell->address, to);
    actors.push_back(cell->address);
  }
  departure_.emplace(
      Departure{.to = to, .actors = std::move(actors), .grace = world_.push_epochs.begin_grace()});
}

// REQUIRES: the grace period is over, and what had arrived by then is delivered.
void Worker::hand_over(const Departure& departure) {
  for (const Address actor : departure.actors) {
    Cell* const found = world_.inputs.registry.cell(actor, index_);
    if (found == nullptr) continue;  // It has ended for good. Whoever waits for it will notice.
    auto arrival = std::make_unique<ArrivalNote>();
    arrival->cell.reset(found);
    Cell& cell = *found;
    const auto take_along = [&](AlarmKey& key) {
      const auto alarm = timers_.cancel({key.index, key.generation});
      if (alarm) arrival->alarms.push_back(*alarm);
      key = {};
    };
    if (Books* books = cell.books.get()) {
      books->requests.for_each(
          [&](std::uint64_t, Books::Request& request) { take_along(request.alarm); });
      books->timers.for_each([&](std::uint64_t, Books::Timer& timer) {
        MUTATED(moves_without_timers, take_along(timer.alarm), void());
      });
    }
    if (Rarities* rare = cell.rarities_if_any()) take_along(rare->stop_alarm);
    if (HealthWatch* watch = cell.health_watch()) take_along(watch->alarm);
    if (Snapshots* snapshots = cell.snapshots()) take_along(snapshots->alarm);
    if (Family* family = cell.family()) take_along(family->wait);
    world_.inputs.registry.leave_seat(actor);
    bump(counters_.moved);
    outgoing_.push(departure.to, Envelope::make({.kind = EnvelopeKind::arrive, .receiver = actor},
                                                {}, std::move(arrival)));
  }
}

void Worker::arrive(const Envelope& envelope) {
  auto* arrival = envelope.note<ArrivalNote>();
  CHECK(arrival != nullptr && arrival->cell != nullptr);
  Cell& cell = *arrival->cell.release();
  cell.is_leaving = false;
  for (const Alarm& alarm : arrival->alarms) {
    const AlarmKey key = schedule(alarm);
    switch (alarm.kind) {
      case Alarm::Kind::request:
        cell.books.made().requests.find(alarm.number)->alarm = key;
        break;
      case Alarm::Kind::timer:
        cell.books.made().timers.find(alarm.number)->alarm = key;
        break;
      case Alarm::Kind::stop:
        cell.rarities().stop_alarm = key;
        break;
      case Alarm::Kind::family:
        cell.family()->wait = key;
        break;
      case Alarm::Kind::check:
        cell.health_watch()->alarm = key;
        break;
      case Alarm::Kind::snapshot:
        cell.snapshots()->alarm = key;
        break;
      case Alarm::Kind::start:
      case Alarm::Kind::lost:
      case Alarm::Kind::room:
        CHECK(false, "who is at work beside its worker, or is waited on, does not move");
    }
  }
  world_.inputs.registry.take_seat(cell.address);
  if (is_new(cell)) {
    // Perhaps with a tree to come.
    run_queue_.ready_new(cell);
  } else if (cell.next_turn > NextTurn::news || (cell.is_alive() && cell.has_work())) {
    make_ready(cell);
  }
  welcome(cell.address);
}

void Worker::keep_for_arrival(EnvelopePtr envelope) {
  awaited_[envelope->receiver].push(std::move(envelope));
}

// Delivers what has waited for an actor that is here now, or gone.
void Worker::welcome(Address actor) {
  auto waiting = awaited_.extract(actor);
  if (waiting.empty()) return;
  while (EnvelopePtr one = waiting.mapped().pop()) arrived(std::move(one));
}

// Those that have ended on their way, or were never made, do not come.
void Worker::give_up_on_the_gone() {
  std::vector<Address> gone;
  for (const auto& [actor, waiting] : awaited_) {
    if (!world_.inputs.registry.home(actor)) gone.push_back(actor);
  }
  for (const Address actor : gone) welcome(actor);
}

}  // namespace troupe
