#pragma once
// What a worker counts.

#include <atomic>
#include <cstdint>

#include "metrics/histogram.hpp"
#include "model/lasting.hpp"

namespace troupe {

// Thread: written by the worker alone, read by any thread.
struct WorkerCounters {
  std::atomic<std::uint64_t> received{0};
  std::atomic<std::uint64_t> handled{0};
  std::atomic<std::uint64_t> errors{0};     // Handlers that returned one.
  std::atomic<std::uint64_t> dropped{0};    // By mailboxes' policies.
  std::atomic<std::uint64_t> expired{0};    // Of what was sent to actors.
  std::atomic<std::uint64_t> timed_out{0};  // Requests.
  std::atomic<std::uint64_t> created{0};    // Actors.
  std::atomic<std::uint64_t> retired{0};    // Likewise; they may have been created elsewhere.
  std::atomic<std::uint64_t> ended{0};      // Lives.
  std::atomic<std::uint64_t> crashed{0};    // Of these.
  std::atomic<std::uint64_t> moved{0};      // Actors that it handed to other workers.
  std::atomic<std::uint64_t> held_back{0};  // Attempts to send to a worker whose inbox was full.
  std::atomic<std::uint64_t> paused{0};     // Senders, for messages that waited for room.
  std::atomic<std::uint64_t> orphans{0};    // Outcomes of requests that were settled before.
  std::atomic<std::int64_t> turn_ns{0};     // That turns took.
  Histogram waits{};        // In mailboxes, for a turn; ns, of one turn in limits::turns_a_look.
  RefusalCounts refused{};  // What its actors wanted to send. Away threads write it, too.
};

}  // namespace troupe
