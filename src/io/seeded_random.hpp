#pragma once
// Random numbers that can be had again: one seed, one sequence. Not for secrets.

#include <array>
#include <cstdint>
#include <mutex>

#include "base/random.hpp"

namespace troupe {

// xoshiro256++ 1.0 by David Blackman and Sebastiano Vigna (prng.di.unimi.it, public domain).
// Thread: one at a time.
class Xoshiro256 {
 public:
  // REQUIRES: not all zero.
  explicit Xoshiro256(const std::array<std::uint64_t, 4>& state) : state_(state) {}
  // Spreads a seed over the state with splitmix64, as its authors advise.
  [[nodiscard]] static Xoshiro256 from_seed(std::uint64_t seed);

  [[nodiscard]] std::uint64_t next();
  // Uniform in 0 .. bound - 1. REQUIRES: bound > 0.
  [[nodiscard]] std::uint64_t below(std::uint64_t bound);

 private:
  std::array<std::uint64_t, 4> state_;
};

// Thread: any thread; the sequence is in the order of the calls.
class SeededRandom final : public Random {
 public:
  explicit SeededRandom(std::uint64_t seed) : generator_(Xoshiro256::from_seed(seed)) {}

  void fill(std::span<std::uint8_t> out) override;

 private:
  std::mutex mutex_;
  Xoshiro256 generator_;
};

}  // namespace troupe
