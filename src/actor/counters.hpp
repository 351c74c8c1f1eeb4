#pragma once
// What a worker counts.

#include <array>
#include <atomic>
#include <cstdint>
#include <string_view>

namespace troupe {

// Why an accepted message was not handled.
enum class DeadReason : std::uint8_t { gone, crashed, expired };
inline constexpr std::size_t dead_reason_count = 3;
[[nodiscard]] constexpr std::string_view to_string(DeadReason reason) {
  constexpr std::array<std::string_view, dead_reason_count> names{"gone", "crashed", "expired"};
  return names.at(static_cast<std::size_t>(reason));
}

// Thread: written by the worker alone, read by any thread.
struct WorkerCounters {
  std::atomic<std::uint64_t> handled{0};
  std::atomic<std::uint64_t> orphans{0};  // Outcomes of requests that were settled before.
  std::array<std::atomic<std::uint64_t>, dead_reason_count> dead{};
};

}  // namespace troupe
