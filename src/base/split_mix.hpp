#pragma once
// Random numbers from nothing but a seed: for a few of them, or to spread a seed over a larger
// state. Not for secrets.

#include <cstdint>

namespace troupe {

// The next number; `state` begins as the seed.
// Method: SplitMix64 (G. Steele, D. Lea, C. Flood, "Fast splittable pseudorandom number
//         generators", OOPSLA 2014).
// Thread: one at a time for a state.
[[nodiscard]] constexpr std::uint64_t split_mix(std::uint64_t& state) {
  state += 0x9E37'79B9'7F4A'7C15U;
  std::uint64_t mixed = state;
  mixed = (mixed ^ (mixed >> 30U)) * 0xBF58'476D'1CE4'E5B9U;
  mixed = (mixed ^ (mixed >> 27U)) * 0x94D0'49BB'1331'11EBU;
  return mixed ^ (mixed >> 31U);
}

}  // namespace troupe
