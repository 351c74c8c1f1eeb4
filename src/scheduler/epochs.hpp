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

namespace troupe {

// Of one who pushes: odd from before it reads a home until after it has pushed there.
//
// Thread: enter(), leave() and is_inside() by its one owner; value() any thread.
template <template <typename> class Atomic = std::atomic>
class alignas(64) PushEpochOver {
 public:
  void enter() {
    // seq_cst: this comes before the owner's look at a home, as the change of a home comes before
    // the mover's look at this word. One of the two sees the other.
    word_.store(word_.load(std::memory_order_relaxed) + 1, std::memory_order_seq_cst);
  }
  // Release: who sees that it has left sees what it has pushed.
  void leave() {
    word_.store(word_.load(std::memory_order_relaxed) + 1, std::memory_order_release);
  }
  [[nodiscard]] bool is_inside() const { return word_.load(std::memory_order_relaxed) % 2 != 0; }
  [[nodiscard]] std::uint64_t value() const { return word_.load(std::memory_order_seq_cst); }

 private:
  Atomic<std::uint64_t> word_{0};
};

// Is over once everybody who was inside when it began has left; whoever has entered since has seen
// what was changed before it began.
//
// Thread: one at a time. `epochs` outlives it.
// Method: P. McKenney, J. Slingwine, "Read-copy update: using execution history to solve
//         concurrency problems", PDCS 1998.
template <template <typename> class Atomic = std::atomic>
class GracePeriodOver {
 public:
  explicit GracePeriodOver(std::span<const PushEpochOver<Atomic>> epochs) {
    for (const auto& epoch : epochs) {
      const std::uint64_t value = epoch.value();
      if (value % 2 != 0) waiting_.push_back({&epoch, value});
    }
  }

  [[nodiscard]] bool is_over() {
    std::erase_if(waiting_, [](const Wait& one) { return one.epoch->value() != one.value; });
    return waiting_.empty();
  }

 private:
  struct Wait {
    const PushEpochOver<Atomic>* epoch;
    std::uint64_t value;
  };
  std::vector<Wait> waiting_;
};

using PushEpoch = PushEpochOver<>;
using GracePeriod = GracePeriodOver<>;

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
