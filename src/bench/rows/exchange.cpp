// W1 and W6: two actors of a node with one worker and the messages between them, native and as
// guests. One request from outside starts each sample, and its answer says how many operations
// came back as they were sent.

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/format.hpp"
#include "bench/rows/bench_node.hpp"
#include "bench/rows/rows.hpp"
#include "bench/sampler.hpp"

namespace troupe::bench {
namespace {

// The components of one column.
struct Cast {
  std::string name;
  Component echo;
  Component asker;
  Component player;
};

Cast native_cast() {
  return {.name = "native",
          .echo = native_component<NativeEcho>("echo"),
          .asker = native_component<NativeAsker>("asker"),
          .player = native_component<NativePlayer>("player")};
}

#if TROUPE_HAS_WASMTIME
Cast guest_cast() {
  return {.name = "wasm",
          .echo = guest_component("echo"),
          .asker = guest_component("asker"),
          .player = guest_component("player")};
}
#endif

// A node with one worker.
class Column {
 public:
  explicit Column(const Cast& cast) : node_(cast.name, 1) {
    node_.spawn("echo", cast.echo);
    asker_ = node_.spawn("asker", cast.asker, "echo");
    server_ = node_.spawn("server", cast.player, "returner");
    node_.spawn("returner", cast.player, "server");
  }

  Row ping_pong(std::string id) { return row(std::move(id), server_, "play-ball"); }
  Row request_response(std::string id) { return row(std::move(id), asker_, "go"); }

 private:
  Row row(std::string id, Address actor, std::string_view order) {
    return {.id = std::move(id),
            .run =
                [this, actor, order](std::uint64_t rounds) {
                  return Work{.count = node_.ask(actor, fmt::format("{} {}", order, rounds))};
                },
            .timer = Timer::wall};
  }

  BenchNode node_;
  Address asker_;
  Address server_;
};

std::vector<RowInfo> rows() {
  std::vector<RowInfo> rows;
  const auto add = [&rows](std::string_view column, std::string_view actors) {
    rows.push_back({.id = fmt::format("W1/{}", column),
                    .title = fmt::format("ping-pong, a round trip of two messages, {}", actors),
                    .kind = RowKind::macro,
                    .peer_id = "W1"});
    rows.push_back({.id = fmt::format("W6/{}", column),
                    .title = fmt::format("a request answered, its timeout armed, {}", actors),
                    .kind = RowKind::macro,
                    .peer_id = "W6"});
  };
  add("native", "native actors");
#if TROUPE_HAS_WASMTIME
  add("wasm", "C guests");
#endif
  return rows;
}

void measure(const Request& request, RawSink& sink) {
  std::vector<Row> runnable;
  Column native(native_cast());
  runnable.push_back(native.ping_pong("W1/native"));
  runnable.push_back(native.request_response("W6/native"));
#if TROUPE_HAS_WASMTIME
  Column guests(guest_cast());
  runnable.push_back(guests.ping_pong("W1/wasm"));
  runnable.push_back(guests.request_response("W6/wasm"));
#endif
  sample(request, std::move(runnable), sink);
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
