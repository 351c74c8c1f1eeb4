#pragma once
// Chance decides, and a seed decides chance.

#include <array>
#include <bit>
#include <cstdint>

#include "base/split_mix.hpp"
#include "strategy.hpp"

namespace troupe::systematic {

// Each execution has a temper of its own: how long a thread tends to go on, how old the stores are
// that loads read. Bugs that need a long run of one thread, or many changes, are both met often.
//
// Method: G. Steele et al., "Fast splittable pseudorandom number generators" (SplitMix),
//         OOPSLA 2014.
// Thread: one.
class RandomStrategy final : public Strategy {
 public:
  explicit RandomStrategy(std::uint64_t seed) : state_(seed) {
    (void)next();
    const std::uint64_t temper = next();
    stay_ = std::array<std::uint8_t, 4>{0, 128, 192, 240}[temper & 3U];
    newest_ = std::array<std::uint8_t, 4>{32, 96, 160, 224}[(temper >> 2U) & 3U];
  }

  ThreadIndex pick_thread(const Execution& /*execution*/, ThreadSet enabled,
                          ThreadIndex running) override {
    const auto count = static_cast<unsigned>(std::popcount(enabled));
    if (count > 1) {
      if (contains(enabled, running) && chance(stay_)) return running;
      for (unsigned skipped = below(count); skipped > 0; --skipped) enabled &= enabled - 1;
    }
    return static_cast<ThreadIndex>(std::countr_zero(enabled));
  }
  unsigned pick_age(unsigned count) override { return chance(newest_) ? 0 : below(count); }
  bool pick_spurious_failure() override { return chance(8); }

 private:
  std::uint64_t next() { return split_mix(state_); }
  unsigned below(unsigned bound) { return static_cast<unsigned>(((next() >> 32U) * bound) >> 32U); }
  bool chance(unsigned of_256) { return (next() >> 56U) < of_256; }

  std::uint64_t state_;
  unsigned stay_ = 0;
  unsigned newest_ = 0;
};

}  // namespace troupe::systematic
