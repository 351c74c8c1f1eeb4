#pragma once
// The operating system's random numbers, fit for secrets.

#include "base/random.hpp"

namespace troupe {

// Thread: any thread. Cost: a system call. It may wait only in the first seconds of a machine.
class SystemRandom final : public Random {
 public:
  void fill(std::span<std::uint8_t> out) override;
};

}  // namespace troupe
