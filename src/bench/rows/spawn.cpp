// W7: supervised actors that are spawned and then wait, each in a node with one worker. They are
// asked once: what answers is there. Each block has a process of its own, so that its first row is
// the first touch of memory; the bytes are those by which the resident set has grown.

#include <array>
#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/check.hpp"
#include "base/format.hpp"
#include "base/limits.hpp"
#include "bench/rows/actor_kind.hpp"
#include "bench/rows/nurseries.hpp"
#include "bench/rows/resident.hpp"
#include "bench/rows/rows.hpp"
#include "bench/sampler.hpp"
#include "io/system_clock.hpp"

namespace troupe::bench {
namespace {

// Of the best peer where the goals were set.
constexpr double peer_ns = 800;
// What a name may add to an actor.
constexpr double name_bytes = 64;

struct Case {
  ActorKind kind;
  Naming naming = Naming::by_address;

  [[nodiscard]] std::string id(std::string_view what) const {
    return fmt::format("W7/{}/{}{}", kind.name, naming == Naming::by_name ? "named/" : "", what);
  }
  [[nodiscard]] std::uint64_t actors(const Effort& effort) const {
    if (effort.is_smoke) return 1'000;
    const std::uint64_t all = kind.choose<std::uint64_t>(1'000'000, 100'000);
    return effort.is_brief() ? all / 10 : all;
  }
};

std::vector<RowInfo> rows_of(const Case& what) {
  std::vector<RowInfo> rows;
  const auto add = [&](std::string_view id, std::string_view title, std::string unit) -> RowInfo& {
    rows.push_back({.id = what.id(id),
                    .title = fmt::format("{}, {}{}", title, what.kind.actors,
                                         what.naming == Naming::by_name ? " with names" : ""),
                    .unit = std::move(unit),
                    .kind = RowKind::macro,
                    .leans = Leans::memory});
    return rows.back();
  };
  RowInfo& fresh =
      add("new",
          what.kind.choose<std::string_view>(
              "one of 1,000,000 (--quick: 100,000) spawned and started, first touch of memory",
              "one of 100,000 (--quick: 10,000) spawned and started, first touch of memory"),
          "ns");
  fresh.peer_id = "W7";
  fresh.peer_goal = what.kind.choose(100.0, 10'000.0) / peer_ns;
  RowInfo& bytes = add("bytes", "resident for each that is parked", "bytes");
  bytes.peer_id = "W7/bytes";
  bytes.goal = what.kind.choose(256.0, 24.0 * limits::KiB) +
               (what.naming == Naming::by_name ? name_bytes : 0);
  add("message", "the first message for each, and its answer", "ns");
  add("gone", "the end of each", "ns");
  add("bytes-left", "resident for each when all are gone", "bytes");
  add("again", "one spawned and started, in memory used before", "ns");
  return rows;
}

using Values = std::map<std::string, double, std::less<>>;

Values measure_case(const Case& what, std::uint64_t actors) {
  const SystemClock clock;
  const auto ns_each = [&](const auto& work) {
    const Instant begin = clock.now();
    work();
    return static_cast<double>((clock.now() - begin).count()) / static_cast<double>(actors);
  };
  Nurseries crowd(what.kind, actors, what.naming);
  CHECK(crowd.actors() == actors);
  const auto ask = [&] { CHECK(crowd.ask() == actors, "every actor answers"); };
  Values values;
  const double before = resident_bytes();
  values["new"] = ns_each([&] { crowd.spawn(); });
  values["bytes"] = growth(resident_bytes(), before, actors);
  const std::uint64_t calls = crowd.node().guest_calls();
  values["message"] = ns_each(ask);
  CHECK(!what.kind.is_guest || crowd.node().guest_calls() >= calls + actors, "guests answer");
  values["gone"] = ns_each([&] { crowd.end(); });
  crowd.settle();
  values["bytes-left"] = growth(resident_bytes(), before, actors);
  values["again"] = ns_each([&] { crowd.spawn(); });
  ask();
  crowd.end();
  return values;
}

void measure(const Case& what, const Request& request, RawSink& sink) {
  const std::uint64_t actors = what.actors(request.effort);
  const Values values = measure_case(what, actors);
  for (const RowInfo& row : rows_of(what)) {
    const auto found = values.find(row.id.substr(row.id.rfind('/') + 1));
    CHECK(found != values.end(), row.id);
    give(request, sink, row, {found->second}, actors);
  }
}

Duration takes(const Case& what, const Effort& effort) {
  return what.actors(effort) * std::chrono::microseconds(what.kind.choose(10, 100));
}

// A block is functions without state: a case each.
template <const Case& What>
constexpr Block block_of(std::string_view name, std::string_view title) {
  return {.name = name,
          .title = title,
          .rows = [] { return rows_of(What); },
          .measure = [](const Request& request, RawSink& sink) { measure(What, request, sink); },
          .takes = [](const Effort& effort) { return takes(What, effort); }};
}

constexpr Case native_case{.kind = native_kind};
constexpr Case native_named_case{.kind = native_kind, .naming = Naming::by_name};
#if TROUPE_HAS_WASMTIME
constexpr Case guest_case{.kind = guest_kind};
constexpr Case guest_named_case{.kind = guest_kind, .naming = Naming::by_name};
#endif

}  // namespace

std::span<const Block> spawn_blocks() {
  static constexpr std::array blocks{
      block_of<native_case>("spawn-native", "1,000,000 native actors, by address"),
      block_of<native_named_case>("spawn-native-named", "1,000,000 native actors, with names"),
#if TROUPE_HAS_WASMTIME
      block_of<guest_case>("spawn-wasm", "100,000 guests as actors, by address"),
      block_of<guest_named_case>("spawn-wasm-named", "100,000 guests as actors, with names"),
#endif
  };
  return blocks;
}

}  // namespace troupe::bench
