#pragma once
// One run of a model: its threads take turns, one operation on an atomic at a time, as a strategy
// says.

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/atomics.hpp"
#include "fiber.hpp"
#include "memory.hpp"
#include "strategy.hpp"

namespace troupe::systematic {

// A memory order, and the name it has in the protocol if it has one.
struct Order {
  // NOLINTNEXTLINE(google-explicit-constructor): stands where a std::memory_order would.
  constexpr Order(std::memory_order value) : order(value) {}
  constexpr Order(std::memory_order value, const Ordering& name) : order(value), named(&name) {}

  std::memory_order order;
  const Ordering* named = nullptr;
};

// One ordering, weaker than the protocol has it.
struct Weakening {
  std::string_view site = {};
  std::memory_order order = std::memory_order_relaxed;
};

enum class Access : std::uint8_t { load, store, update, fence };

// What a thread does next. Until then it is announced, so that a search knows what commutes.
struct Step {
  enum class Kind : std::uint8_t {
    read,
    write,  // Read-modify-writes too.
    take,   // A write that waits until the value is not 0.
    await,  // A read that waits until none of `bits` is set.
    pause,  // Waits until others have stored something.
    fence,
  };
  Kind kind = Kind::fence;
  LocationIndex location = 0;
  std::uint64_t bits = 0;
};

[[nodiscard]] std::string_view to_string(std::memory_order order);

// Whether the order of two steps may matter.
[[nodiscard]] bool depend(const Step& one, const Step& other);

// Thread: one; the model's threads are fibers on it.
// Owns:   what the model makes. Memory of what it destroys is kept to the end, so that a use after
//         destruction is told, and not undefined.
// Bounds: threads_max - 1 threads, steps_max operations, arena_bytes of data.
class Execution {
 public:
  static constexpr std::uint32_t steps_max = 20'000;
  static constexpr std::size_t arena_bytes = std::size_t{256} * 1024;

  enum class Outcome : std::uint8_t { passed, failed, pruned };
  struct Mode {
    bool is_weak = true;           // Else sequentially consistent.
    bool names_orders = true;      // Orders stronger than relaxed need a name (Ordering).
    bool keeps_histories = false;  // For fingerprint().
    bool traces = false;           // For trace().
    bool records_sites = false;    // For sites().
    Weakening weakening = {};
  };

  Execution();
  Execution(const Execution&) = delete;
  Execution& operator=(const Execution&) = delete;
  ~Execution();

  // --- For models

  // Before the threads begin, or in one of them. Lives until destroy(), else to the end.
  template <typename T, typename... Arguments>
  T& make(Arguments&&... arguments) {
    T* const made = std::construct_at(static_cast<T*>(allocate(sizeof(T), alignof(T))),
                                      std::forward<Arguments>(arguments)...);
    made_.push_back({made, [](void* object) { static_cast<T*>(object)->~T(); }});
    return *made;
  }
  void destroy(void* object);
  // Likewise, but its owner destroys it, in place; its memory is kept.
  template <typename T, typename... Arguments>
  T* make_owned(Arguments&&... arguments) {
    return std::construct_at(static_cast<T*>(allocate(sizeof(T), alignof(T))),
                             std::forward<Arguments>(arguments)...);
  }
  // A thread; all begin together, when the model is set up. `name` outlives the execution.
  void thread(std::string_view name, std::function<void()> body);
  // Judges what has become of it when every thread has ended.
  void at_end(std::function<void()> judge) { judges_.push_back(std::move(judge)); }
  // Ends the execution unless `is_so`.
  void require(bool is_so, std::string_view what) {
    if (!is_so) fail(what);
  }
  [[noreturn]] void fail(std::string_view what);
  // A promise of the calling thread: what it does from here on depends, but for what it will read,
  // on nothing but `state` and where in its code it calls this (name that in `state` too). States
  // that differ in its past alone are then one to a search.
  void forget_past(std::uint64_t state);
  // What stands for the calling thread's past; for a loop that promises to forget, each time round,
  // all but what was before it.
  [[nodiscard]] std::uint64_t past() const { return threads_[running_].history; }

  // --- For atomics and data of models

  // The one that runs.
  [[nodiscard]] static Execution& current() { return *current_; }
  LocationIndex add_atomic(std::uint64_t value);
  void remove_atomic(LocationIndex location);
  std::uint64_t load(LocationIndex location, Order order);
  void store(LocationIndex location, Order order, std::uint64_t value);
  // `change(old)` is the new value; the old one is returned.
  template <typename Change>
  std::uint64_t update(LocationIndex location, Order order, Change change) {
    before(location, order, Access::update);
    const std::uint64_t old = memory_.value(location);
    finish_update(location, order, old, change(old));
    return old;
  }
  // Whether it stored `desired`; what it found stands in `expected`.
  //
  // With `is_retried` it stands in a loop that does nothing but by the success that ends it: a
  // failure is as good as having begun the loop later. So it may fail for no reason under weak
  // memory; under sequential consistency the retry follows at once, and the two are one step.
  // Method: M. Kokologiannakis et al., "Dynamic partial order reductions for spinloops", FMCAD
  // 2021.
  bool compare_exchange(LocationIndex location, std::uint64_t& expected, std::uint64_t desired,
                        Order success, Order failure, bool is_retried);
  // What such a loop begins with. Under sequential consistency 0, which is as good as any.
  std::uint64_t guess(LocationIndex location);
  // Waits until the value is not 0, then takes 1 from it.
  void take(LocationIndex location);
  // Adds 1 to the value, unless it is `at_most` already.
  void give(LocationIndex location, std::uint64_t at_most);
  // Waits until the value has none of `bits`.
  void await(LocationIndex location, std::uint64_t bits);
  void fence(Order order);
  void pause();
  // The calling thread; 0 sets up or judges.
  [[nodiscard]] ThreadIndex own_thread() const { return running_; }
  // The order that `ordering` has in this execution.
  [[nodiscard]] Order order_of(const Ordering& ordering) const;

  std::uint32_t add_plain() { return memory_.add_plain(running_); }
  void remove_plain(std::uint32_t index, std::uint64_t value);
  void read_plain(std::uint32_t index, std::uint64_t value);
  void write_plain(std::uint32_t index, std::uint64_t old, std::uint64_t value);

  // --- For checkers

  Outcome run(const std::function<void(Execution&)>& set_up, Strategy& strategy, const Mode& mode);
  [[nodiscard]] const std::string& failure() const { return failure_; }
  [[nodiscard]] const std::vector<std::string>& trace() const { return trace_; }
  [[nodiscard]] std::uint32_t steps() const { return steps_; }
  // What `thread` does next. REQUIRES: it has not ended.
  [[nodiscard]] const Step& next_step(ThreadIndex thread) const { return threads_[thread].next; }
  // Of memory, and of all that the threads have seen: two executions that come to the same go on
  // alike.
  [[nodiscard]] std::uint64_t fingerprint() const;
  struct Use {
    const Ordering* site;
    Access access;
  };
  // The named orders of the executions so far that recorded them.
  [[nodiscard]] const std::vector<Use>& sites() const { return sites_; }

 private:
  struct Abandoned {};  // Ends set-up, or the judge.
  struct Thread {
    std::string_view name;
    std::function<void()> body;
    std::unique_ptr<Fiber> fiber;
    Step next;
    std::uint64_t history = 0;
    std::uint64_t others_stores = 0;  // When it paused last.
    bool has_paused = false;
    bool retries = false;  // A compare-and-exchange, at once.
  };
  struct Made {
    void* object;
    void (*destructor)(void*);
  };

  void* allocate(std::size_t bytes, std::size_t alignment);
  static void fiber_body(void* execution);
  void begin_threads();
  void bury_threads();
  void judge_end();
  void clean_up();

  // The scheduling point: returns when the step may be done.
  void before(LocationIndex location, Order order, Access access);
  void announce(Step step);
  void pass_on();
  [[nodiscard]] ThreadIndex choose();
  [[nodiscard]] ThreadSet enabled() const;
  [[nodiscard]] bool is_enabled(ThreadIndex thread) const;
  void finish_update(LocationIndex location, Order order, std::uint64_t old, std::uint64_t value);
  void note(std::uint64_t seen);
  void note_failure(std::string_view what);
  void note_failure_of_all(std::string what);
  void record(Order order, Access access);
  void tell(std::string_view verb, LocationIndex location, Order order, std::uint64_t value);
  [[nodiscard]] std::string deadlock() const;

  inline static Execution* current_ = nullptr;

  Mode mode_;
  Strategy* strategy_ = nullptr;
  Memory memory_;
  std::array<Thread, threads_max> threads_;  // [0] sets up and judges.
  ThreadIndex thread_count_ = 1;
  ThreadIndex running_ = 0;
  ThreadSet alive_ = 0;
  ThreadSet waiting_ = 0;  // Those whose next step may have to wait.
  bool is_beginning_ = false;
  bool is_abandoned_ = false;
  bool is_pruned_ = false;
  std::uint32_t steps_ = 0;
  std::string failure_;
  std::vector<std::string> trace_;
  std::vector<Use> sites_;
  std::vector<std::function<void()>> judges_;
  std::uint64_t plain_hash_ = 0;
  std::unique_ptr<std::byte[]> arena_;
  std::size_t arena_used_ = 0;
  std::vector<Made> made_;
};

}  // namespace troupe::systematic
