// W15: 100,000 actors that wait. What they cost the CPU and in memory while nothing happens, and
// how soon one of them answers after a pause, beside a bare thread that sleeps on a futex.

#include <array>
#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <sys/resource.h>
#include <vector>

#include "base/check.hpp"
#include "base/format.hpp"
#include "base/limits.hpp"
#include "bench/rows/actor_kind.hpp"
#include "bench/rows/nurseries.hpp"
#include "bench/rows/resident.hpp"
#include "bench/rows/rows.hpp"
#include "bench/sampler.hpp"
#include "bench/two_cpus.hpp"
#include "io/system_clock.hpp"

namespace troupe::bench {
namespace {

constexpr double cpu_goal_percent = 0.5;
constexpr double wake_goal = 1.3;
// Of each: 30 MB and 2.4 GiB for 100,000.
constexpr double native_bytes_goal = 300;
constexpr double guest_bytes_goal = 2.4 * limits::GiB / 100'000;

std::string id_of(const ActorKind& kind, std::string_view what) {
  return fmt::format("W15/{}/{}", kind.name, what);
}

std::vector<RowInfo> rows_of(const ActorKind& kind) {
  const std::string bare = id_of(kind, "futex");
  return {
      {.id = id_of(kind, "cpu"),
       .title = fmt::format("time on a core while 100,000 {} wait (--quick: 10,000)", kind.actors),
       .unit = "percent",
       .goal = cpu_goal_percent,
       .kind = RowKind::macro,
       .leans = Leans::kernel},
      {.id = id_of(kind, "bytes"),
       .title =
           fmt::format("resident for each of 100,000 {} that wait (--quick: 10,000)", kind.actors),
       .unit = "bytes",
       .goal = kind.choose(native_bytes_goal, guest_bytes_goal),
       .kind = RowKind::macro,
       .leans = Leans::memory},
      {.id = bare,
       .title = "a bare thread woken after a pause of 1 s (--quick: 0.1 s), and its answer",
       .kind = RowKind::macro,
       .leans = Leans::kernel},
      {.id = id_of(kind, "wake-up"),
       .title = "one of the actors woken after as long a pause, and its answer",
       .unit = "x",
       .base = bare,
       .goal = wake_goal,
       .kind = RowKind::macro,
       .leans = Leans::kernel}};
}

// Time on a core of all threads of this process.
Duration cpu_time() {
  rusage usage = {};
  CHECK(::getrusage(RUSAGE_SELF, &usage) == 0);
  const auto of = [](const timeval& time) {
    return Duration(std::chrono::seconds(time.tv_sec) + std::chrono::microseconds(time.tv_usec));
  };
  return of(usage.ru_utime) + of(usage.ru_stime);
}

struct Pauses {
  Duration each;
  int times = 1;

  static Pauses of(const Effort& effort) {
    using std::chrono::milliseconds;
    if (effort.is_smoke) return {.each = milliseconds(2), .times = 2};
    if (effort.is_brief()) return {.each = milliseconds(100), .times = 5};
    return {.each = milliseconds(1'000), .times = 15};
  }
};

std::uint64_t actors_of(const Effort& effort) {
  if (effort.is_smoke) return 1'000;
  return effort.is_brief() ? 10'000 : 100'000;
}

// In pauses, how long the time on a core is counted.
constexpr int pauses_counted = 5;

using Values = std::map<std::string, std::vector<double>, std::less<>>;

// In turns: the bare thread and the actor, each after a pause.
void measure_wake_ups(Nurseries& crowd, CpuPair cpus, const Pauses& pauses, Values& values) {
  const SystemClock clock;
  const auto time = [&](const auto& work) {
    crowd.node().idle(pauses.each);
    const Instant begin = clock.now();
    work();
    return static_cast<double>((clock.now() - begin).count());
  };
  for (int number = 0; number < pauses.times; ++number) {
    {
      FutexBounce futex(cpus);
      values["futex"].push_back(time([&] { CHECK(futex.bounce(1).sum == 1, "it was woken"); }));
    }
    values["wake-up"].push_back(time([&] { CHECK(crowd.ask_one() == 1, "it has answered"); }));
  }
}

void measure_kind(const ActorKind& kind, const Request& request, RawSink& sink) {
  const std::uint64_t actors = actors_of(request.effort);
  const Pauses pauses = Pauses::of(request.effort);
  const auto cpus = cpu_pair();
  if (!cpus) {
    return fail_all(request, sink, rows_of(kind),
                    "two CPUs are needed, and this process may use one");
  }
  const SystemClock clock;
  Values values;
  const double before = resident_bytes();
  Nurseries crowd(kind, actors, Naming::by_address);
  crowd.spawn();
  values["bytes"].push_back(growth(resident_bytes(), before, actors));
  crowd.node().idle(pauses.each);  // What the spawns left behind comes to rest.
  const Instant begin = clock.now();
  const Duration cpu = cpu_time();
  crowd.node().idle(pauses_counted * pauses.each);
  values["cpu"].push_back(100 * static_cast<double>((cpu_time() - cpu).count()) /
                          static_cast<double>((clock.now() - begin).count()));
  auto audit = crowd.node().audit_of(kind);
  measure_wake_ups(crowd, *cpus, pauses, values);
  CHECK(audit().has_value(), "a guest was woken");
  CHECK(crowd.ask() == actors, "all of them are there");
  crowd.end();
  for (const RowInfo& row : rows_of(kind))
    give(request, sink, row, values.at(row.id.substr(row.id.rfind('/') + 1)), actors);
}

Duration takes(const ActorKind& kind, const Effort& effort) {
  const Pauses pauses = Pauses::of(effort);
  return actors_of(effort) * std::chrono::microseconds(kind.choose(10, 100)) +
         (1 + pauses_counted + 2 * pauses.times) * pauses.each;
}

template <const ActorKind& Kind>
constexpr Block block_of(std::string_view name, std::string_view title) {
  return {
      .name = name,
      .title = title,
      .rows = [] { return rows_of(Kind); },
      .measure = [](const Request& request, RawSink& sink) { measure_kind(Kind, request, sink); },
      .takes = [](const Effort& effort) { return takes(Kind, effort); }};
}

}  // namespace

std::span<const Block> parked_blocks() {
  static constexpr std::array blocks{
      block_of<native_kind>("parked-native", "100,000 native actors that wait"),
#if TROUPE_HAS_WASMTIME
      block_of<guest_kind>("parked-wasm", "100,000 guests that wait"),
#endif
  };
  return blocks;
}

}  // namespace troupe::bench
