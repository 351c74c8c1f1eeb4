#include "runtime/defaults.hpp"

#include <cstdio>
#include <sched.h>

#include "base/format.hpp"
#include "io/posix_disk.hpp"
#include "io/system_clock.hpp"
#include "io/system_random.hpp"

#if TROUPE_HAS_WASMTIME
#include "engine/wasmtime/wasmtime_engine.hpp"
#else
#include "engine/native.hpp"
#endif

namespace troupe {

Result<Defaults> make_defaults() {
  Defaults defaults{.clock = std::make_unique<SystemClock>(),
                    .random = std::make_unique<SystemRandom>(),
                    .disk = std::make_unique<PosixDisk>(),
                    .engine = nullptr};
#if TROUPE_HAS_WASMTIME
  TRY_ASSIGN(defaults.engine, make_wasmtime_engine({}));
#else
  defaults.engine = std::make_unique<NativeEngine>();
#endif
  return defaults;
}

void log_to_stderr(const LogLine& line) {
  const std::string text = fmt::format("{} {}: {}\n", to_string(line.level), line.name, line.text);
  (void)std::fwrite(text.data(), 1, text.size(), stderr);
}

unsigned usable_cores() {
  cpu_set_t set;
  if (sched_getaffinity(0, sizeof set, &set) != 0) return 1;
  const int count = CPU_COUNT(&set);
  return count > 0 ? static_cast<unsigned>(count) : 1;
}

}  // namespace troupe
