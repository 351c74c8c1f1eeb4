#include "supervisor/supervisor.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

#include "base/check.hpp"
#include "base/limits.hpp"
#include "base/mutation.hpp"
#include "base/split_mix.hpp"
#include "supervisor/growing_ring.hpp"

namespace troupe {
namespace {

// Without its random part.
Duration nominal_delay(const Backoff& backoff, std::uint32_t nth_restart) {
  if (MUTATED(first_restart_waits, nth_restart < 2, nth_restart < 1)) return {};
  switch (backoff.kind) {
    case Backoff::Kind::immediate:
      return {};
    case Backoff::Kind::linear:
      return std::min(backoff.base * (nth_restart - 1), backoff.cap);
    case Backoff::Kind::exponential: {
      Duration delay = backoff.base;
      const bool grows = delay > Duration::zero();
      for (std::uint32_t left = nth_restart - 2; grows && left > 0 && delay < backoff.cap; --left) {
        delay *= 2;
      }
      return std::min(delay, backoff.cap);
    }
  }
  CHECK(false, "a Backoff has one of its named kinds");
}

// A restart for which a child waits on its own.
struct Wait {
  Instant at;
  std::uint64_t ticket;  // In the order of the failures.
  ChildNumber child;
};

// Of a heap, which has the greatest on top.
bool is_later(const Wait& a, const Wait& b) {
  return a.at != b.at ? a.at > b.at : a.ticket > b.ticket;
}

constexpr Duration backoff_max = std::chrono::milliseconds(limits::supervisor_backoff_ms_max);

}  // namespace

struct Supervisor::Books {
  GrowingRing<Instant> window;  // The restarts within the period before the last one.
  GrowingRing<SupervisorRecord> history;
  std::uint64_t random = 0;
  Instant woken_at = never;  // The `wait` that is out.

  // One-for-one.
  std::vector<Wait> waits;  // A heap.
  // Of children that were removed, or started before their time; at most half of them.
  std::size_t abandoned_waits = 0;
  std::uint64_t last_ticket = 0;

  // Restarts of several. The members are the children from this place on.
  std::uint64_t members_from = 0;
  Instant start_at = {};
};

// --- Children --------------------------------------------------------------------------------

Supervisor::Supervisor(const SupervisorPolicy& policy, StopOrder order, std::uint64_t seed)
    : Supervisor(std::make_shared<const SupervisorPolicy>(policy), order, seed) {}

Supervisor::Supervisor(std::shared_ptr<const SupervisorPolicy> policy, StopOrder order,
                       std::uint64_t seed)
    : policy_(std::move(policy)),
      seed_(static_cast<std::uint32_t>(seed ^ (seed >> 32U))),
      order_(order) {
  CHECK(policy_ != nullptr);
  CHECK(policy_->intensity <= limits::intensity_max);
  CHECK(policy_->period > Duration::zero());
  const Backoff& backoff = policy_->backoff;
  CHECK(backoff.base >= Duration::zero() && backoff.base <= backoff_max);
  CHECK(backoff.cap >= Duration::zero() && backoff.cap <= backoff_max);
  CHECK(backoff.jitter_percent <= 100);
}

Supervisor::Supervisor(Supervisor&&) noexcept = default;
Supervisor& Supervisor::operator=(Supervisor&&) noexcept = default;
Supervisor::~Supervisor() = default;

Supervisor::Child& Supervisor::child(ChildNumber number) {
  CHECK(number < used_ && children_[number].state != State::free, "a child not forgotten");
  return children_[number];
}

const Supervisor::Child& Supervisor::child(ChildNumber number) const {
  CHECK(number < used_ && children_[number].state != State::free, "a child not forgotten");
  return children_[number];
}

Address Supervisor::address_of(ChildNumber number) const { return child(number).address; }

ChildNumber Supervisor::last() const {
  return first_ == none_ ? none_ : children_[first_].previous;
}

ChildNumber Supervisor::before(ChildNumber number) const {
  return number == first_ ? none_ : children_[number].previous;
}

ChildNumber Supervisor::after(ChildNumber number) const {
  const ChildNumber next = children_[number].next;
  return next == first_ ? none_ : next;
}

void Supervisor::grow() {
  constexpr std::uint32_t capacity_min = 8;
  // A half more, not twice as many: most groups stay as large as they become.
  capacity_ = capacity_ == 0 ? capacity_min : capacity_ + capacity_ / 2;
  auto larger = std::make_unique_for_overwrite<Child[]>(capacity_);
  std::copy_n(children_.get(), used_, larger.get());
  children_ = std::move(larger);
}

ChildNumber Supervisor::append(Address address, RestartType type, State state) {
  ChildNumber number = free_;
  if (number != none_) {
    free_ = children_[number].next;
  } else {
    CHECK(used_ < limits::actors_max, "the adder has checked its bound");
    if (used_ == capacity_) grow();
    number = used_++;
  }
  Child& one = children_[number];
  one.address = address;
  one.previous = number;
  one.next = number;
  one.place = 0;
  one.state = state;
  one.type = type;
  if (first_ == none_) {
    first_ = number;
  } else {
    Child& first = children_[first_];
    Child& previous = children_[first.previous];
    one.previous = first.previous;
    one.next = first_;
    if (policy_->strategy != Strategy::one_for_one) one.place = previous.place + 1;
    previous.next = number;
    first.previous = number;
  }
  ++count_;
  return number;
}

void Supervisor::release(ChildNumber number) {
  if (cursor_ == number) cursor_ = before(number);
  Child& one = children_[number];
  if (one.next == number) {
    first_ = none_;
  } else {
    if (first_ == number) first_ = one.next;
    children_[one.previous].next = one.next;
    children_[one.next].previous = one.previous;
  }
  one.state = State::free;
  one.next = free_;
  free_ = number;
  --count_;
}

void Supervisor::forget(ChildNumber number, SupervisorSteps& steps) {
  emit(SupervisorStep::Kind::forget, number, steps);
  release(number);
}

void Supervisor::emit(SupervisorStep::Kind kind, ChildNumber number, SupervisorSteps& steps) const {
  steps.push_back({.kind = kind, .number = number, .child = children_[number].address});
}

// --- Events ----------------------------------------------------------------------------------

ChildNumber Supervisor::add(Address address, RestartType type, SupervisorSteps& steps) {
  CHECK(!is_ending(), "who ends starts nobody");
  const bool is_its_turn = phase_ == Phase::idle;
  const ChildNumber number = append(address, type, is_its_turn ? State::living : State::down);
  if (is_its_turn) emit(SupervisorStep::Kind::start, number, steps);
  return number;
}

ChildNumber Supervisor::add_started(Address address, RestartType type, SupervisorSteps& steps) {
  const ChildNumber number = append(address, type, is_ending() ? State::stopping : State::living);
  if (is_ending()) {
    phase_ = Phase::ending;
    emit(SupervisorStep::Kind::stop, number, steps);
  }
  return number;
}

void Supervisor::started(ChildNumber number, SupervisorSteps& steps) {
  Child& one = child(number);
  CHECK(one.state != State::down, "no life of it was begun");
  if (one.state != State::awaited) return;
  one.state = State::living;
  if (phase_ == Phase::starting) go_on_starting(steps);
}

SupervisorVerdict Supervisor::ended(ChildNumber number, const Exit& exit, StopAsked asked,
                                    Instant now, SupervisorSteps& steps) {
  using Kind = SupervisorVerdict::Kind;
  Child& one = child(number);
  CHECK(one.state != State::down, "no life of it was begun");
  const bool is_for_another = is_to_stop(one);
  // What is to stop has stopped, however it ended.
  const bool is_wanted =
      is_for_another ? one.type != RestartType::temporary : restarts_after(one.type, exit);
  const bool comes_back =
      is_wanted && MUTATED(forgets_who_asked, asked == StopAsked::no, true) && !is_ending();
  if (comes_back) {
    one.state = State::down;
    if (!is_for_another) return restart(number, exit, now, steps);
  } else {
    const bool is_failure = asked == StopAsked::no && exit.kind != Exit::Kind::normal;
    if (is_failure && !is_for_another && !is_ending()) {
      record({.at = now, .child = one.address, .exit = exit.kind});
    }
    forget(number, steps);
  }
  go_on(now, steps);
  return {.kind = comes_back ? Kind::noted : Kind::leave_ended};
}

void Supervisor::due(Instant now, SupervisorSteps& steps) {
  if (books_ == nullptr || is_ending()) return;
  if (books_->woken_at <= now) books_->woken_at = never;
  if (phase_ == Phase::idle) {
    start_waiting(now, steps);
  } else if (phase_ == Phase::waiting) {
    if (now < books_->start_at) return wake_at(books_->start_at, steps);
    phase_ = Phase::starting;
    go_on_starting(steps);
  }
}

void Supervisor::hurry(ChildNumber number, Instant now, SupervisorSteps& steps) {
  CHECK(!is_ending(), "who ends starts nobody");
  Child& one = child(number);
  if (one.state != State::down) return;
  if (policy_->strategy == Strategy::one_for_one) {
    one.state = State::living;
    emit(SupervisorStep::Kind::start, number, steps);
    give_up_wait();
    return;
  }
  books_->start_at = std::min(books_->start_at, now);
  if (phase_ != Phase::waiting) return;
  phase_ = Phase::starting;
  go_on_starting(steps);
}

void Supervisor::stop_all(SupervisorSteps& steps) {
  if (phase_ == Phase::ending) return;
  if (phase_ == Phase::ended) {
    steps.push_back({.kind = SupervisorStep::Kind::all_down});
    return;
  }
  begin_to_end(steps);
}

void Supervisor::remove(ChildNumber number, Instant now, SupervisorSteps& steps) {
  const Child& one = child(number);
  const bool has_wait = one.state == State::down && policy_->strategy == Strategy::one_for_one;
  release(number);
  if (has_wait && !is_ending()) give_up_wait();
  go_on(now, steps);
}

// --- Verdicts --------------------------------------------------------------------------------

Supervisor::Books& Supervisor::books() {
  if (books_ == nullptr) {
    books_ = std::make_unique<Books>();
    books_->random = seed_;
  }
  return *books_;
}

void Supervisor::record(const SupervisorRecord& what) {
  GrowingRing<SupervisorRecord>& history = books().history;
  if (history.size() == limits::supervisor_history_max) history.pop_front();
  history.push_back(what);
}

bool Supervisor::is_to_stop(const Child& one) const {
  if (phase_ != Phase::stopping || cursor_ == none_) return false;
  return books_->members_from <= one.place && one.place <= children_[cursor_].place;
}

SupervisorVerdict Supervisor::restart(ChildNumber number, const Exit& exit, Instant now,
                                      SupervisorSteps& steps) {
  using Kind = SupervisorVerdict::Kind;
  GrowingRing<Instant>& window = books().window;
  CHECK(window.empty() || window.back() <= now, "instants never go back");
  while (!window.empty() && MUTATED(window_without_its_end, now - window.front() > policy_->period,
                                    now - window.front() >= policy_->period)) {
    window.pop_front();
  }

  SupervisorVerdict verdict;
  const bool is_allowed = MUTATED(allows_one_more, window.size() < policy_->intensity,
                                  window.size() <= policy_->intensity);
  if (is_allowed) window.push_back(now);
  verdict.restarts = static_cast<std::uint32_t>(window.size());
  if (!window.empty()) verdict.span = now - window.front();
  if (is_allowed) {
    verdict.delay = delay_of(verdict.restarts);
    verdict.kind = policy_->strategy == Strategy::one_for_one   ? Kind::restart
                   : policy_->strategy == Strategy::one_for_all ? Kind::restart_all
                                                                : Kind::restart_rest;
  } else {
    verdict.kind = Kind::give_up;
  }
  const Child& one = children_[number];
  record({.at = now, .child = one.address, .exit = exit.kind, .verdict = verdict.kind});

  if (!is_allowed) {
    has_given_up_ = true;
    forget(number, steps);
    begin_to_end(steps);
  } else if (policy_->strategy == Strategy::one_for_one) {
    restart_alone(number, now, verdict.delay, steps);
  } else {
    books_->start_at = now + verdict.delay;
    restart_several(number, now, steps);
  }
  return verdict;
}

Duration Supervisor::delay_of(std::uint32_t nth_restart) {
  const Duration delay = nominal_delay(policy_->backoff, nth_restart);
  const std::int64_t spread = delay.count() * policy_->backoff.jitter_percent / 100;
  if (spread == 0) return delay;
  const auto choices = 2 * static_cast<std::uint64_t>(spread) + 1;
  return delay + Duration(static_cast<std::int64_t>(split_mix(books_->random) % choices) - spread);
}

// --- One for one -----------------------------------------------------------------------------

void Supervisor::restart_alone(ChildNumber number, Instant now, Duration delay,
                               SupervisorSteps& steps) {
  Child& one = children_[number];
  if (MUTATED(never_waits, delay <= Duration::zero(), true)) {
    one.state = State::living;
    emit(SupervisorStep::Kind::start, number, steps);
    return;
  }
  const std::uint64_t ticket = ++books_->last_ticket;
  one.place = ticket & place_max_;
  books_->waits.push_back({.at = now + delay, .ticket = ticket, .child = number});
  std::ranges::push_heap(books_->waits, is_later);
  wake_at(now + delay, steps);
}

void Supervisor::start_waiting(Instant now, SupervisorSteps& steps) {
  std::vector<Wait>& waits = books_->waits;
  while (!waits.empty()) {
    const Wait next = waits.front();
    const bool is_nobodys = is_abandoned(next.child, next.ticket);
    if (!is_nobodys && next.at > now) return wake_at(next.at, steps);
    std::ranges::pop_heap(waits, is_later);
    waits.pop_back();
    if (is_nobodys) {
      --books_->abandoned_waits;
    } else {
      children_[next.child].state = State::living;
      emit(SupervisorStep::Kind::start, next.child, steps);
    }
  }
}

bool Supervisor::is_abandoned(ChildNumber number, std::uint64_t ticket) const {
  const Child& one = children_[number];
  return one.state != State::down || one.place != ticket;
}

// The child of one of them is gone, or lives already.
void Supervisor::give_up_wait() {
  ++books_->abandoned_waits;
  if (2 * books_->abandoned_waits <= books_->waits.size()) return;
  std::erase_if(books_->waits,
                [this](const Wait& wait) { return is_abandoned(wait.child, wait.ticket); });
  std::ranges::make_heap(books_->waits, is_later);
  books_->abandoned_waits = 0;
}

void Supervisor::wake_at(Instant at, SupervisorSteps& steps) {
  if (at >= books_->woken_at) return;
  books_->woken_at = at;
  steps.push_back({.kind = SupervisorStep::Kind::wait, .at = at});
}

// --- Several ---------------------------------------------------------------------------------

void Supervisor::restart_several(ChildNumber number, Instant now, SupervisorSteps& steps) {
  std::uint64_t from = 0;
  if (MUTATED(all_are_the_rest, policy_->strategy == Strategy::rest_for_one, true))
    from = children_[number].place;
  if (phase_ == Phase::idle) {
    cursor_ = last();
  } else {
    // Members of the restart under way stay members until they have been started. Those after the
    // cursor are down, so it goes on from there.
    from = std::min(from, books_->members_from);
  }
  books_->members_from = from;
  phase_ = Phase::stopping;
  go_on_stopping(now, steps);
}

void Supervisor::go_on(Instant now, SupervisorSteps& steps) {
  switch (phase_) {
    case Phase::stopping:
      return go_on_stopping(now, steps);
    case Phase::starting:
      return go_on_starting(steps);
    case Phase::ending:
      return go_on_ending(steps);
    case Phase::idle:
    case Phase::waiting:
    case Phase::ended:
      return;
  }
}

void Supervisor::go_on_stopping(Instant now, SupervisorSteps& steps) {
  while (cursor_ != none_) {
    Child& one = children_[cursor_];
    if (MUTATED(spares_the_first, one.place < books_->members_from,
                one.place <= books_->members_from)) {
      break;
    }
    if (one.state == State::stopping) return;
    if (one.state != State::down) {
      one.state = State::stopping;
      return emit(SupervisorStep::Kind::stop, cursor_, steps);
    }
    cursor_ = before(cursor_);
  }
  if (now < books_->start_at) {
    phase_ = Phase::waiting;
    return wake_at(books_->start_at, steps);
  }
  phase_ = Phase::starting;
  go_on_starting(steps);
}

void Supervisor::go_on_starting(SupervisorSteps& steps) {
  while (cursor_ == none_ || children_[cursor_].state != State::awaited) {
    const ChildNumber next = cursor_ == none_ ? first_ : after(cursor_);
    cursor_ = next;
    if (next == none_) {
      phase_ = Phase::idle;
      return;
    }
    Child& one = children_[next];
    books_->members_from = one.place + 1;
    if (one.state == State::down) {
      one.state = MUTATED(starts_all_at_once, State::awaited, State::living);
      emit(SupervisorStep::Kind::start, next, steps);
    }
  }
}

// --- The end ---------------------------------------------------------------------------------

void Supervisor::begin_to_end(SupervisorSteps& steps) {
  phase_ = Phase::ending;
  cursor_ = last();
  if (books_ != nullptr) books_->waits.clear();
  go_on_ending(steps);
}

void Supervisor::go_on_ending(SupervisorSteps& steps) {
  while (cursor_ != none_) {
    const ChildNumber number = cursor_;
    Child& one = children_[number];
    if (one.state == State::down) {
      forget(number, steps);  // Moves the cursor.
      continue;
    }
    if (one.state != State::stopping) {
      one.state = State::stopping;
      emit(SupervisorStep::Kind::stop, number, steps);
    }
    if (order_ == StopOrder::one_by_one) return;
    cursor_ = before(number);
  }
  if (count_ > 0) return;
  phase_ = Phase::ended;
  steps.push_back({.kind = SupervisorStep::Kind::all_down});
}

// --- For those who look ----------------------------------------------------------------------

Instant Supervisor::starts_at() const {
  return phase_ == Phase::stopping || phase_ == Phase::waiting ? books_->start_at : never;
}

std::uint32_t Supervisor::restarts_within(Instant now) const {
  if (books_ == nullptr) return 0;
  const GrowingRing<Instant>& window = books_->window;
  std::size_t low = 0;
  std::size_t high = window.size();
  while (low < high) {
    const std::size_t middle = low + (high - low) / 2;
    if (now - window[middle] <= policy_->period) {
      high = middle;
    } else {
      low = middle + 1;
    }
  }
  return static_cast<std::uint32_t>(window.size() - low);
}

std::vector<SupervisorRecord> Supervisor::history() const {
  std::vector<SupervisorRecord> list;
  if (books_ == nullptr) return list;
  list.reserve(books_->history.size());
  for (std::size_t index = 0; index < books_->history.size(); ++index) {
    list.push_back(books_->history[index]);
  }
  return list;
}

void Supervisor::inherit_history(Supervisor& before) {
  if (before.books_ == nullptr) return;
  books().history = std::exchange(before.books_->history, {});
}

std::size_t Supervisor::heap_bytes() const {
  const std::size_t children = capacity_ * sizeof(Child);
  if (books_ == nullptr) return children;
  return children + sizeof(Books) + books_->window.heap_bytes() + books_->history.heap_bytes() +
         books_->waits.capacity() * sizeof(Wait);
}

}  // namespace troupe
