#include "actor/worker.hpp"

#include "base/check.hpp"

namespace troupe {
namespace {

// Only asked by Worker::is_inside, to refuse what would wait for itself.
// NOLINTNEXTLINE(cppcoreguidelines-avoid-non-const-global-variables): a thread has one.
thread_local const Worker* stepping = nullptr;

// Says for the length of a step that this thread is inside one.
class Inside {
 public:
  explicit Inside(const Worker& worker) {
    CHECK(stepping == nullptr, "one step at a time on a thread");
    stepping = &worker;
  }
  Inside(const Inside&) = delete;
  Inside& operator=(const Inside&) = delete;
  ~Inside() { stepping = nullptr; }
};

}  // namespace

Worker::Worker(const WorkerWorld& world, std::uint16_t index)
    : world_(world),
      index_(index),
      inputs_(world.inputs, topics_, index),
      turn_(std::make_unique<ActorTurn>(inputs_, world.log)),
      outgoing_(world.ports.size()) {}

Worker::~Worker() {
  Envelope* arrived = port().take_all();
  while (arrived != nullptr) {
    const EnvelopePtr dropped(arrived);
    arrived = arrived->next;
  }
}

bool Worker::is_inside() { return stepping != nullptr; }

StepResult Worker::step() {
  const Inside inside(*this);
  const Pool::Scope memory(world_.pools[index_]);
  Reclaimer::Reader& names = world_.inputs.registry.reader(index_);
  names.enter();
  const Instant now = inputs_.exact_now();
  bool worked = false;
  if (has_arrivals()) {
    take_arrivals();
    worked = true;
  }
  while (auto alarm = timers_.pop_due(now)) {
    fire(*alarm);
    worked = true;
  }
  for (std::uint32_t turns = 0; turns < world_.turns_a_step; ++turns) {
    Runnable* next = run_queue_.take();
    if (next == nullptr) break;
    if (run_turn(static_cast<Cell&>(*next)) == Went::away) return StepResult::left;
    worked = true;
    if (has_outgoing_) flush();
    const Instant present = inputs_.now();
    if (has_arrivals() || timers_.next_due() <= present) break;
  }
  if (has_outgoing_) flush();
  names.leave();
  return worked ? StepResult::worked : StepResult::idle;
}

void Worker::before_park() {
  world_.pools[index_].flush_returns();
  world_.inputs.registry.collect();
  ticker_hold_.reset();
}

void Worker::take_arrivals() {
  Envelope* arrived = port().take_all();
  while (arrived != nullptr) {
    EnvelopePtr envelope(arrived);
    arrived = arrived->next;
    envelope->next = nullptr;
    Cell* cell = world_.inputs.registry.cell(envelope->receiver);
    deliver(cell, std::move(envelope));
  }
}

Instant Worker::next_due() const { return run_queue_.empty() ? timers_.next_due() : Instant{}; }

bool Worker::has_arrivals() const { return !port().maybe_empty(); }

void Worker::flush() {
  has_outgoing_ = false;
  for (std::size_t to = 0; to < outgoing_.size(); ++to) {
    // The inbox takes chains newest first; the list is oldest first.
    Envelope* oldest = outgoing_[to].release_all();
    if (oldest == nullptr) continue;
    Envelope* newest = nullptr;
    for (Envelope* at = oldest; at != nullptr;) {
      Envelope* next = at->next;
      at->next = newest;
      newest = at;
      at = next;
    }
    world_.ports[to].push_chain(newest, oldest);
  }
}

void Worker::report(std::unique_ptr<Note> note) {
  world_.control.push(
      Envelope::make({.kind = EnvelopeKind::control}, {}, std::move(note)).release());
}

}  // namespace troupe
