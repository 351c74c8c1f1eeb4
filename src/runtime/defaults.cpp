#include "runtime/defaults.hpp"

#include <atomic>
#include <cstdint>
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
namespace {

// The system's clock, with the engine's ticker for those who look at the time often.
class TickedClock final : public Clock {
 public:
  explicit TickedClock(const Engine& engine) : engine_(engine) {}

  [[nodiscard]] Instant now() const override { return clock_.now(); }
  [[nodiscard]] const std::atomic<std::uint64_t>* ticks() const override { return engine_.ticks(); }
  [[nodiscard]] std::uint64_t wall_ms() const override { return clock_.wall_ms(); }

 private:
  SystemClock clock_;
  const Engine& engine_;
};

}  // namespace

Result<Defaults> make_defaults() {
  Defaults defaults{.engine = nullptr,
                    .clock = nullptr,
                    .random = std::make_unique<SystemRandom>(),
                    .disk = std::make_unique<PosixDisk>()};
#if TROUPE_HAS_WASMTIME
  TRY_ASSIGN(defaults.engine, make_wasmtime_engine({}));
#else
  defaults.engine = std::make_unique<NativeEngine>(NativeEngine::Time::real);
#endif
  defaults.clock = std::make_unique<TickedClock>(*defaults.engine);
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
