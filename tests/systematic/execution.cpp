// Turns of fibers, and what they do to memory.

#include "execution.hpp"

#include <algorithm>
#include <bit>

#include "base/check.hpp"
#include "base/format.hpp"

namespace troupe::systematic {
namespace {

constexpr std::size_t stack_bytes = std::size_t{256} * 1024;

// Method: the finalizer of MurmurHash3, as in D. Lea, G. Steele, "SplitMix", OOPSLA 2014.
constexpr std::uint64_t mix(std::uint64_t value) {
  value = (value ^ (value >> 33U)) * 0xff51'afd7'ed55'8ccdU;
  value = (value ^ (value >> 33U)) * 0xc4ce'b9fe'1a85'ec53U;
  return value ^ (value >> 33U);
}

constexpr std::uint64_t mix(std::uint64_t one, std::uint64_t other) {
  return mix(mix(one) + other * 0x9e37'79b9'7f4a'7c15U);
}

bool is_relaxed(Order order) { return order.order == std::memory_order_relaxed; }

bool may_wait(const Step& step) {
  return step.kind == Step::Kind::take || step.kind == Step::Kind::await ||
         step.kind == Step::Kind::pause;
}

}  // namespace

std::string_view to_string(std::memory_order order) {
  switch (order) {
    case std::memory_order_relaxed:
      return "relaxed";
    case std::memory_order_consume:
    case std::memory_order_acquire:
      return "acquire";
    case std::memory_order_release:
      return "release";
    case std::memory_order_acq_rel:
      return "acq_rel";
    case std::memory_order_seq_cst:
      return "seq_cst";
  }
  return "";
}

bool depend(const Step& one, const Step& other) {
  const auto is_common = [](const Step& step) {
    return step.kind == Step::Kind::pause || step.kind == Step::Kind::fence;
  };
  if (is_common(one) || is_common(other)) return true;
  if (one.location != other.location) return false;
  const auto reads = [](const Step& step) {
    return step.kind == Step::Kind::read || step.kind == Step::Kind::await;
  };
  return !reads(one) || !reads(other);
}

Execution::Execution() : arena_(std::make_unique_for_overwrite<std::byte[]>(arena_bytes)) {
  threads_[0].name = "main";
  threads_[0].fiber = std::make_unique<Fiber>();
}

Execution::~Execution() = default;

// --- For models

void* Execution::allocate(std::size_t bytes, std::size_t alignment) {
  const std::size_t at = (arena_used_ + alignment - 1) / alignment * alignment;
  CHECK(at + bytes <= arena_bytes, "a model needs more than arena_bytes");
  arena_used_ = at + bytes;
  return arena_.get() + at;
}

void Execution::destroy(void* object) {
  const auto found =
      std::ranges::find_if(made_, [object](const Made& one) { return one.object == object; });
  if (found == made_.end()) {
    // At the end all goes, in the reverse order, owners after what they own.
    if (is_abandoned_) return;
    fail("something is destroyed twice");
  }
  const Made one = *found;
  made_.erase(found);
  one.destructor(one.object);
}

void Execution::thread(std::string_view name, std::function<void()> body) {
  CHECK(thread_count_ < threads_max, "a model has too many threads");
  Thread& one = threads_[thread_count_++];
  one.name = name;
  one.body = std::move(body);
}

void Execution::fail(std::string_view what) {
  note_failure(what);
  is_abandoned_ = true;
  if (running_ == 0) throw Abandoned{};
  // No exception: the thread may be in a destructor.
  const ThreadIndex own = running_;
  running_ = 0;
  Fiber::change(*threads_[own].fiber, *threads_[0].fiber);
  CHECK(false, "who has failed does not go on");
  std::unreachable();
}

void Execution::forget_past(std::uint64_t state) { threads_[running_].history = mix(state, 1); }

// --- Running

Execution::Outcome Execution::run(const std::function<void(Execution&)>& set_up, Strategy& strategy,
                                  const Mode& mode) {
  current_ = this;
  mode_ = mode;
  strategy_ = &strategy;
  memory_.begin(mode.is_weak);
  thread_count_ = 1;
  running_ = 0;
  alive_ = 0;
  waiting_ = 0;
  is_abandoned_ = false;
  is_pruned_ = false;
  steps_ = 0;
  failure_.clear();
  trace_.clear();
  plain_hash_ = 0;
  arena_used_ = 0;
  try {
    set_up(*this);
    begin_threads();
    if (const ThreadIndex first = choose(); first != Strategy::prune) {
      running_ = first;
      Fiber::change(*threads_[0].fiber, *threads_[first].fiber);
    }
    bury_threads();
    if (!is_pruned_ && failure_.empty()) judge_end();
  } catch (const Abandoned&) {
    running_ = 0;
  }
  clean_up();
  if (!failure_.empty()) return Outcome::failed;
  return is_pruned_ ? Outcome::pruned : Outcome::passed;
}

// Each comes as far as its first step.
void Execution::begin_threads() {
  is_beginning_ = true;
  for (ThreadIndex index = 1; index < thread_count_ && failure_.empty(); ++index) {
    Thread& one = threads_[index];
    if (one.fiber == nullptr) {
      one.fiber = std::make_unique<Fiber>(stack_bytes, &Execution::fiber_body, this);
    }
    one.history = index;
    one.others_stores = 0;
    one.has_paused = false;
    one.retries = false;
    memory_.start_thread(index, 0);
    alive_ |= only(index);
    running_ = index;
    Fiber::change(*threads_[0].fiber, *one.fiber);
  }
  running_ = 0;
  is_beginning_ = false;
}

// Those that are not at their ends never go on. What stands on their stacks is kept as it is: to
// unwind it would need an exception, which destructors don't let through.
void Execution::bury_threads() {
  // Never freed, so that what is buried counts as no leak. Each failed execution adds its own.
  // NOLINTNEXTLINE(cppcoreguidelines-owning-memory): on purpose, see above.
  static auto* const graves = new std::vector<std::unique_ptr<Fiber>>;
  for (ThreadIndex index = 1; index < thread_count_; ++index) {
    if (contains(alive_, index)) graves->push_back(std::move(threads_[index].fiber));
  }
  running_ = 0;
  is_abandoned_ = true;
}

void Execution::judge_end() {
  is_abandoned_ = false;
  for (ThreadIndex index = 1; index < thread_count_; ++index) memory_.join_thread(index, 0);
  for (const auto& judge : judges_) judge();
}

void Execution::clean_up() {
  is_abandoned_ = true;
  judges_.clear();
  while (!made_.empty()) {
    const Made last = made_.back();
    made_.pop_back();
    last.destructor(last.object);
  }
}

// What every fiber does, for one execution after the other.
void Execution::fiber_body(void* execution) {
  Execution& own = *static_cast<Execution*>(execution);
  while (true) {
    const ThreadIndex index = own.running_;
    own.threads_[index].body();
    own.alive_ &= ~only(index);
    const ThreadIndex next = own.is_beginning_ ? 0 : own.choose();
    own.running_ = next;
    Fiber::change(*own.threads_[index].fiber, *own.threads_[next].fiber);
  }
}

void Execution::announce(Step step) {
  Thread& own = threads_[running_];
  own.next = step;
  if (may_wait(step)) waiting_ |= only(running_);
  pass_on();
  waiting_ &= ~only(running_);
}

// Returns when the thread is chosen.
void Execution::pass_on() {
  const ThreadIndex own = running_;
  const ThreadIndex next = is_beginning_ ? 0 : choose();
  if (next == own) return;
  running_ = next;
  Fiber::change(*threads_[own].fiber, *threads_[next].fiber);
}

// 0: the execution ends here.
ThreadIndex Execution::choose() {
  if (!failure_.empty() || alive_ == 0) return 0;
  if (++steps_ > steps_max) {
    note_failure_of_all(fmt::format("no end within {} steps", steps_max));
    return 0;
  }
  const ThreadSet able = enabled();
  if (able == 0) {
    note_failure_of_all(deadlock());
    return 0;
  }
  if (!is_pruned_) {
    const ThreadIndex next = strategy_->pick_thread(*this, able, running_);
    if (next != Strategy::prune) return next;
    is_pruned_ = true;
  }
  // Somehow to the end: quicker than unwinding every stack. Who waits lets the next one go on, so
  // that those who wait for each other's stores keep nobody from its turn.
  if (contains(able & ~waiting_, running_)) return running_;
  const ThreadSet later = able & ~((only(running_) << 1U) - 1);
  return static_cast<ThreadIndex>(std::countr_zero(later != 0 ? later : able));
}

ThreadSet Execution::enabled() const {
  ThreadSet able = alive_ & ~waiting_;
  for (ThreadSet left = alive_ & waiting_; left != 0; left &= left - 1) {
    const auto index = static_cast<ThreadIndex>(std::countr_zero(left));
    if (is_enabled(index)) able |= only(index);
  }
  return able;
}

bool Execution::is_enabled(ThreadIndex thread) const {
  const Thread& one = threads_[thread];
  const std::uint64_t value = memory_.value(one.next.location);
  if (one.next.kind == Step::Kind::take) return value != 0;
  if (one.next.kind == Step::Kind::await) return (value & one.next.bits) == 0;
  return memory_.stores_of_others(thread) > one.others_stores;
}

std::string Execution::deadlock() const {
  std::string text = "nobody can go on:";
  for (ThreadIndex index = 1; index < thread_count_; ++index) {
    if (!contains(alive_, index)) continue;
    text += fmt::format(
        " {} waits for {};", threads_[index].name,
        threads_[index].next.kind != Step::Kind::pause ? "a wake-up" : "others to store something");
  }
  text.pop_back();
  return text;
}

void Execution::note_failure(std::string_view what) {
  note_failure_of_all(fmt::format("{}: {}", threads_[running_].name, what));
}

// The first is the one that counts.
void Execution::note_failure_of_all(std::string what) {
  if (failure_.empty()) failure_ = std::move(what);
}

// --- Atomics

void Execution::before(LocationIndex location, Order order, Access access) {
  if (is_abandoned_) return;  // Destructors of what the model made.
  if (mode_.names_orders && order.named == nullptr && !is_relaxed(order)) {
    fail(fmt::format("{} without a name (Ordering)", to_string(order.order)));
  }
  if (mode_.records_sites && order.named != nullptr) record(order, access);
  if (running_ != 0 && !std::exchange(threads_[running_].retries, false)) {
    announce({.kind = access == Access::load ? Step::Kind::read : Step::Kind::write,
              .location = location});
  }
  if (const char* wrong = memory_.misuse(running_, location)) fail(wrong);
}

LocationIndex Execution::add_atomic(std::uint64_t value) {
  CHECK(memory_.has_room(), "a model has more than locations_max atomics");
  return memory_.add(running_, value);
}

void Execution::remove_atomic(LocationIndex location) {
  if (is_abandoned_) return;
  // No exception: this is a destructor's. The next scheduling point ends the execution.
  if (const char* wrong = memory_.remove(running_, location)) note_failure(wrong);
}

std::uint64_t Execution::load(LocationIndex location, Order order) {
  before(location, order, Access::load);
  if (is_abandoned_) return memory_.value(location);
  const unsigned count = memory_.readable(running_, location, order.order);
  const unsigned age = count > 1 ? strategy_->pick_age(count) : 0;
  const std::uint64_t value = memory_.load(running_, location, order.order, age);
  note(value);
  if (mode_.traces) tell(age == 0 ? "load" : "load stale", location, order, value);
  return value;
}

void Execution::store(LocationIndex location, Order order, std::uint64_t value) {
  before(location, order, Access::store);
  if (is_abandoned_) return;
  memory_.store(running_, location, order.order, value);
  note(0);
  if (mode_.traces) tell("store", location, order, value);
}

void Execution::finish_update(LocationIndex location, Order order, std::uint64_t old,
                              std::uint64_t value) {
  if (is_abandoned_) return;
  memory_.update(running_, location, order.order, value);
  note(old);
  if (mode_.traces) tell("update", location, order, value);
}

bool Execution::compare_exchange(LocationIndex location, std::uint64_t& expected,
                                 std::uint64_t desired, Order success, Order failure,
                                 bool is_retried) {
  if (mode_.records_sites && failure.named != nullptr) record(failure, Access::load);
  before(location, success, Access::update);
  if (is_abandoned_) return true;
  // A failure is a load like any other; a success reads the newest store.
  const unsigned count = memory_.readable(running_, location, failure.order);
  unsigned age = count > 1 ? strategy_->pick_age(count) : 0;
  if (age != 0 && memory_.value(location, age) == expected) age = 0;
  const bool is_equal = memory_.value(location, age) == expected;
  const bool is_spurious =
      is_equal && is_retried && mode_.is_weak && strategy_->pick_spurious_failure();
  if (is_equal && !is_spurious) {
    memory_.update(running_, location, success.order, desired);
    note(mix(expected, 1));
    if (mode_.traces) tell("exchange for", location, success, desired);
    return true;
  }
  expected = memory_.load(running_, location, failure.order, age);
  threads_[running_].retries = is_retried && !mode_.is_weak;
  note(mix(expected, 2));
  if (mode_.traces) tell("fail to exchange", location, failure, expected);
  return false;
}

std::uint64_t Execution::guess(LocationIndex location) {
  return mode_.is_weak ? load(location, std::memory_order_relaxed) : 0;
}

void Execution::take(LocationIndex location) {
  if (is_abandoned_) return;
  if (running_ == 0) {
    require(memory_.value(location) != 0, "there is nobody to wait for");
  } else {
    announce({.kind = Step::Kind::take, .location = location});
  }
  if (const char* wrong = memory_.misuse(running_, location)) fail(wrong);
  finish_update(location, std::memory_order_acq_rel, 0, memory_.value(location) - 1);
}

void Execution::give(LocationIndex location, std::uint64_t at_most) {
  if (is_abandoned_) return;
  if (running_ != 0) announce({.kind = Step::Kind::write, .location = location});
  if (const char* wrong = memory_.misuse(running_, location)) fail(wrong);
  const std::uint64_t value = std::min(memory_.value(location) + 1, at_most);
  finish_update(location, std::memory_order_acq_rel, 0, value);
}

void Execution::await(LocationIndex location, std::uint64_t bits) {
  if (is_abandoned_) return;
  require(running_ != 0, "there is nobody to wait for");
  announce({.kind = Step::Kind::await, .location = location, .bits = bits});
  if (const char* wrong = memory_.misuse(running_, location)) fail(wrong);
  note(0);
}

void Execution::fence(Order order) {
  if (is_abandoned_) return;
  if (mode_.records_sites && order.named != nullptr) record(order, Access::fence);
  if (running_ != 0) announce({.kind = Step::Kind::fence});
  memory_.fence(running_, order.order);
  note(0);
}

void Execution::pause() {
  if (is_abandoned_) return;
  Thread& own = threads_[running_];
  require(running_ != 0, "there is nobody to wait for");
  own.has_paused = true;
  announce({.kind = Step::Kind::pause});
  own.others_stores = memory_.stores_of_others(running_);
  memory_.catch_up(running_);
  note(0);
}

Order Execution::order_of(const Ordering& ordering) const {
  if (!mode_.weakening.site.empty() && mode_.weakening.site == ordering.site) {
    return {mode_.weakening.order, ordering};
  }
  return {ordering.order, ordering};
}

void Execution::record(Order order, Access access) {
  const bool is_known = std::ranges::any_of(sites_, [&](const Use& use) {
    return use.site->site == order.named->site && use.access == access;
  });
  if (!is_known) sites_.push_back({order.named, access});
}

// --- Data

void Execution::read_plain(std::uint32_t index, std::uint64_t value) {
  if (is_abandoned_) return;
  if (const char* wrong = memory_.read_plain(running_, index)) fail(wrong);
  note(value);
}

void Execution::write_plain(std::uint32_t index, std::uint64_t old, std::uint64_t value) {
  if (is_abandoned_) return;
  if (const char* wrong = memory_.write_plain(running_, index)) fail(wrong);
  if (mode_.keeps_histories) plain_hash_ += mix(index, value) - mix(index, old);
}

void Execution::remove_plain(std::uint32_t index, std::uint64_t value) {
  if (is_abandoned_) return;
  if (const char* wrong = memory_.remove_plain(running_, index)) note_failure(wrong);
  plain_hash_ -= mix(index, value);
}

// --- For checkers

void Execution::note(std::uint64_t seen) {
  if (!mode_.keeps_histories) return;
  Thread& own = threads_[running_];
  own.history = mix(own.history, seen);
}

std::uint64_t Execution::fingerprint() const {
  std::uint64_t hash = plain_hash_;
  for (std::size_t i = 0; i < memory_.count(); ++i) {
    hash = mix(hash, memory_.value(static_cast<LocationIndex>(i)));
  }
  for (ThreadIndex index = 1; index < thread_count_; ++index) {
    const Thread& one = threads_[index];
    // Of a thread that paused, whether it would have to wait. One that has ended may have left
    // behind what it saw, for the judge.
    const bool is_fresh = one.has_paused && memory_.stores_of_others(index) > one.others_stores;
    const std::uint64_t ended = contains(alive_, index) ? 0 : 2;
    hash = mix(hash, one.history + ended + (is_fresh ? 1 : 0));
  }
  return hash;
}

void Execution::tell(std::string_view verb, LocationIndex location, Order order,
                     std::uint64_t value) {
  trace_.push_back(fmt::format("{:<12} {:<16} atomic {:<2} {:<8} {:#x}{}{}",
                               threads_[running_].name, verb, location, to_string(order.order),
                               value, order.named != nullptr ? "  " : "",
                               order.named != nullptr ? order.named->site : ""));
}

}  // namespace troupe::systematic
