#pragma once
// What a worker counts.

#include <atomic>
#include <cstdint>

namespace troupe {

// Thread: written by the worker alone, read by any thread.
struct WorkerCounters {
  std::atomic<std::uint64_t> handled{0};
  std::atomic<std::uint64_t> moved{0};      // Actors that it handed to other workers.
  std::atomic<std::uint64_t> held_back{0};  // Attempts to send to a worker whose inbox was full.
  std::atomic<std::uint64_t> paused{0};     // Senders, for messages that waited for room.
  std::atomic<std::uint64_t> orphans{0};    // Outcomes of requests that were settled before.
};

}  // namespace troupe
