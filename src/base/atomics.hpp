#pragma once
// What a protocol between threads is made of, as a parameter of its templates: std::atomic here; in
// tests/systematic, atomics under which interleavings and weak memory are tried one by one.

#include <atomic>
#include <string_view>
#include <thread>

namespace troupe {

// A memory order that a protocol needs, by name. tests/systematic weakens each by itself, and sees
// the protocol fail; relaxed operations need no name.
struct Ordering {
  std::string_view site;  // "class.purpose", unique in the program.
  std::memory_order order;
};

// The policy of production, the default of every template that takes one.
// Thread: any thread.
struct StdAtomics {
  template <typename T>
  using Atomic = std::atomic<T>;
  // For what only says how much there is. A model leaves it out where nobody asks.
  template <typename T>
  using Count = std::atomic<T>;

  // For a loop around a weak compare-and-exchange: what it may find. Any value would do; a look at
  // the real one would take its cache line twice, to read it and then to write it.
  template <typename T>
  static constexpr T guess(const std::atomic<T>& /*atomic*/) {
    return T{};
  }
  static consteval std::memory_order order(const Ordering& ordering) { return ordering.order; }
  static void fence(std::memory_order order) { std::atomic_thread_fence(order); }
  // In a loop that waits for another thread's store.
  static void pause() { std::this_thread::yield(); }
};

}  // namespace troupe
