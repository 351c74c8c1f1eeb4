// 100 busy actors that were all spawned on one worker: what a second worker, which finds nothing to
// do of its own, makes of them. Each sample has a node of its own, since actors that have moved
// once are where they should be.

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/check.hpp"
#include "base/format.hpp"
#include "bench/rows/bare_threads.hpp"
#include "bench/rows/bench_node.hpp"
#include "bench/rows/busy_actors.hpp"
#include "bench/rows/rows.hpp"
#include "bench/sampler.hpp"
#include "bench/two_cpus.hpp"
#include "io/system_clock.hpp"

namespace troupe::bench {
namespace {

constexpr std::uint64_t actors = 100;
// Of each message: some microseconds.
constexpr std::uint64_t steps = 2'000;
constexpr double throughput_goal = 1.6;
constexpr const char* two_id = "busy/two-workers";
constexpr const char* gain_id = "busy/gain";

std::vector<RowInfo> rows() {
  return {{.id = two_id,
           .title = fmt::format("a message to one of {} busy actors, all spawned on one of two "
                                "workers",
                                actors),
           .kind = RowKind::macro,
           .leans = Leans::two_cores},
          {.id = gain_id,
           .title = "the same on one worker: how many times as much two workers get done",
           .unit = "x",
           .base = two_id,
           .goal = throughput_goal,
           .better = Better::higher,
           .kind = RowKind::macro,
           .leans = Leans::two_cores}};
}

// Those who were hired, and nobody else, on one worker. The node hears of those who came and went
// a moment later.
bool are_together(BenchNode& node) {
  std::vector<std::uint32_t> homes;
  for (int tries = 0; tries < 1'000 && homes.size() != actors; ++tries) {
    if (tries > 0) node.idle(std::chrono::milliseconds(1));
    homes.clear();
    for (const ActorStatus& actor : node.runtime().actors())
      if (actor.component == "native:busy") homes.push_back(actor.worker);
  }
  return homes.size() == actors && std::ranges::count(homes, homes.front()) == std::ssize(homes);
}

// Nanoseconds for each message. None: some had moved before there was work.
std::optional<double> measure_node(std::uint32_t workers, std::uint64_t each) {
  BenchNode node("busy", {.workers = workers});
  const std::array roles{role<Foreman>("foreman"), role<Busy>("busy")};
  node.load(native_kind, roles,
            fmt::format(R"(
[app.templates.busy]
component = "busy"
[app.actors.foreman]
component = "foreman"
config = "{}"
grants = {{ spawn = ["busy"] }}
)",
                        steps));
  const Address foreman = node.find("foreman");
  CHECK(node.ask(foreman, fmt::format("hire {}", actors)) == actors, "all of them have started");
  if (!are_together(node)) return std::nullopt;
  const SystemClock clock;
  const Instant begin = clock.now();
  const std::uint64_t handled = node.ask(foreman, fmt::format("work {}", each));
  const auto took = static_cast<double>((clock.now() - begin).count());
  CHECK(handled == actors * each, "every message was handled once");
  return took / static_cast<double>(handled);
}

// About 0.2 s in all on one worker, 1 s without --quick.
std::uint64_t messages_each(const Effort& effort) {
  if (effort.is_smoke) return 10;
  return effort.is_brief() ? 700 : 3'500;
}
std::uint64_t rounds_of(const Effort& effort) {
  if (effort.is_smoke) return 1;
  return effort.is_brief() ? 3 : 9;
}

Duration takes(const Effort& effort) {
  return 2 * rounds_of(effort) * actors * messages_each(effort) * std::chrono::microseconds(4);
}

void measure(const Request& request, RawSink& sink) {
  if (!cpu_pair()) {
    return fail_all(request, sink, rows(), "two CPUs are needed, and this process may use one");
  }
  const std::uint64_t each = messages_each(request.effort);
  const Gains gains = measure_gains(
      {.workers = 2, .samples = rounds_of(request.effort), .is_smoke = request.effort.is_smoke},
      [each](std::uint32_t workers) { return measure_node(workers, each); });
  if (gains.one.empty()) {
    return fail_all(
        request, sink, rows(),
        gains.bare ? fmt::format("two bare threads get {:.2f} times as much done as one: there "
                                 "is no second CPU to spare",
                                 *gains.bare)
                   : "the actors could not be had on one worker");
  }
  const std::uint64_t messages = gains.one.size() * actors * each;
  for (const RowInfo& row : rows())
    give(request, sink, row, row.id == two_id ? gains.all : gains.one, messages);
}

}  // namespace

const Block& busy_block() {
  static constexpr Block block = {.name = "busy",
                                  .title = "busy actors that were spawned on one of two workers",
                                  .rows = rows,
                                  .measure = measure,
                                  .takes = takes};
  return block;
}

}  // namespace troupe::bench
