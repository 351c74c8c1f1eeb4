// W9: a tree of actors that spawn their children, add up the numbers of its leaves, and end
// (github.com/atemerev/skynet). The sum must be that of all leaves.

#include <array>
#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/check.hpp"
#include "base/format.hpp"
#include "bench/rows/actor_kind.hpp"
#include "bench/rows/bench_node.hpp"
#include "bench/rows/rows.hpp"
#include "bench/rows/sky_actors.hpp"
#include "bench/sampler.hpp"
#include "io/system_clock.hpp"

namespace troupe::bench {
namespace {

// Of the best peer where the goals were set: Go, a million leaves.
constexpr double peer_ms = 492;

std::uint64_t leaves_of(const ActorKind& kind, const Effort& effort) {
  if (effort.is_smoke) return 100;
  const std::uint64_t all = kind.choose<std::uint64_t>(1'000'000, 100'000);
  return effort.is_brief() ? all / 10 : all;
}
// Branches, too: 111 for 100 leaves.
std::uint64_t actors_of(std::uint64_t leaves) { return leaves + (leaves - 1) / 9; }

std::uint32_t trees_of(const Effort& effort) {
  return effort.is_smoke ? 2 : effort.is_brief() ? 8 : 5;
}

std::vector<RowInfo> rows() {
  return rows_of_kinds([](const ActorKind& kind) -> std::vector<RowInfo> {
    const std::string actors =
        fmt::format("{} {} (--quick: a tenth)", kind.choose("1,111,111", "111,111"), kind.actors);
    const auto row = [&](std::string id, std::string title) {
      return RowInfo{.id = std::move(id),
                     .title = std::move(title),
                     .kind = RowKind::macro,
                     .leans = Leans::memory};
    };
    RowInfo again = row(fmt::format("W9/{}", kind.name),
                        fmt::format("a tree of {} added up, in memory used before", actors));
    again.peer_id = "W9";
    again.peer_goal = kind.choose(150.0, 1'200.0) / peer_ms;
    return {row(fmt::format("W9/{}/first", kind.name),
                fmt::format("a tree of {} added up, first touch of memory", actors)),
            std::move(again),
            row(fmt::format("W9/{}/gone", kind.name),
                fmt::format("until the node has forgotten all {}", actors))};
  });
}

// One node that grows a tree, waits until it is gone, and grows another.
void measure_kind(const ActorKind& kind, const Request& request, RawSink& sink) {
  const std::vector<RowInfo> infos = rows();
  const auto wanted = [&](std::string_view what) -> const RowInfo& {
    const std::string id = fmt::format("W9/{}{}", kind.name, what);
    return *std::ranges::find(infos, id, &RowInfo::id);
  };
  BenchNode node("sky", {.workers = 2});
  const std::array roles{role<NativeSkynet>("skynet")};
  node.load(kind, roles, R"(
[app.templates.skynet]
component = "skynet"
grants = { spawn = ["skynet"] }
[app.actors.ground]
component = "skynet"
grants = { spawn = ["skynet"] }
)");
  const Address ground = node.find("ground");
  const std::uint64_t leaves = leaves_of(kind, request.effort);
  const std::uint64_t actors = actors_of(leaves);
  const SystemClock clock;
  const auto since = [&](Instant begin) {
    return static_cast<double>((clock.now() - begin).count());
  };
  auto audit = node.audit_of(kind);
  std::vector<double> first;
  std::vector<double> again;
  std::vector<double> gone;
  std::uint64_t ended = node.ended();
  for (std::uint32_t number = 0; number < trees_of(request.effort); ++number) {
    const Instant begin = clock.now();
    const std::uint64_t sum = node.ask(ground, fmt::format("add-up-the-leaves {}", leaves));
    (number == 0 ? first : again).push_back(since(begin));
    CHECK(sum == leaves * (leaves - 1) / 2, "the sum is that of all leaves");
    ended += actors;
    node.wait_for_ends(ended);
    node.wait_until_left(1);
    gone.push_back(since(begin));
    CHECK(node.ended() == ended, "every actor has ended once");
    CHECK(audit().has_value(), "guests have added up");
  }
  give(request, sink, wanted("/first"), first, actors);
  give(request, sink, wanted(""), again, actors);
  give(request, sink, wanted("/gone"), gone, actors);
}

void measure(const Request& request, RawSink& sink) {
  for (const ActorKind& kind : actor_kinds) {
    const bool is_wanted = std::ranges::any_of(rows(), [&](const RowInfo& row) {
      return row.id.starts_with(fmt::format("W9/{}", kind.name)) && request.wants(row.id);
    });
    if (is_wanted) measure_kind(kind, request, sink);
  }
}

Duration takes(const Effort& effort) {
  Duration all{};
  for (const ActorKind& kind : actor_kinds) {
    const auto actor = std::chrono::microseconds(kind.choose(15, 40));
    all += trees_of(effort) * actors_of(leaves_of(kind, effort)) * actor;
  }
  return all;
}

}  // namespace

const Block& skynet_block() {
  static constexpr Block block = {.name = "skynet",
                                  .title = "a tree of actors that spawn actors",
                                  .rows = rows,
                                  .measure = measure,
                                  .takes = takes};
  return block;
}

}  // namespace troupe::bench
