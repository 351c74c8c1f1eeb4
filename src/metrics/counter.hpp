#pragma once
// A number that one thread counts up and any thread reads.

#include <atomic>
#include <cstdint>

namespace troupe {

// Thread: add() by one thread at a time; value() by any.
// Cost:   a plain load and store, no locked instruction.
class Counter {
 public:
  Counter() = default;
  Counter(const Counter&) = delete;
  Counter& operator=(const Counter&) = delete;
  ~Counter() = default;

  void add(std::uint64_t count = 1) {
    value_.store(value_.load(std::memory_order_relaxed) + count, std::memory_order_relaxed);
  }
  // What had been counted a moment ago.
  [[nodiscard]] std::uint64_t value() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<std::uint64_t> value_ = 0;
};

}  // namespace troupe
