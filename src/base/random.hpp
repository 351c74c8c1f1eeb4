#pragma once
// Randomness enters by constructor. The operating system's is in io/, the seeded one beside it.

#include <array>
#include <bit>
#include <cstdint>
#include <span>

namespace troupe {

// Thread: any thread.
class Random {
 public:
  Random() = default;
  Random(const Random&) = delete;
  Random& operator=(const Random&) = delete;
  virtual ~Random() = default;

  virtual void fill(std::span<std::uint8_t> out) = 0;
};

// For a generator or a hash of one's own.
[[nodiscard]] inline std::uint64_t seed_from(Random& random) {
  std::array<std::uint8_t, sizeof(std::uint64_t)> bytes{};
  random.fill(bytes);
  return std::bit_cast<std::uint64_t>(bytes);
}

}  // namespace troupe
