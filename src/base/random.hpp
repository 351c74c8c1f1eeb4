#pragma once
// Randomness enters by constructor. The operating system's is in io/, the seeded one beside it.

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

}  // namespace troupe
