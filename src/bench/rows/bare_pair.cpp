#include "bench/rows/bare_pair.hpp"

#include <utility>

#include "base/check.hpp"
#include "base/limits.hpp"
#include "model/envelope.hpp"

namespace troupe::bench {
namespace {

constexpr std::uint32_t messages_max = 8;
constexpr std::uint32_t arrivals_lag = 16;  // As a worker's.

SupervisorPolicy eager() {
  return {.intensity = limits::intensity_max,
          .period = std::chrono::milliseconds(100),
          .backoff = {.kind = Backoff::Kind::immediate}};
}

}  // namespace

BarePair::BarePair(CpuPair cpus) : supervisor_(eager()) {
  spec_.mailbox.messages = messages_max;
  make(here_);
  make(there_);
  supervise();
  partner_ = std::make_unique<Partner>(cpus, [this] { serve(); });
}

void BarePair::supervise() {
  child_ = supervisor_.add_started(here_.actor, RestartType::permanent, steps_);
  steps_.clear();
}

BarePair::~BarePair() {
  stop_.store(true, std::memory_order_release);
  partner_.reset();
  end(here_);
  end(there_);
  registry_.collect();
}

void BarePair::make(Side& side) {
  const Pool::Scope scope(side.pool);
  side.handler = bare_native();
  side.actor = *registry_.reserve(std::nullopt, side.index);
  auto cell = std::make_unique<Cell>(side.actor, spec_, Parentage{});
  (void)cell->activity();
  registry_.set_cell(side.actor, cell.release(), limits::payload_bytes_max);
}

void BarePair::end(Side& side) {
  const Pool::Scope scope(side.pool);
  std::unique_ptr<Cell> cell(registry_.cell(side.actor, side.index));
  registry_.retire(side.actor);
  registry_.reclaimer().retire(std::move(cell));
  side.handler.reset();
  side.pool.flush_returns();
}

// To where its receiver is: the other side.
void BarePair::push(Side& from, EnvelopePtr message) {
  PushEpoch& epoch = epochs_.of(from.index);
  epoch.enter();
  const Registry::Place place = registry_.place(message->receiver, from.index);
  CHECK(place.kind == Registry::Place::Kind::elsewhere, "the receiver is over there");
  (place.home == here_.index ? here_ : there_).port.push(message.release());
  epoch.leave();
}

void BarePair::send(Side& from, Address to) {
  CHECK(!registry_.refusal(to, sizeof carried), "nobody is refused");
  EnvelopePtr message =
      Envelope::make({.receiver = to, .sender = from.actor, .id = ++from.last_id},
                     {reinterpret_cast<const std::uint8_t*>(&carried), sizeof carried});
  if (to != from.actor) return push(from, std::move(message));
  // As worker `from` finds it in its own mailbox.
  const Registry::Place place = registry_.place(to, from.index);
  CHECK(place.kind == Registry::Place::Kind::here, "it stays where it is");
  bump(place.cell->activity().received);
  place.cell->mailbox.push(std::move(message), spec_.mailbox, from.dropped);
  from.run_queue.ready(*place.cell);
}

std::uint64_t BarePair::handle(Side& side, EnvelopePtr message) {
  if (message != nullptr) {
    const Registry::Place place = registry_.place(message->receiver, side.index);
    CHECK(place.kind == Registry::Place::Kind::here, "it came to the right place");
    bump(place.cell->activity().received);
    place.cell->mailbox.push(std::move(message), spec_.mailbox, side.dropped);
    side.run_queue.ready(*place.cell);
  }
  auto& cell = static_cast<Cell&>(*side.run_queue.take());
  const EnvelopePtr next = cell.mailbox.pop(spec_.mailbox);
  bump(cell.activity().handled);
  return side.handler->handle(next->payload());
}

Envelope* BarePair::wait(Side& side) const {
  while (side.port.maybe_empty()) {
    if (stop_.load(std::memory_order_acquire)) return nullptr;
  }
  Envelope* one = side.port.take_all();
  side.port.took(1, arrivals_lag);
  return one;
}

void BarePair::serve() {
  const Pool::Scope scope(there_.pool);
  while (EnvelopePtr arrived{wait(there_)}) {
    if (arrived->kind == EnvelopeKind::child_ended) {
      decide(*arrived);
    } else {
      (void)handle(there_, std::move(arrived));
      send(there_, here_.actor);
    }
  }
  there_.pool.flush_returns();
}

void BarePair::decide(const Envelope& ended) {
  const auto* how = ended.note<ExitNote>();
  CHECK(how != nullptr, "who ends says how");
  supervisor_.ended(static_cast<ChildNumber>(ended.number), how->exit, StopAsked::no, clock_.now(),
                    steps_);
  for (const SupervisorStep& step : steps_) {
    CHECK(step.kind == SupervisorStep::Kind::start, "it is restarted at once");
    push(there_, Envelope::make({.kind = EnvelopeKind::restart, .receiver = step.child}));
  }
  steps_.clear();
  supervisor_.started(child_, steps_);
}

Work BarePair::there_and_back(std::uint64_t rounds) {
  Work work;
  if (!partner_->is_ready()) return work;
  const Pool::Scope scope(here_.pool);
  for (; work.count < rounds; ++work.count) {
    send(here_, there_.actor);
    EnvelopePtr back(wait(here_));
    work.sum += handle(here_, std::move(back));
  }
  return work;
}

Work BarePair::restart(std::uint64_t lives) {
  Work work;
  if (!partner_->is_ready()) return work;
  const Pool::Scope scope(here_.pool);
  for (; work.count < lives; ++work.count) {
    here_.handler.reset();
    push(here_, Envelope::make({.kind = EnvelopeKind::child_ended,
                                .receiver = there_.actor,
                                .sender = here_.actor,
                                .number = child_},
                               {}, std::make_unique<ExitNote>(Exit::crashed("ordered"))));
    const EnvelopePtr order(wait(here_));
    CHECK(order->kind == EnvelopeKind::restart, "the supervisor restarts it");
    here_.handler = bare_native();
    send(here_, here_.actor);
    const std::uint64_t asked = handle(here_, nullptr);
    send(here_, here_.actor);
    work.sum += handle(here_, nullptr) == asked ? asked : 0;
  }
  return work;
}

}  // namespace troupe::bench
