#pragma once
// How an actor changes its home without being overtaken by what is on its way to the old one: it
// waits until nobody is between reading where it lived and pushing there.

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <span>
#include <vector>

#include "base/atomics.hpp"

namespace troupe {

// Of one who pushes: odd from before it reads a home until after it has pushed there.
//
// Thread: enter(), leave() and is_inside() by its one owner; look() and has_changed() any thread.
template <typename Atomics = StdAtomics>
class alignas(64) BasicPushEpoch {
 public:
  void enter() {
    word_.store(word_.load(std::memory_order_relaxed) + 1, Atomics::order(enter_order));
  }
  void leave() {
    word_.store(word_.load(std::memory_order_relaxed) + 1, Atomics::order(leave_order));
  }
  [[nodiscard]] bool is_inside() const { return word_.load(std::memory_order_relaxed) % 2 != 0; }
  // The word. REQUIRES: what is not to be seen any more by those who enter was changed before.
  [[nodiscard]] std::uint64_t look() const { return word_.load(Atomics::order(look_order)); }
  // Whether it is another by now: then the section in which it was looked at is over.
  [[nodiscard]] bool has_changed(std::uint64_t since) const {
    return word_.load(Atomics::order(wait_order)) != since;
  }

 private:
  // The owner enters, then reads a home; the mover changes the home, then looks here: one of the
  // two sees the other (PlaceWord has the other two). Who sees that the owner has left sees what it
  // did.
  static constexpr Ordering enter_order{"PushEpoch.enter", std::memory_order_seq_cst};
  static constexpr Ordering look_order{"PushEpoch.look", std::memory_order_seq_cst};
  static constexpr Ordering leave_order{"PushEpoch.leave", std::memory_order_release};
  static constexpr Ordering wait_order{"PushEpoch.wait", std::memory_order_acquire};

  Atomics::template Atomic<std::uint64_t> word_{0};
};

// Is over once everybody who was inside when it began has left; whoever has entered since has seen
// what was changed before it began.
//
// Thread: one at a time. `epochs` outlives it.
// Method: P. McKenney, J. Slingwine, "Read-copy update: using execution history to solve
//         concurrency problems", PDCS 1998.
template <typename Atomics = StdAtomics>
class BasicGracePeriod {
 public:
  explicit BasicGracePeriod(std::span<const BasicPushEpoch<Atomics>> epochs) {
    for (const auto& epoch : epochs) {
      const std::uint64_t value = epoch.look();
      if (value % 2 != 0) waiting_.push_back({&epoch, value});
    }
  }

  [[nodiscard]] bool is_over() {
    std::erase_if(waiting_, [](const Wait& one) { return one.epoch->has_changed(one.value); });
    return waiting_.empty();
  }

 private:
  struct Wait {
    const BasicPushEpoch<Atomics>* epoch;
    std::uint64_t value;
  };
  std::vector<Wait> waiting_;
};

// Whether anything more is taken in. Who brings something looks from inside its PushEpoch: once a
// grace period is over that began after close(), nothing comes any more.
//
// Thread: any thread.
template <typename Atomics = StdAtomics>
class BasicGate {
 public:
  void close() { is_closed_.store(true, Atomics::order(close_order)); }
  [[nodiscard]] bool is_closed() const { return is_closed_.load(Atomics::order(look_order)); }

 private:
  // As a home and the look at it (PlaceWord).
  static constexpr Ordering close_order{"Gate.close", std::memory_order_seq_cst};
  static constexpr Ordering look_order{"Gate.look", std::memory_order_seq_cst};

  Atomics::template Atomic<bool> is_closed_{false};
};

using Gate = BasicGate<>;
using PushEpoch = BasicPushEpoch<>;
using GracePeriod = BasicGracePeriod<>;

// Everybody who pushes to the actors of a node: some owners with a number, and any other thread.
//
// Thread: of(owner) as PushEpoch has it; the rest any thread.
class PushEpochs {
 public:
  explicit PushEpochs(std::size_t owners)
      : count_(owners + stripe_count), epochs_(std::make_unique<PushEpoch[]>(count_)) {}

  [[nodiscard]] PushEpoch& of(std::size_t owner) { return epochs_[stripe_count + owner]; }
  [[nodiscard]] GracePeriod begin_grace() const {
    return GracePeriod(std::span<const PushEpoch>(epochs_.get(), count_));
  }

  // The calling thread pushes while it lives. Threads without a number of their own share some
  // words; those of one word wait for each other.
  class Outside {
   public:
    explicit Outside(PushEpochs& epochs) : Outside(epochs, own_stripe()) {}
    Outside(const Outside&) = delete;
    Outside& operator=(const Outside&) = delete;
    ~Outside() { epoch_.leave(); }

   private:
    Outside(PushEpochs& epochs, std::size_t stripe)
        : lock_(epochs.mutexes_.at(stripe)), epoch_(epochs.epochs_[stripe]) {
      epoch_.enter();
    }

    std::lock_guard<std::mutex> lock_;
    PushEpoch& epoch_;
  };

 private:
  static constexpr std::size_t stripe_count = 16;

  // Registers the calling thread: in turn over the stripes.
  static std::size_t own_stripe() {
    static std::atomic<std::size_t> next{0};
    thread_local const std::size_t own = next.fetch_add(1, std::memory_order_relaxed);
    return own % stripe_count;
  }

  std::size_t count_;
  std::unique_ptr<PushEpoch[]> epochs_;  // The stripes, then the owners.
  std::array<std::mutex, stripe_count> mutexes_;
};

}  // namespace troupe
