// W1 and W6: two actors of a node with one worker and the messages between them, native and as
// guests. One request from outside starts each sample, and its answer says how many operations
// came back as they were sent.

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/format.hpp"
#include "bench/rows/actor_kind.hpp"
#include "bench/rows/bench_node.hpp"
#include "bench/rows/native_actors.hpp"
#include "bench/rows/rows.hpp"
#include "bench/sampler.hpp"

namespace troupe::bench {
namespace {

// Of the best peer where the goals were set.
constexpr double ping_pong_peer_ns = 178;
constexpr double request_peer_ns = 165;

// A node with one worker.
class Pairs {
 public:
  explicit Pairs(const ActorKind& kind)
      : kind_(kind), node_(std::string(kind.name), {.workers = 1}) {
    const Component player = component_of(kind, role<NativePlayer>("player"));
    node_.spawn("echo", component_of(kind, role<NativeEcho>("echo")));
    asker_ = node_.spawn("asker", component_of(kind, role<NativeAsker>("asker")), "echo");
    server_ = node_.spawn("server", player, "returner");
    node_.spawn("returner", player, "server");
  }

  Row ping_pong() { return row(fmt::format("W1/{}", kind_.name), server_, "play-ball"); }
  Row request_response() { return row(fmt::format("W6/{}", kind_.name), asker_, "go"); }

 private:
  Row row(std::string id, Address actor, std::string_view order) {
    return {.id = std::move(id),
            .run =
                [this, actor, order](std::uint64_t rounds) {
                  return Work{.count = node_.ask(actor, fmt::format("{} {}", order, rounds))};
                },
            .timer = Timer::wall,
            .audit = node_.audit_of(kind_)};
  }

  ActorKind kind_;
  BenchNode node_;
  Address asker_;
  Address server_;
};

std::vector<RowInfo> rows() {
  return rows_of_kinds([](const ActorKind& kind) -> std::vector<RowInfo> {
    return {{.id = fmt::format("W1/{}", kind.name),
             .title = fmt::format("ping-pong, a round trip of two messages, {}", kind.actors),
             .kind = RowKind::macro,
             .peer_id = "W1",
             .peer_goal = kind.choose(60.0, 150.0) / ping_pong_peer_ns},
            {.id = fmt::format("W6/{}", kind.name),
             .title = fmt::format("a request answered, its timeout armed, {}", kind.actors),
             .kind = RowKind::macro,
             .peer_id = "W6",
             .peer_goal = kind.choose(82.0, 220.0) / request_peer_ns}};
  });
}

void measure(const Request& request, RawSink& sink) {
  std::vector<std::unique_ptr<Pairs>> nodes;
  std::vector<Row> rows;
  for (const ActorKind& kind : actor_kinds) {
    nodes.push_back(std::make_unique<Pairs>(kind));
    rows.push_back(nodes.back()->ping_pong());
    rows.push_back(nodes.back()->request_response());
  }
  sample(request, std::move(rows), sink);
}

}  // namespace

const Block& exchange_block() {
  static constexpr Block block = {.name = "exchange",
                                  .title = "two actors and their messages, one worker",
                                  .rows = rows,
                                  .measure = measure};
  return block;
}

}  // namespace troupe::bench
