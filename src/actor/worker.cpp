#include "actor/worker.hpp"

#include <algorithm>

#include "base/limits.hpp"
#include "scheduler/inside.hpp"

namespace troupe {
namespace {

// When it waits for other threads to get on.
constexpr Duration look_again_after = std::chrono::microseconds(20);
// Arrivals that those who send need not hear of yet.
constexpr std::uint32_t arrivals_lag_max = 16;

}  // namespace

Worker::Worker(const WorkerWorld& world, std::uint16_t index)
    : world_(world),
      index_(index),
      port_(world.ports[index]),
      topics_(seed_from(world.inputs.random)),
      inputs_(world.inputs, topics_, index),
      turn_(std::make_unique<ActorTurn>(inputs_, world.log)),
      outgoing_({.ports = world.ports,
                 .inbox_messages = world.inbox_messages,
                 .epoch = world.push_epochs.of(index)}),
      recipients_(world.ports.size()),
      arrivals_lag_(std::min(arrivals_lag_max, world.inbox_messages / 4)),
      loads_seen_(world.loads.size()) {}

Worker::~Worker() {
  world_.inputs.registry.for_each_at(index_, [](Cell& cell) {
    Census::remove(cell.counted_by());
    const std::unique_ptr<Cell> owned(&cell);
  });
  Envelope* arrived = port().take_all();
  while (arrived != nullptr) {
    const EnvelopePtr dropped(arrived);
    arrived = arrived->next;
  }
}

// While one actor has its turn, what the next ones need comes into the caches: first the cell, a
// few turns later what that points to.
[[gnu::always_inline]] inline void Worker::fetch_ahead() const {
  constexpr std::size_t cell_ahead = 7;
  constexpr std::size_t parts_ahead = 3;
  const auto* const next = static_cast<const Cell*>(run_queue_.waiting(0));
  if (next == nullptr) return;
  if (const Instance* instance = next->instance.get()) instance->fetch_behind();
  if (const auto* near = static_cast<const Cell*>(run_queue_.waiting(parts_ahead))) {
    __builtin_prefetch(near->activity_if_any(), 1);
    __builtin_prefetch(near->instance.get(), 1);
    __builtin_prefetch(near->books.get());
    near->mailbox.fetch_first();
  }
  if (const auto* far = static_cast<const Cell*>(run_queue_.waiting(cell_ahead))) {
    __builtin_prefetch(far, 1);
    __builtin_prefetch(&far->mailbox, 1);
    __builtin_prefetch(&far->books, 1);
  }
}

StepResult Worker::step() {
  const Inside inside;
  const Pool::Scope memory(world_.pools[index_]);
  Reclaimer::Reader& names = world_.inputs.registry.reader(index_);
  names.enter();
  const Instant now = inputs_.exact_now();
  bool worked = false;
  // What was pushed before that is among the arrivals.
  const bool may_hand_over = departure_ && departure_->grace.is_over();
  if (has_arrivals()) {
    take_arrivals();
    carry_out_own_orders();  // Of actors that may be about to leave.
    worked = true;
  }
  worked |= may_hand_over && finish_departure();
  if (!awaited_.empty()) give_up_on_the_gone();
  while (auto alarm = timers_.pop_due(now)) {
    fire(*alarm);
    worked = true;
  }
  carry_out_own_orders();
  worked |= !outgoing_.is_empty() && flush();
  for (std::uint32_t turns = 0; turns < world_.turns_a_step && !outgoing_.is_held_back(); ++turns) {
    Runnable* next = run_queue_.take();
    if (next == nullptr) break;
    auto& cell = static_cast<Cell&>(*next);
    fetch_ahead();
    turn_began_ = inputs_.last_now();
    at_work_.store(cell.address, std::memory_order_relaxed);
    if (--turns_to_look_ == 0) [[unlikely]]
      look_at_wait(cell);
    if (run_turn(cell) == Went::away) return StepResult::left;
    worked = true;
    if (!own_orders_.empty()) carry_out_own_orders();
    if (!outgoing_.is_empty()) (void)flush();
    const Instant present = inputs_.now();
    if (present > turn_began_) {
      count_turn(cell, present - turn_began_);
      run_queue_.end_favour();
    }
    if (has_arrivals() || timers_.next_due() <= present) break;
  }
  at_work_.store(nobody, std::memory_order_relaxed);
  let_go_.flush();
  share_load();
  names.leave();
  return worked ? StepResult::worked : StepResult::idle;
}

// How long has the oldest message waited that this turn takes?
void Worker::look_at_wait(const Cell& cell) {
  turns_to_look_ = limits::turns_a_look;
  const Activity* active = cell.activity_if_any();
  if (active == nullptr || cell.mailbox.empty()) return;
  const Instant left = active->oldest_queued.load(std::memory_order_relaxed);
  const Instant ready_since = active->ready_since.load(std::memory_order_relaxed);
  const Instant since = left == never ? ready_since : std::max(left, ready_since);
  const Duration waited = std::max(inputs_.exact_now() - since, Duration::zero());
  counters_.waits.record(static_cast<std::uint64_t>(waited.count()));
}

// Whether it did anything. All that the actor has asked for arrives everywhere before it can ask
// for more elsewhere.
bool Worker::finish_departure() {
  const bool has_sent = !outgoing_.is_empty() && flush();
  if (!outgoing_.is_empty()) return has_sent;
  hand_over(*departure_);
  departure_.reset();
  return true;
}

void Worker::before_park() {
  port().tell_taken();
  world_.pools[index_].flush_returns();
  world_.inputs.registry.collect();
  world_.inputs.registry.reclaimer().collect(index_);
  ticker_hold_.release();
}

void Worker::take_arrivals() {
  Envelope* next = port().take_all();
  std::uint32_t count = 0;
  while (next != nullptr) {
    EnvelopePtr envelope(next);
    next = next->next;
    envelope->next = nullptr;
    count += deliveries_of(*envelope);
    arrived(std::move(envelope));
  }
  port().took(count, arrivals_lag_);
}

Instant Worker::next_due() const {
  const Instant due = timers_.next_due();
  // It depends on others, who do not call back.
  if (departure_ || outgoing_.is_held_back() || !awaited_.empty()) {
    return std::min(due, inputs_.last_now() + look_again_after);
  }
  return run_queue_.empty() ? due : Instant{};
}

bool Worker::has_arrivals() const { return !port().maybe_empty(); }

bool Worker::flush() {
  const auto [has_sent, full] = outgoing_.flush();
  for (std::uint32_t left = full; left > 0; --left) bump(counters_.held_back);
  return has_sent;
}

void Worker::tell_event(const Cell& cell, NodeEvent::Kind kind, std::string text) {
  auto event = std::make_unique<EventReport>();
  event->kind = kind;
  event->actor = cell.address;
  event->life = cell.life.load(std::memory_order_relaxed);
  event->text = std::move(text);
  report(std::move(event));
}

// How much of its quotas is used.
void Worker::show_books(const Cell& cell, Activity& active) {
  const Books* const books = cell.books.get();
  const auto show = [](std::atomic<std::uint32_t>& figure, std::size_t count) {
    figure.store(static_cast<std::uint32_t>(count), std::memory_order_relaxed);
  };
  show(active.requests, books != nullptr ? books->requests.size() : 0);
  show(active.timers, books != nullptr ? books->timers.size() : 0);
  show(active.children, books != nullptr ? books->children.count() : 0);
}

void Worker::report(std::unique_ptr<Note> note) {
  report(Envelope::make({.kind = EnvelopeKind::control}, {}, std::move(note)));
}

void Worker::report(EnvelopePtr envelope) { world_.control.push(envelope.release()); }

}  // namespace troupe
