#include "bench/two_cpus.hpp"

#include <cstddef>
#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <utility>

namespace troupe::bench {
namespace {

using std::chrono::steady_clock;

constexpr std::uint64_t stop = UINT64_MAX;

// Spins until the value of the line is as wanted. On a busy machine, where the other thread may not
// be running, it lets others run now and then.
template <typename IsWanted>
std::uint64_t spin(const std::atomic<std::uint64_t>& line, IsWanted is_wanted) {
  constexpr std::uint32_t spins_max = 1U << 14U;
  for (std::uint32_t spins = 1;; ++spins) {
    const std::uint64_t value = line.load(std::memory_order_acquire);
    if (is_wanted(value)) return value;
    if (spins % spins_max == 0) ::sched_yield();
  }
}

// Until the word is no longer `value`. True: somebody's wake ended a sleep.
bool futex_wait(std::atomic<std::uint32_t>& word, std::uint32_t value) {
  bool has_slept = false;
  while (word.load(std::memory_order_acquire) == value)
    has_slept = ::syscall(SYS_futex, &word, FUTEX_WAIT_PRIVATE, value, nullptr, nullptr, 0) == 0;
  return has_slept;
}

// How many it woke.
long futex_wake(std::atomic<std::uint32_t>& word) {
  return ::syscall(SYS_futex, &word, FUTEX_WAKE_PRIVATE, 1, nullptr, nullptr, 0);
}

void spin_for(Duration span) {
  const auto end = steady_clock::now() + span;
  while (steady_clock::now() < end) {
  }
}

}  // namespace

std::optional<CpuPair> cpu_pair() {
  cpu_set_t allowed = {};
  if (::sched_getaffinity(0, sizeof allowed, &allowed) != 0) return std::nullopt;
  std::optional<int> first;
  for (int cpu = 0; cpu < CPU_SETSIZE; ++cpu) {
    if (!CPU_ISSET(static_cast<std::size_t>(cpu), &allowed)) continue;
    if (first) return CpuPair{.here = *first, .there = cpu};
    first = cpu;
  }
  return std::nullopt;
}

Pinned::Pinned(int cpu) {
  if (::sched_getaffinity(0, sizeof before_, &before_) != 0) return;
  cpu_set_t one = {};
  CPU_SET(static_cast<std::size_t>(cpu), &one);
  is_pinned_ = ::sched_setaffinity(0, sizeof one, &one) == 0;
}

Pinned::~Pinned() {
  if (is_pinned_) ::sched_setaffinity(0, sizeof before_, &before_);
}

Partner::Partner(CpuPair cpus, std::function<void()> body) : here_(cpus.here) {
  constexpr std::uint64_t pinned = 1;
  constexpr std::uint64_t refused = 2;
  if (!here_.is_pinned()) return;
  thread_ = std::thread([this, cpu = cpus.there, body = std::move(body)] {
    const Pinned there(cpu);
    state_.value.store(there.is_pinned() ? pinned : refused, std::memory_order_release);
    if (there.is_pinned()) body();
  });
  is_ready_ = spin(state_.value, [](std::uint64_t value) { return value != 0; }) == pinned;
}

Partner::~Partner() {
  if (thread_.joinable()) thread_.join();
}

LineBounce::LineBounce(CpuPair cpus)
    : partner_(cpus, [this] {
        // Odd numbers are on their way there, even ones on their way back.
        std::uint64_t last = 0;
        for (;;) {
          last = spin(line_.value, [last](std::uint64_t value) { return value > last; });
          if (last == stop) return;
          line_.value.store(++last, std::memory_order_release);
        }
      }) {}

LineBounce::~LineBounce() { line_.value.store(stop, std::memory_order_release); }

Work LineBounce::bounce(std::uint64_t times) {
  Work work;
  if (!partner_.is_ready()) return work;
  std::uint64_t last = line_.value.load(std::memory_order_relaxed);
  while (work.count < times) {
    const std::uint64_t sent = last + 1;
    line_.value.store(sent, std::memory_order_release);
    last = spin(line_.value, [sent](std::uint64_t value) { return value != sent; });
    work.sum += last - sent;
    ++work.count;
  }
  return work;
}

ContendedAdd::ContendedAdd(CpuPair cpus) : partner_(cpus, [this] { serve(); }) {}

ContendedAdd::~ContendedAdd() { order_.value.store(stop, std::memory_order_release); }

void ContendedAdd::serve() {
  for (std::uint64_t done = 1;; ++done) {
    const std::uint64_t order =
        spin(order_.value, [](std::uint64_t value) { return value % 2 == 1; });
    if (order == stop) return;
    for (std::uint64_t time = 0; time < order / 2; ++time)
      counter_.value.fetch_add(1, std::memory_order_relaxed);
    // A stop that came meanwhile stays.
    std::uint64_t expected = order;
    order_.value.compare_exchange_strong(expected, 0, std::memory_order_relaxed);
    done_.value.store(done, std::memory_order_release);
  }
}

Work ContendedAdd::add(std::uint64_t times) {
  if (!partner_.is_ready()) return {};
  const std::uint64_t theirs = times / 2;
  const std::uint64_t before = counter_.value.load(std::memory_order_relaxed);
  order_.value.store(2 * theirs + 1, std::memory_order_release);
  for (std::uint64_t time = theirs; time < times; ++time)
    counter_.value.fetch_add(1, std::memory_order_relaxed);
  ++orders_;
  spin(done_.value, [this](std::uint64_t value) { return value == orders_; });
  const std::uint64_t grown = counter_.value.load(std::memory_order_relaxed) - before;
  return {.count = grown, .sum = grown};
}

FutexBounce::FutexBounce(CpuPair cpus) : partner_(cpus, [this] { serve(); }) {}

FutexBounce::~FutexBounce() {
  turn_.store(2, std::memory_order_release);
  futex_wake(turn_);
}

void FutexBounce::serve() {
  for (;;) {
    futex_wait(turn_, 0);
    if (turn_.load(std::memory_order_acquire) == 2) return;
    served_.fetch_add(1, std::memory_order_relaxed);
    turn_.store(0, std::memory_order_release);
    futex_wake(turn_);
  }
}

Work FutexBounce::bounce(std::uint64_t times) {
  Work work;
  if (!partner_.is_ready()) return work;
  const std::uint64_t before = served_.load(std::memory_order_relaxed);
  while (work.count < times) {
    turn_.store(1, std::memory_order_release);
    futex_wake(turn_);
    futex_wait(turn_, 1);
    ++work.count;
  }
  work.sum = served_.load(std::memory_order_relaxed) - before;
  return work;
}

std::vector<double> wake_up_ns(CpuPair cpus, const Sleeps& sleeps) {
  constexpr Duration sleep = std::chrono::microseconds(100);
  constexpr std::uint32_t end = UINT32_MAX;
  const auto now = [] { return steady_clock::now().time_since_epoch(); };
  const auto latest = now() + sleeps.at_most;
  // In round r the sleeper says that it goes to sleep, sleeps while the word is r, and says when it
  // ran again; 0: it had not slept.
  std::atomic<std::uint32_t> word{0};
  Line going;
  Line awake;
  std::atomic<std::int64_t> woken_at_ns{0};
  const Partner partner(cpus, [&] {
    for (std::uint32_t round = 0;; ++round) {
      going.value.store(round + 1, std::memory_order_release);
      const bool has_slept = futex_wait(word, round);
      if (word.load(std::memory_order_acquire) == end) return;
      woken_at_ns.store(has_slept ? now().count() : 0, std::memory_order_relaxed);
      awake.value.store(round + 1, std::memory_order_release);
    }
  });
  std::vector<double> each;
  if (!partner.is_ready()) return each;
  each.reserve(sleeps.times);
  for (std::uint32_t round = 0;
       round < sleeps.times && (round < sleeps.times_min || now() < latest); ++round) {
    spin(going.value, [round](std::uint64_t value) { return value == round + 1; });
    spin_for(sleep);
    const std::int64_t begin_ns = now().count();
    word.store(round + 1, std::memory_order_release);
    futex_wake(word);
    spin(awake.value, [round](std::uint64_t value) { return value == round + 1; });
    const std::int64_t end_ns = woken_at_ns.load(std::memory_order_relaxed);
    if (end_ns > begin_ns) each.push_back(static_cast<double>(end_ns - begin_ns));
  }
  word.store(end, std::memory_order_release);
  futex_wake(word);
  return each;
}

Work bounce_line(CpuPair cpus, std::uint64_t times) { return LineBounce(cpus).bounce(times); }

Work add_contended(CpuPair cpus, std::uint64_t times) { return ContendedAdd(cpus).add(times); }

Work bounce_futex(CpuPair cpus, std::uint64_t times) { return FutexBounce(cpus).bounce(times); }

}  // namespace troupe::bench
