#pragma once
// What protocols are instantiated with in a model, where production has std::atomic.

#include <cstdint>
#include <cstring>
#include <mutex>
#include <type_traits>

#include "base/atomics.hpp"
#include "execution.hpp"
#include "scheduler/drive.hpp"
#include "troupe/time.hpp"

namespace troupe::systematic {

// What fits a model's memory.
template <typename T>
concept Word = std::is_trivially_copyable_v<T> && sizeof(T) <= sizeof(std::uint64_t);

template <Word T>
[[nodiscard]] std::uint64_t to_word(T value) {
  std::uint64_t word = 0;
  std::memcpy(&word, static_cast<const void*>(&value), sizeof(T));
  return word;
}

template <Word T>
[[nodiscard]] T from_word(std::uint64_t word) {
  T value{};
  std::memcpy(static_cast<void*>(&value), &word, sizeof(T));
  return value;
}

// std::atomic, in the memory of the current execution.
// Thread: any thread of the model.
template <Word T>
class Atomic {
 public:
  Atomic() : Atomic(T{}) {}
  // NOLINTNEXTLINE(google-explicit-constructor): as in std::atomic.
  Atomic(T value) : location_(Execution::current().add_atomic(to_word(value))) {}
  Atomic(const Atomic&) = delete;
  Atomic& operator=(const Atomic&) = delete;
  ~Atomic() { Execution::current().remove_atomic(location_); }

  [[nodiscard]] T load(Order order = std::memory_order_seq_cst) const {
    return from_word<T>(Execution::current().load(location_, order));
  }
  [[nodiscard]] T guess() const { return from_word<T>(Execution::current().guess(location_)); }
  void store(T value, Order order = std::memory_order_seq_cst) {
    Execution::current().store(location_, order, to_word(value));
  }
  T exchange(T value, Order order = std::memory_order_seq_cst) {
    return update(order, [value](T) { return value; });
  }
  // In a loop that has no effects but by the success that ends it (Execution::compare_exchange).
  bool compare_exchange_weak(T& expected, T desired, Order success, Order failure) {
    return compare_exchange(expected, desired, success, failure, true);
  }
  bool compare_exchange_strong(T& expected, T desired, Order success, Order failure) {
    return compare_exchange(expected, desired, success, failure, false);
  }
  T fetch_add(T by, Order order = std::memory_order_seq_cst) {
    return update(order, [by](T old) { return static_cast<T>(old + by); });
  }
  T fetch_sub(T by, Order order = std::memory_order_seq_cst) {
    return update(order, [by](T old) { return static_cast<T>(old - by); });
  }
  T fetch_or(T with, Order order = std::memory_order_seq_cst) {
    return update(order, [with](T old) { return static_cast<T>(old | with); });
  }
  T fetch_and(T with, Order order = std::memory_order_seq_cst) {
    return update(order, [with](T old) { return static_cast<T>(old & with); });
  }

 private:
  template <typename Change>
  T update(Order order, Change change) {
    return from_word<T>(Execution::current().update(location_, order, [&change](std::uint64_t old) {
      return to_word(change(from_word<T>(old)));
    }));
  }
  bool compare_exchange(T& expected, T desired, Order success, Order failure, bool is_weak) {
    std::uint64_t found = to_word(expected);
    const bool is_done = Execution::current().compare_exchange(location_, found, to_word(desired),
                                                               success, failure, is_weak);
    if (!is_done) expected = from_word<T>(found);
    return is_done;
  }

  LocationIndex location_;
};

// Data that belongs to one thread at a time, by what the protocol promises: an access that another
// does not happen before ends the execution.
// Thread: any thread of the model, if the protocol is right.
template <Word T>
class Plain {
 public:
  Plain() : Plain(T{}) {}
  // NOLINTNEXTLINE(google-explicit-constructor): stands where a T would.
  Plain(T value) : index_(Execution::current().add_plain()), value_(value) {
    Execution::current().write_plain(index_, 0, to_word(value));
  }
  Plain(const Plain&) = delete;
  ~Plain() { Execution::current().remove_plain(index_, to_word(value_)); }

  Plain& operator=(const Plain& other) { return *this = static_cast<T>(other); }
  Plain& operator=(T value) {
    Execution::current().write_plain(index_, to_word(value_), to_word(value));
    value_ = value;
    return *this;
  }
  // NOLINTNEXTLINE(google-explicit-constructor): stands where a T would.
  operator T() const {
    Execution::current().read_plain(index_, to_word(value_));
    return value_;
  }
  T operator->() const
    requires std::is_pointer_v<T>
  {
    return *this;
  }
  Plain& operator++()
    requires std::is_integral_v<T>
  {
    return *this = static_cast<T>(static_cast<T>(*this) + 1);
  }
  Plain& operator--()
    requires std::is_integral_v<T>
  {
    return *this = static_cast<T>(static_cast<T>(*this) - 1);
  }

 private:
  std::uint32_t index_;
  T value_;
};

// A semaphore of the system: correct by itself, and whoever acquires knows what the releaser did.
// Thread: any thread of the model.
class Semaphore {
 public:
  explicit Semaphore(std::uint64_t count = 0) : location_(Execution::current().add_atomic(count)) {}
  Semaphore(const Semaphore&) = delete;
  Semaphore& operator=(const Semaphore&) = delete;
  ~Semaphore() { Execution::current().remove_atomic(location_); }

  void acquire() { Execution::current().take(location_); }
  void release() { Execution::current().give(location_, UINT64_MAX); }
  // To 1, whatever it was; and to 0.
  void raise() { Execution::current().give(location_, 1); }
  void lower() { Execution::current().give(location_, 0); }

 private:
  LocationIndex location_;
};

// The WakeEvent of a model. A nap never ends by itself, so a wake-up that is lost is a deadlock; a
// shorter wait may end at once, and who waits so again and again while nobody does anything waits
// for ever.
// Thread: as WakeEvent.
class Event {
 public:
  void wait(Duration at_most) {
    if (at_most >= nap) {
      is_set_.acquire();
    } else {
      Execution::current().pause();
      is_set_.lower();
    }
  }
  void set() { is_set_.raise(); }

 private:
  Semaphore is_set_;
};

// A mutex of the system.
// Thread: any thread of the model.
class Mutex {
 public:
  void lock() { is_free_.acquire(); }
  void unlock() { is_free_.release(); }

 private:
  Semaphore is_free_{1};
};

// A condition variable of the system. Nobody wakes for no reason, so a notification that is lost is
// a deadlock; and whoever is woken knows what the mutex tells it, no more.
// Thread: any thread of the model.
class Condition {
 public:
  Condition() : sleepers_(Execution::current().add_atomic(0)) {}
  Condition(const Condition&) = delete;
  Condition& operator=(const Condition&) = delete;
  ~Condition() { Execution::current().remove_atomic(sleepers_); }

  // `is_so` has no effects.
  template <typename Predicate>
  void wait(std::unique_lock<Mutex>& lock, const Predicate& is_so) {
    Execution& run = Execution::current();
    for (const std::uint64_t past = run.past();;) {
      run.forget_past(past);
      if (is_so()) return;
      // To lie down and to unlock are one step of the system. Here a notification may come in
      // between, as it may afterwards; one that comes before finds nobody.
      const std::uint64_t own = std::uint64_t{1} << run.own_thread();
      run.update(sleepers_, std::memory_order_relaxed,
                 [own](std::uint64_t all) { return all | own; });
      lock.unlock();
      run.await(sleepers_, own);
      lock.lock();
    }
  }
  void notify_all() { Execution::current().store(sleepers_, std::memory_order_relaxed, 0); }

 private:
  LocationIndex sleepers_;  // A bit for each.
};

// An ordering as a constant, for policies that have theirs as members: it converts to the order
// that it has in the current execution.
struct NamedOrder {
  Ordering ordering;

  // NOLINTNEXTLINE(google-explicit-constructor): stands where a std::memory_order would.
  operator Order() const { return Execution::current().order_of(ordering); }
};

// The policy of models (StdAtomics is production's).
struct ModelAtomics {
  template <typename T>
  using Atomic = systematic::Atomic<T>;
  template <typename T>
  using Count = systematic::Atomic<T>;

  template <typename T>
  static T guess(const Atomic<T>& atomic) {
    return atomic.guess();
  }
  static Order order(const Ordering& ordering) { return Execution::current().order_of(ordering); }
  static void fence(Order order) { Execution::current().fence(order); }
  static void pause() { Execution::current().pause(); }
};

// Where nobody asks how much there is: every count would be one more step to interleave.
struct UncountedAtomics : ModelAtomics {
  template <typename T>
  class Count {
   public:
    explicit Count(T /*value*/) {}
    static void fetch_add(T /*by*/, Order /*order*/) {}
    static void store(T /*value*/, Order /*order*/) {}
    [[nodiscard]] static T load(Order /*order*/) { return T{}; }
  };
};

}  // namespace troupe::systematic
