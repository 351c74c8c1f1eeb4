#pragma once
// The actor of the rows of load, in C++: each message costs it some time. Its twin is in guests/.

#include <cstdint>

#include "base/format.hpp"
#include "bench/rows/native_actors.hpp"
#include "troupe/actor.hpp"

namespace troupe::bench {

// A chain of steps, each of which needs the one before and which no compiler makes fewer; a
// nanosecond or two each.
inline std::uint64_t grind(std::uint64_t state, std::uint64_t steps) {
  for (std::uint64_t step = 0; step < steps; ++step)
    state = (state ^ (state >> 32U)) * 6'364'136'223'846'793'005ULL;
  return state;
}

// Goes through so many steps as its config says for each message of eight bytes, and counts it; a
// request is answered with what it brought. Any other request is answered with how many there were
// since the last, as guests/grinder.c.
// Thread: a worker's.
class NativeGrinder final : public Actor {
 public:
  Outcome start(Turn&, BytesView config) override {
    steps_ = number_of(as_text(config));
    return {};
  }
  Outcome handle(Turn&, BytesView message) override {
    if (message.size() == sizeof count_) {
      state_ = grind(state_, steps_);
      ++count_;
      return Outcome::answer(message);
    }
    const std::uint64_t counted = count_;
    count_ = 0;
    // The end of the chain is asked for, so that no compiler leaves it out.
    return Outcome::answer(fmt::format("{} {}", counted, state_));
  }

 private:
  std::uint64_t steps_ = 0;
  std::uint64_t state_ = 1;
  std::uint64_t count_ = 0;
};

}  // namespace troupe::bench
