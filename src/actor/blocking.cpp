// Mailboxes whose senders wait for room (WhenFull::block).
//
// A message that finds none waits in a line before the mailbox, at most a second, and its sender
// has no turn for what others send it meanwhile: that is how it is slowed down to what the receiver
// can do. Who is full himself, or waited on, is not held back, or two who write to each other would
// wait in a circle; the line has room for as many of his messages as the mailbox, and no more.

#include <algorithm>
#include <utility>

#include "actor/worker.hpp"
#include "base/mutation.hpp"

namespace troupe {
namespace {

constexpr Duration patience = std::chrono::seconds(1);

}  // namespace

void Worker::hold(Cell& cell, EnvelopePtr envelope) {
  std::unique_ptr<Waiting>& line = cell.rarities().waiting;
  if (line == nullptr) line = std::make_unique<Waiting>();
  Waiting& waiting = *line;
  const Address sender = envelope->sender;
  const bool pauses = sender != cell.address && world_.inputs.registry.room(sender) == Room::open;
  if (!pauses && waiting.line.size() >= cell.spec->mailbox.messages) {
    give_up(cell, std::move(envelope), DeadReason::blocked);
    return;
  }
  const std::uint64_t number = ++waiting.last_number;
  const AlarmKey alarm = schedule({.actor = cell.address,
                                   .number = number,
                                   .kind = Alarm::Kind::room,
                                   .at = inputs_.now() + patience});
  waiting.line.push_back({std::move(envelope), number, alarm, pauses});
  if (!pauses) return;
  bump(counters_.paused);
  route(Envelope::make({.kind = EnvelopeKind::pause, .receiver = sender, .sender = cell.address}));
}

// Its sender goes on.
void Worker::let_go(Cell& cell, Waiting::One& one) {
  if (!std::exchange(one.sender_pauses, false)) return;
  route(Envelope::make(
      {.kind = EnvelopeKind::resume, .receiver = one.envelope->sender, .sender = cell.address}));
}

void Worker::has_room(Cell& cell) {
  while (cell.waiting() != nullptr && !cell.mailbox.is_full()) {
    auto& line = cell.waiting()->line;
    Waiting::One one = std::move(line.front());
    line.pop_front();
    cancel(one.alarm);
    let_go(cell, one);
    if (line.empty()) cell.rarities().waiting.reset();
    cell.mailbox.push(std::move(one.envelope), cell.spec->mailbox, dropped_);
  }
  if (!cell.mailbox.is_full()) set_door(cell);
}

void Worker::has_waited_enough(Cell& cell, std::uint64_t number) {
  if (cell.waiting() == nullptr) return;
  auto& line = cell.waiting()->line;
  const auto found = std::ranges::find(line, number, &Waiting::One::number);
  if (found == line.end()) return;
  Waiting::One one = std::move(*found);
  line.erase(found);
  MUTATED(never_resumes, let_go(cell, one), void());
  if (line.empty()) cell.rarities().waiting.reset();
  give_up(cell, std::move(one.envelope), DeadReason::blocked);
}

// A life has ended: those who wait may do something else until the next one makes room.
void Worker::let_go_of_all(Cell& cell) {
  if (cell.waiting() == nullptr) return;
  for (Waiting::One& one : cell.waiting()->line) let_go(cell, one);
}

// There will be no room for them any more.
void Worker::turn_away_all(Cell& cell, DeadReason reason) {
  if (cell.waiting() == nullptr) return;
  const std::unique_ptr<Waiting> waiting = std::move(cell.rarities().waiting);
  for (Waiting::One& one : waiting->line) {
    cancel(one.alarm);
    let_go(cell, one);
    give_up(cell, std::move(one.envelope), reason);
  }
}

}  // namespace troupe
