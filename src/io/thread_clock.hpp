#pragma once
// How long the calling thread has been on a core: a busy machine's other programs do not count.

#include <cstdint>

#include "base/clock.hpp"

namespace troupe {

// Thread: any thread; each sees its own time.
class ThreadClock final : public Clock {
 public:
  // Since the thread began.
  [[nodiscard]] Instant now() const override;
  // As SystemClock.
  [[nodiscard]] std::uint64_t wall_ms() const override;
};

}  // namespace troupe
