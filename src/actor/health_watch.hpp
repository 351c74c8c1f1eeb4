#pragma once
// What a worker knows of the health of an actor that says how it is.

#include <cstdint>
#include <string>
#include <string_view>

#include "model/books.hpp"
#include "model/pool.hpp"
#include "troupe/health.hpp"

namespace troupe {

inline constexpr std::string_view not_asked_yet = "its first check is still to come";

// Of one life: made when it is ready, gone with it.
// Thread: the home worker.
struct HealthWatch : Pooled {
  AlarmKey alarm = {};  // Of the next check; none while one waits for its turn.
  // By the latest check.
  Health said = {.status = HealthStatus::unknown, .reason = std::string(not_asked_yet)};
  std::uint32_t failed = 0;  // In a row.
};

}  // namespace troupe
