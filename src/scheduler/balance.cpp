#include "scheduler/balance.hpp"

#include <algorithm>

#include "base/limits.hpp"

namespace troupe {

std::optional<Transfer> surplus(std::uint16_t own, std::span<const std::uint32_t> loads) {
  const std::uint32_t ready = loads[own];
  // One that waits has its turn next: moving it gains nothing.
  if (ready < 2) return std::nullopt;
  std::optional<std::size_t> least;
  std::uint32_t least_ready = ready;
  for (std::size_t at = 0; at < loads.size(); ++at) {
    if (at == own || loads[at] >= least_ready) continue;
    least = at;
    least_ready = loads[at];
  }
  if (!least) return std::nullopt;
  const std::uint32_t half = (ready - least_ready) / 2;
  // Loads of about the same size change places all the time.
  if (half < 1 + ready / 16) return std::nullopt;
  return Transfer{.to = static_cast<std::uint16_t>(*least),
                  .actors = std::min(half, limits::move_actors_max)};
}

}  // namespace troupe
