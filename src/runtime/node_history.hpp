#pragma once
// What a node remembers of what has happened to its actors.

#include <cstdint>

#include "base/limits.hpp"
#include "runtime/numbered_ring.hpp"
#include "troupe/exit_event.hpp"
#include "troupe/node_event.hpp"

namespace troupe {

// About what each takes, texts and all.
[[nodiscard]] std::uint64_t bytes_of(const ExitEvent& crash);
[[nodiscard]] std::uint64_t bytes_of(const NodeEvent& event);

// Thread: any thread.
struct NodeHistory {
  NumberedRing<ExitEvent> crashes{
      {.records = limits::crashes_max, .bytes = limits::crashes_bytes_max}};
  NumberedRing<NodeEvent> events{
      {.records = limits::events_max, .bytes = limits::events_bytes_max}};
};

}  // namespace troupe
