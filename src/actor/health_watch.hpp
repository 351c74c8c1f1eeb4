#pragma once
// What a worker knows of the health of an actor that says how it is.

#include <cstdint>

#include "model/books.hpp"
#include "model/pool.hpp"
#include "troupe/health.hpp"

namespace troupe {

// Of one life: made when it is ready, gone with it.
// Thread: the home worker.
struct HealthWatch : Pooled {
  AlarmKey alarm = {};       // Of the next check; none while one waits for its turn.
  Health said = {};          // By the latest check.
  std::uint32_t failed = 0;  // In a row.
};

}  // namespace troupe
