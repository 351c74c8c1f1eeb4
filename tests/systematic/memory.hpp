#pragma once
// Memory as the C++ memory model lets threads see it: which stores a load may read, what an acquire
// brings along, which accesses race.

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdint>
#include <vector>

namespace troupe::systematic {

// Thread 0 sets a model up and judges its end; the others are the model's.
constexpr std::size_t threads_max = 8;
// Atomics of one execution, destroyed ones included. A View has an entry for each, so it costs
// time.
constexpr std::size_t locations_max = 56;

using ThreadIndex = std::uint32_t;
using LocationIndex = std::uint16_t;

// What a thread, or whoever reads a message it left, has to know of: how far each thread had come
// (happens-before), and the oldest store of each atomic that may still be read (coherence).
// Thread: one.
struct View {
  alignas(16) std::array<std::uint16_t, threads_max> clock{};
  alignas(16) std::array<std::uint16_t, locations_max> oldest{};

  void join(const View& other) {
    for (std::size_t i = 0; i < threads_max; ++i) clock[i] = std::max(clock[i], other.clock[i]);
    for (std::size_t i = 0; i < locations_max; ++i)
      oldest[i] = std::max(oldest[i], other.oldest[i]);
  }
};

// An operational model of C++20's atomics. Each location keeps its stores in modification order,
// each store with the view of the thread that released it; a load reads any store that its thread's
// view allows, an acquire joins the view of the store that it read; read-modify-writes read the
// newest. seq_cst goes through one more view, of the oldest stores that seq_cst loads may read:
// the order of execution is the total order of seq_cst operations. Data outside atomics has the
// clocks of its last write and its last reads, so a missing release or acquire shows as a race.
//
// What it leaves out, so what is never tried: stores that become visible out of their thread's
// order of execution (load buffering, 2+2W), and values read before they are written.
//
// Method: B. Norris, B. Demsky, "CDSChecker", OOPSLA 2013 (stores that may be read, release
//         sequences, clocks); J. Kang et al., "A promising semantics for relaxed-memory
//         concurrency", POPL 2017 (views on messages and threads, without the promises); O. Lahav
//         et al., "Repairing sequential consistency in C/C++11", PLDI 2017 (what seq_cst means).
// Thread: one.
// Bounds: threads_max, locations_max; 65,535 operations of a thread, 65,535 stores to a location.
class Memory {
 public:
  Memory() { locations_.resize(locations_max); }

  // Forgets everything. `is_weak`: otherwise every load reads the newest store.
  void begin(bool is_weak);
  // `thread` begins, or `into` waited for its end: what came before happens before.
  void start_thread(ThreadIndex thread, ThreadIndex by) {
    threads_[thread] = threads_[by];
    tick(thread);
  }
  void join_thread(ThreadIndex ended, ThreadIndex into) {
    threads_[into].now.join(threads_[ended].now);
  }

  // --- Atomics. What is wrong with an access is said by `misuse`, before it is made.
  [[nodiscard]] bool has_room() const { return count_ < locations_max; }
  LocationIndex add(ThreadIndex thread, std::uint64_t value);
  [[nodiscard]] const char* remove(ThreadIndex thread, LocationIndex index);
  [[nodiscard]] const char* misuse(ThreadIndex thread, LocationIndex index);

  // How many stores a load may read: the newest, and the ones before it.
  [[nodiscard]] unsigned readable(ThreadIndex thread, LocationIndex index,
                                  std::memory_order order) const;
  // `age`: 0 for the newest store, below readable().
  std::uint64_t load(ThreadIndex thread, LocationIndex index, std::memory_order order,
                     unsigned age);
  // What a load of that age would read.
  [[nodiscard]] std::uint64_t value(LocationIndex index, unsigned age = 0) const {
    const auto& stores = locations_[index].stores;
    return stores[stores.size() - 1 - age].value;
  }
  void store(ThreadIndex thread, LocationIndex index, std::memory_order order, std::uint64_t value);
  // A read-modify-write: the value that it found is value(location) before.
  void update(ThreadIndex thread, LocationIndex index, std::memory_order order,
              std::uint64_t value);
  void fence(ThreadIndex thread, std::memory_order order);
  // Stores become visible in the end: the thread's next loads read the newest ones of now.
  void catch_up(ThreadIndex thread);

  // Stores of everybody but `thread`.
  [[nodiscard]] std::uint64_t stores_of_others(ThreadIndex thread) const {
    return stores_ - threads_[thread].stores;
  }
  [[nodiscard]] std::size_t count() const { return count_; }

  // --- Data outside atomics. What is returned is a race, or null.
  std::uint32_t add_plain(ThreadIndex thread);
  [[nodiscard]] const char* read_plain(ThreadIndex thread, std::uint32_t index);
  [[nodiscard]] const char* write_plain(ThreadIndex thread, std::uint32_t index);
  [[nodiscard]] const char* remove_plain(ThreadIndex thread, std::uint32_t index);

 private:
  struct Store {
    std::uint64_t value = 0;
    View released = {};
  };
  // When something was done, by whom.
  struct Moment {
    ThreadIndex thread = 0;
    std::uint16_t clock = 0;
  };
  struct Location {
    std::vector<Store> stores;
    Moment born;
    std::array<std::uint16_t, threads_max> uses{};
    bool is_gone = false;
  };
  struct Plain {
    Moment written;
    std::array<std::uint16_t, threads_max> reads{};
    bool is_gone = false;
  };
  struct Thread {
    View now;
    View acquirable;  // What relaxed loads have read, for an acquire fence.
    View releasable;  // `now` at the last release fence, for relaxed stores.
    std::uint64_t stores = 0;
  };

  [[nodiscard]] bool knows(ThreadIndex thread, Moment moment) const {
    return moment.clock <= threads_[thread].now.clock[moment.thread];
  }
  [[nodiscard]] bool knows_all(ThreadIndex thread,
                               const std::array<std::uint16_t, threads_max>& clocks) const {
    const auto& known = threads_[thread].now.clock;
    for (std::size_t i = 0; i < threads_max; ++i) {
      if (clocks[i] > known[i]) return false;
    }
    return true;
  }
  std::uint16_t tick(ThreadIndex thread) { return ++threads_[thread].now.clock[thread]; }
  void read(ThreadIndex thread, const Store& store, std::memory_order order);
  void append(ThreadIndex thread, LocationIndex index, std::memory_order order, std::uint64_t value,
              const View* continued);

  std::vector<Location> locations_;
  std::size_t count_ = 0;
  std::vector<Plain> plains_;
  std::array<Thread, threads_max> threads_{};
  View sequential_;
  std::uint64_t stores_ = 0;
  bool is_weak_ = false;
};

}  // namespace troupe::systematic
