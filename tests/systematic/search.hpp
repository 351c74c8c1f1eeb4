#pragma once
// Every execution, one after the other: depth first over all that a strategy decides.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "strategy.hpp"

namespace troupe::systematic {

// States by their fingerprints, each with the threads that need not run from there.
//
// Method: hash compaction (P. Wolper, D. Leroy, CAV 1993): 64 bits stand for a state, so two states
//         are taken for one with a probability below n^2 / 2^65.
// Thread: one.
// Bounds: 16 bytes for each state, at most half of them in use.
class StateSet {
 public:
  StateSet() : slots_(1024) {}

  // Its sleeping threads; `is_new` if it was not there, and is now.
  ThreadSet& find(std::uint64_t state, bool& is_new);
  [[nodiscard]] std::size_t count() const { return count_; }

 private:
  struct Slot {
    std::uint64_t state = 0;  // 0: nobody's.
    ThreadSet sleeping = 0;
  };

  void grow();

  std::vector<Slot> slots_;
  std::size_t count_ = 0;
};

// The next execution begins like the last and differs in the last decision that has something left.
//
// A reduction leaves out decisions whose outcome is known: a state that was reached before is not
// searched again, and with sleep sets what commutes is tried in one order. All of them reach the
// same states.
//
// Method: P. Godefroid, "Partial-order methods for the verification of concurrent systems", LNCS
//         1032, 1996, chapters 5 and 6 (sleep sets with state matching); M. Musuvathi et al.,
//         CHESS, OSDI 2008 (replaying from the start instead of keeping states).
// Thread: one.
// Bounds: as StateSet.
class Search final : public Strategy {
 public:
  enum class Reduction : std::uint8_t { none, states, sleep_sets_and_states };

  explicit Search(Reduction reduction) : reduction_(reduction) {}

  // Before each execution but the first. False: there is no further one.
  bool advance();

  ThreadIndex pick_thread(const Execution& execution, ThreadSet enabled,
                          ThreadIndex running) override;
  unsigned pick_age(unsigned count) override;
  bool pick_spurious_failure() override { return false; }

  [[nodiscard]] std::size_t states() const { return states_.count(); }
  // The decisions of this execution, for Replay.
  [[nodiscard]] std::string schedule() const;

 private:
  struct Decision {
    bool is_age = false;
    std::uint8_t chosen = 0;  // A thread, or an age.
    std::uint8_t count = 0;   // Of ages.
    ThreadSet left = 0;       // Threads to try.
    ThreadSet sleeping = 0;   // Threads whose turn, taken here, leads to what is known.
    ThreadSet inherited = 0;  // Those that still sleep after `chosen`.
  };

  [[nodiscard]] Decision decide(const Execution& execution, ThreadSet enabled);
  static void wake(const Execution& execution, Decision& decision);

  Reduction reduction_;
  StateSet states_;
  std::vector<Decision> decisions_;
  std::size_t depth_ = 0;
  ThreadSet sleeping_ = 0;  // At the next thread's turn.
};

// The decisions of a schedule, as Search wrote it; the first possible ones when it has ended.
// Thread: one.
class Replay final : public Strategy {
 public:
  explicit Replay(std::string_view schedule) : schedule_(schedule) {}

  ThreadIndex pick_thread(const Execution& execution, ThreadSet enabled,
                          ThreadIndex running) override;
  unsigned pick_age(unsigned count) override;
  bool pick_spurious_failure() override { return false; }

 private:
  unsigned next();

  std::string_view schedule_;
};

}  // namespace troupe::systematic
