#include "io/seeded_random.hpp"

#include <algorithm>
#include <bit>
#include <cstring>

#include "base/check.hpp"
#include "base/split_mix.hpp"

namespace troupe {
Xoshiro256 Xoshiro256::from_seed(std::uint64_t seed) {
  std::array<std::uint64_t, 4> state{};
  for (std::uint64_t& word : state) word = split_mix(seed);
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
