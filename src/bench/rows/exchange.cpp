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

#if TROUPE_HAS_WASMTIME
constexpr double bindings_goal_ns = 220;
constexpr std::string_view bindings_id = "W1/wasm/bindings";
#endif
constexpr std::string_view serve_order = "play-ball";

// `actor` is told to do so many rounds.
Row row_of(std::string id, BenchNode& node, const ActorKind& kind, Address actor,
           std::string_view order) {
  return {.id = std::move(id),
          .run =
              [&node, actor, order](std::uint64_t rounds) {
                return Work{.count = node.ask(actor, fmt::format("{} {}", order, rounds))};
              },
          .timer = Timer::wall,
          .audit = node.audit_of(kind)};
}

// A node with one worker.
class Pairs {
 public:
  explicit Pairs(const ActorKind& kind)
      : kind_(kind), node_(std::string(kind.name), {.workers = 1}) {
    node_.spawn("echo", component_of(kind, role<NativeEcho>("echo")));
    asker_ = node_.spawn("asker", component_of(kind, role<NativeAsker>("asker")), "echo");
    server_ = spawn_players(node_, component_of(kind, role<NativePlayer>("player")));
  }

  // The one of the two that serves.
  static Address spawn_players(BenchNode& node, const Component& player) {
    const Address server = node.spawn("server", player, "returner");
    node.spawn("returner", player, "server");
    return server;
  }

  Row ping_pong() {
    return row_of(fmt::format("W1/{}", kind_.name), node_, kind_, server_, serve_order);
  }
  Row request_response() {
    return row_of(fmt::format("W6/{}", kind_.name), node_, kind_, asker_, "go");
  }

 private:
  ActorKind kind_;
  BenchNode node_;
  Address asker_;
  Address server_;
};

std::vector<RowInfo> rows() {
  std::vector<RowInfo> rows = rows_of_kinds([](const ActorKind& kind) -> std::vector<RowInfo> {
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
#if TROUPE_HAS_WASMTIME
  rows.push_back({.id = std::string(bindings_id),
                  .title = "ping-pong, guests with generated C bindings",
                  .kind = RowKind::macro,
                  .peer_id = "W1",
                  .peer_goal = bindings_goal_ns / ping_pong_peer_ns});
#endif
  return rows;
}

void measure(const Request& request, RawSink& sink) {
  std::vector<std::unique_ptr<Pairs>> nodes;
  std::vector<Row> rows;
  for (const ActorKind& kind : actor_kinds) {
    nodes.push_back(std::make_unique<Pairs>(kind));
    rows.push_back(nodes.back()->ping_pong());
    rows.push_back(nodes.back()->request_response());
  }
#if TROUPE_HAS_WASMTIME
  BenchNode bindings("bindings", {.workers = 1});
  const Address server = Pairs::spawn_players(
      bindings, component_of(guest_kind, role<NativePlayer>("bindings_player")));
  rows.push_back(row_of(std::string(bindings_id), bindings, guest_kind, server, serve_order));
#endif
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
