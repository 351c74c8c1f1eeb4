#pragma once
// The real clock, random numbers, disk and engine: what a node gets when nobody gives it others.
// The only file below the command line that names them.

#include <memory>

#include "base/clock.hpp"
#include "base/random.hpp"
#include "engine/engine.hpp"
#include "io/disk.hpp"
#include "troupe/result.hpp"
#include "troupe/status.hpp"

namespace troupe {

// Thread: immutable after construction.
struct Defaults {
  std::unique_ptr<Engine> engine;
  std::unique_ptr<Clock> clock;  // Looks at the engine's ticker.
  std::unique_ptr<Random> random;
  std::unique_ptr<Disk> disk;
};

// Errors: those of the engine, where this machine can't run it.
[[nodiscard]] Result<Defaults> make_defaults();

// "warn bank/ledger: text" on standard error.
void log_to_stderr(const LogLine& line);

// How many cores this process may use; at least 1.
[[nodiscard]] unsigned usable_cores();

}  // namespace troupe
