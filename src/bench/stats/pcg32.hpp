#pragma once
// The random numbers behind every resample: small, inline, and had again from their seed.
//
// The generator is PCG XSH-RR 64/32 (M. E. O'Neill, PCG: A Family of Simple Fast Space-Efficient
// Statistically Good Algorithms for Random Number Generation, 2014). A bootstrap draws millions of
// indices, and this draws one with two multiplications and no division; io/seeded_random.hpp draws
// 64 bits and divides.

#include <bit>
#include <cstdint>

#include "base/check.hpp"

namespace troupe::bench {

// Thread: one at a time.
class Pcg32 {
 public:
  explicit Pcg32(std::uint64_t seed) {
    (void)next();
    state_ += seed;
    (void)next();
  }

  [[nodiscard]] std::uint32_t next() {
    const std::uint64_t old = state_;
    state_ = old * 6'364'136'223'846'793'005U + increment;
    const auto mixed = static_cast<std::uint32_t>(((old >> 18U) ^ old) >> 27U);
    return std::rotr(mixed, static_cast<int>(old >> 59U));
  }

  // Uniform in 0 .. bound - 1, without a division in most draws (D. Lemire, Fast Random Integer
  // Generation in an Interval, 2019). REQUIRES: bound > 0.
  [[nodiscard]] std::uint32_t below(std::uint32_t bound) {
    CHECK(bound > 0);
    std::uint64_t product = std::uint64_t{next()} * bound;
    if (static_cast<std::uint32_t>(product) < bound) [[unlikely]] {
      // So many low halves too many would make some results likelier; they are drawn again.
      const std::uint32_t surplus = (0 - bound) % bound;
      while (static_cast<std::uint32_t>(product) < surplus) product = std::uint64_t{next()} * bound;
    }
    return static_cast<std::uint32_t>(product >> 32U);
  }

  // Uniform between 0 and 1, neither included.
  [[nodiscard]] double unit() { return (next() + 0.5) * 0x1p-32; }

 private:
  // Stream 54, the one of the author's demonstration: seed 42 gives the published numbers.
  static constexpr std::uint64_t increment = (54U << 1U) | 1U;

  std::uint64_t state_ = 0;
};

}  // namespace troupe::bench
