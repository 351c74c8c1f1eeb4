#pragma once
// Two threads on two CPUs, and what they can do to one another. On virtual machines the two are
// sometimes near and sometimes far, so every figure of two CPUs needs these beside it.

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <sched.h>
#include <thread>
#include <vector>

#include "bench/row.hpp"
#include "troupe/time.hpp"

namespace troupe::bench {

struct CpuPair {
  int here = 0;   // Of the measuring thread.
  int there = 1;  // Of the other one.
};
// The first two CPUs that this thread may run on. None: it may use one only.
[[nodiscard]] std::optional<CpuPair> cpu_pair();

// Keeps the calling thread on one CPU.
// Thread: the one that made it; its destructor lets the thread run where it could before.
class Pinned {
 public:
  explicit Pinned(int cpu);
  Pinned(const Pinned&) = delete;
  Pinned& operator=(const Pinned&) = delete;
  ~Pinned();

  // False: the kernel does not allow it.
  [[nodiscard]] bool is_pinned() const { return is_pinned_; }

 private:
  cpu_set_t before_ = {};
  bool is_pinned_ = false;
};

// What one thread writes and another waits for, on a cache line of its own.
struct alignas(64) Line {
  std::atomic<std::uint64_t> value{0};
};

// A second thread on the other CPU, and this one pinned to its own, for as long as this lives.
// Thread: the one that made it.
// Owns:   the thread; stop it, by what its body waits for, before this is destroyed.
// Errors: where one of the two can't be pinned, is_ready() is false and the body never runs.
class Partner {
 public:
  Partner(CpuPair cpus, std::function<void()> body);
  Partner(const Partner&) = delete;
  Partner& operator=(const Partner&) = delete;
  ~Partner();

  [[nodiscard]] bool is_ready() const { return is_ready_; }

 private:
  Line state_;
  std::thread thread_;
  Pinned here_;
  bool is_ready_ = false;
};

// One cache line that goes there and back.
// Thread: the one that made it. Cost: the partner spins for as long as this lives.
class LineBounce {
 public:
  explicit LineBounce(CpuPair cpus);
  LineBounce(const LineBounce&) = delete;
  LineBounce& operator=(const LineBounce&) = delete;
  ~LineBounce();

  // Round trips; the sum is 1 for each that came back with the next number.
  [[nodiscard]] Work bounce(std::uint64_t times);

 private:
  Line line_;
  Partner partner_;
};

// Atomic adds to one line by both threads at once.
// Thread: the one that made it. Cost: the partner spins for as long as this lives.
class ContendedAdd {
 public:
  explicit ContendedAdd(CpuPair cpus);
  ContendedAdd(const ContendedAdd&) = delete;
  ContendedAdd& operator=(const ContendedAdd&) = delete;
  ~ContendedAdd();

  // So many adds, half of them by each thread; count and sum are what the line grew by.
  [[nodiscard]] Work add(std::uint64_t times);

 private:
  void serve();

  Line counter_;
  Line order_;  // 2 n + 1: add n; even: nothing to do.
  Line done_;   // How many orders the partner has carried out.
  std::uint64_t orders_ = 0;
  Partner partner_;
};

// Two threads that sleep in turns and wake each other through the kernel.
// Thread: the one that made it.
class FutexBounce {
 public:
  explicit FutexBounce(CpuPair cpus);
  FutexBounce(const FutexBounce&) = delete;
  FutexBounce& operator=(const FutexBounce&) = delete;
  ~FutexBounce();

  // Round trips of two wake-ups; the sum is what the partner counted.
  [[nodiscard]] Work bounce(std::uint64_t times);

 private:
  void serve();

  std::atomic<std::uint32_t> turn_{0};  // 0: this thread's, 1: the partner's, 2: the end.
  std::atomic<std::uint64_t> served_{0};
  Partner partner_;
};

struct Sleeps {
  std::uint32_t times = 1;
  // What is left after `at_most` is left out, but `times_min` are tried all the same.
  std::uint32_t times_min = 0;
  Duration at_most = std::chrono::seconds(1);
};
// How long a sleeper takes from the wake to its first instruction, in ns, once for each sleep of
// about a tenth of a millisecond; sleeps that the waker came too early for are left out.
[[nodiscard]] std::vector<double> wake_up_ns(CpuPair cpus, const Sleeps& sleeps);

// The same as the members, with a partner that lives as long as the call.
[[nodiscard]] Work bounce_line(CpuPair cpus, std::uint64_t times);
[[nodiscard]] Work add_contended(CpuPair cpus, std::uint64_t times);
[[nodiscard]] Work bounce_futex(CpuPair cpus, std::uint64_t times);

}  // namespace troupe::bench
