// W2: a round trip between two actors on two workers, beside one cache line between two CPUs, in
// turns. Spawns go round the workers and actors stay there, so that the two are apart; before and
// after the samples they are asked on which workers they are, and a row whose actors have come
// together fails.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/format.hpp"
#include "bench/rows/actor_kind.hpp"
#include "bench/rows/bench_node.hpp"
#include "bench/rows/native_actors.hpp"
#include "bench/rows/rows.hpp"
#include "bench/sampler.hpp"
#include "bench/two_cpus.hpp"

namespace troupe::bench {
namespace {

const std::string line_id = "W2/cache-line";
// At once: the thread at the other end, which is made for them, is a percent of their time then.
constexpr std::uint64_t bounces = 50'000;

// Two players on a node with two workers.
class Apart {
 public:
  explicit Apart(const ActorKind& kind)
      : kind_(kind),
        node_(std::string(kind.name), {.workers = 2, .actors_move = false}),
        has_worked_(node_.audit_of(kind)) {
    const Component player = component_of(kind, role<NativePlayer>("player"));
    server_ = node_.spawn("server", player, "returner");
    returner_ = node_.spawn("returner", player, "server");
  }

  Row row() {
    return {.id = fmt::format("W2/{}", kind_.name),
            .run =
                [this](std::uint64_t rounds) {
                  return Work{.count = node_.ask(server_, fmt::format("play-ball {}", rounds))};
                },
            .timer = Timer::wall,
            .audit = [this] { return audit(); }};
  }

 private:
  Result<void> audit() {
    const std::uint64_t here = node_.ask(server_, "where-are-you");
    if (here == node_.ask(returner_, "where-are-you"))
      return fail(ErrorCode::internal, fmt::format("both actors are on worker {}", here));
    return has_worked_();
  }

  ActorKind kind_;
  BenchNode node_;
  std::function<Result<void>()> has_worked_;
  Address server_;
  Address returner_;
};

std::vector<RowInfo> rows() {
  std::vector<RowInfo> rows = rows_of_kinds([](const ActorKind& kind) -> std::vector<RowInfo> {
    return {{.id = fmt::format("W2/{}", kind.name),
             .title = fmt::format("a round trip between two workers, {}", kind.actors),
             .unit = "x",
             .base = line_id,
             .goal = kind.choose(3.0, 4.0),
             .kind = RowKind::macro,
             .leans = Leans::two_cores}};
  });
  rows.insert(rows.begin(), {.id = line_id,
                             .title = "a cache line between two CPUs, there and back",
                             .leans = Leans::two_cores});
  return rows;
}

void measure(const Request& request, RawSink& sink) {
  const auto cpus = cpu_pair();
  if (!cpus) {
    return fail_all(request, sink, rows(), "two CPUs are needed, and this process may use one");
  }
  std::vector<Row> runnable{
      {.id = line_id,
       .run = [&cpus](std::uint64_t times) { return bounce_line(*cpus, times * bounces); },
       .sum_each = 1,
       .timer = Timer::wall,
       .each = bounces}};
  std::vector<std::unique_ptr<Apart>> nodes;
  for (const ActorKind& kind : actor_kinds) {
    nodes.push_back(std::make_unique<Apart>(kind));
    runnable.push_back(nodes.back()->row());
  }
  sample(request, std::move(runnable), sink);
}

}  // namespace

const Block& cross_core_block() {
  static constexpr Block block = {
      .name = "cross-core", .title = "two actors on two workers", .rows = rows, .measure = measure};
  return block;
}

}  // namespace troupe::bench
