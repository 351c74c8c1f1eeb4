#pragma once
// Who is refusing a lot: found where a message is refused, so that those that are sent pay nothing.

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>

#include "base/limits.hpp"
#include "model/envelope.hpp"
#include "troupe/address.hpp"
#include "troupe/outcome.hpp"
#include "troupe/time.hpp"

namespace troupe {

// So many messages to one actor were refused within so long. The note of a `control` envelope.
struct RefusalBurst final : Note {
  Address receiver;
  std::uint32_t busy = 0;
  std::uint32_t too_large = 0;
  Duration within = {};
};

// Counts what one worker's actors, or all outside of them, are refused.
//
// Thread: one at a time.
// Bounds: limits::refusal_places receivers at a time. Of two that share a place the first is
//         counted, until its window is over.
class RefusalBursts {
 public:
  // A message to `receiver` was refused by it. Once in a window: limits::refusal_burst of them are.
  [[nodiscard]] std::unique_ptr<RefusalBurst> add(Address receiver, Refusal why, Instant now);

 private:
  struct Place {
    Address receiver = nobody;
    Instant began = {};  // The window.
    std::uint32_t busy = 0;
    std::uint32_t too_large = 0;
  };
  std::array<Place, limits::refusal_places> places_{};
};

}  // namespace troupe
