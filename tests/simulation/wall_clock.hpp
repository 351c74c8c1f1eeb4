#pragma once
// The calendar jumps back and forth. What a node tells of bears the time of day at which it told
// it; nothing else changes, which a run of the same seed without the jumps shows.

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>

#include "base/format.hpp"
#include "io/sim_clock.hpp"
#include "troupe/exit_event.hpp"

namespace troupe::simulation {

// To some day between 2001 and 2049, by chance.
inline void jump_wall_clock(SimClock& clock, std::uint64_t chance) {
  clock.set_wall_ms(1'000'000'000'000 + chance % 1'500'000'000'000);
}

// When it is told.
inline void check_stamp(const ExitEvent& event, const SimClock& clock,
                        const std::function<void(std::string)>& fail) {
  if (event.wall_ms != clock.wall_ms()) {
    fail(fmt::format("the end of {} is told at {}, but stamped {}", event.name, clock.wall_ms(),
                     event.wall_ms));
  }
}

}  // namespace troupe::simulation
