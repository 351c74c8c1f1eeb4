#include "io/seeded_random.hpp"

#include <algorithm>
#include <bit>
#include <cstring>

#include "base/check.hpp"

namespace troupe {
namespace {

std::uint64_t splitmix64(std::uint64_t& state) {
  state += 0x9E37'79B9'7F4A'7C15U;
  std::uint64_t mixed = state;
  mixed = (mixed ^ (mixed >> 30U)) * 0xBF58'476D'1CE4'E5B9U;
  mixed = (mixed ^ (mixed >> 27U)) * 0x94D0'49BB'1331'11EBU;
  return mixed ^ (mixed >> 31U);
}

}  // namespace

Xoshiro256 Xoshiro256::from_seed(std::uint64_t seed) {
  std::array<std::uint64_t, 4> state{};
  for (std::uint64_t& word : state) word = splitmix64(seed);
  return Xoshiro256(state);
}

std::uint64_t Xoshiro256::next() {
  auto& [a, b, c, d] = state_;
  const std::uint64_t result = std::rotl(a + d, 23) + a;
  const std::uint64_t shifted = b << 17U;
  c ^= a;
  d ^= b;
  b ^= c;
  a ^= d;
  c ^= shifted;
  d = std::rotl(d, 45);
  return result;
}

std::uint64_t Xoshiro256::below(std::uint64_t bound) {
  CHECK(bound > 0);
  // Numbers below 2^64 mod bound are drawn again, so that every remainder is equally likely.
  const std::uint64_t threshold = (0 - bound) % bound;
  std::uint64_t number = next();
  while (number < threshold) number = next();
  return number % bound;
}

void SeededRandom::fill(std::span<std::uint8_t> out) {
  const std::lock_guard lock(mutex_);
  while (!out.empty()) {
    const std::uint64_t number = generator_.next();
    const std::size_t count = std::min(out.size(), sizeof number);
    std::memcpy(out.data(), &number, count);
    out = out.subspan(count);
  }
}

}  // namespace troupe
