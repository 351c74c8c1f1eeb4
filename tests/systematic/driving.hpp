#pragma once
// Threads of a model that drive something, in production's way.

#include "scheduler/drive.hpp"
#include "troupe/time.hpp"

namespace troupe::systematic {

// Time does not pass in a model: what is due at `soon` is waited for, what is due before is not.
constexpr Instant soon{1};

// Until its step has `left`.
template <typename Driven, typename Parker>
void drive_to_the_end(Driven& driven, Parker& parker) {
  struct Never {
    [[nodiscard]] static bool is_raised() { return false; }
  };
  drive(driven, parker, Never{}, [] { return false; }, [] { return Instant{}; });
}

}  // namespace troupe::systematic
