// W3 and W4: messages to one actor as fast as it takes them, from one sender or from twenty. No
// more are on their way than its mailbox has room for by default: each sender asks from time to
// time how many have come. The sink counts what arrives.

#include <atomic>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/format.hpp"
#include "bench/rows/bench_node.hpp"
#include "bench/rows/rows.hpp"
#include "bench/rows/traffic_actors.hpp"
#include "bench/sampler.hpp"

namespace troupe::bench {
namespace {

constexpr std::size_t crowd = 20;
constexpr std::size_t on_their_way = 800;  // Of the 1,000 that a mailbox takes.

struct Cast {
  std::string name;
  Component drain;
  Component flooder;
};

// Some senders and their sink.
class Column {
 public:
  Column(const Cast& cast, std::uint32_t workers, std::size_t senders) : node_(cast.name, workers) {
    sink_ = node_.spawn("sink", cast.drain);
    for (std::size_t i = 0; i < senders; ++i) {
      senders_.push_back(
          node_.spawn({.name = fmt::format("sender-{}", i),
                       .config = to_bytes(std::to_string(on_their_way / senders)),
                       .grants = {.find = {"sink"}, .publish = {}, .subscribe = {}, .spawn = {}}},
                      cast.flooder));
    }
  }

  Row row(std::string id) {
    return {.id = std::move(id),
            .run = [this](std::uint64_t messages) { return Work{.count = flood(messages)}; },
            .timer = Timer::wall};
  }

 private:
  // How many the sink has counted.
  std::uint64_t flood(std::uint64_t messages) {
    std::atomic<std::uint64_t> counted{0};
    std::atomic<std::size_t> open{senders_.size()};
    for (std::size_t i = 0; i < senders_.size(); ++i) {
      const std::uint64_t share =
          messages / senders_.size() + (i < messages % senders_.size() ? 1 : 0);
      const auto done = [&](const Result<Bytes>& answer) {
        CHECK(answer.has_value(), answer.error().message);
        counted += number_of(as_text(*answer));
        if (--open == 0) open.notify_one();
      };
      if (share == 0) {
        if (--open == 0) open.notify_one();
        continue;
      }
      node_.runtime().request_async(senders_[i], as_bytes(fmt::format("go {}", share)),
                                    std::chrono::seconds(60), done);
    }
    for (std::size_t left = open; left != 0; left = open) open.wait(left);
    return counted;
  }

  BenchNode node_;
  Address sink_;
  std::vector<Address> senders_;
};

Cast native_cast() {
  return {.name = "native",
          .drain = native_component<NativeDrain>("drain"),
          .flooder = native_component<NativeFlooder>("flooder")};
}

#if TROUPE_HAS_WASMTIME
Cast guest_cast() {
  return {.name = "wasm", .drain = guest_component("drain"), .flooder = guest_component("flooder")};
}
#endif

std::vector<RowInfo> rows() {
  std::vector<RowInfo> rows;
  const auto add = [&rows](std::string_view column, std::string_view actors) {
    rows.push_back({.id = fmt::format("W3/{}", column),
                    .title = fmt::format("a message of a flood to one sink, {}", actors),
                    .kind = RowKind::macro,
                    .peer_id = "W3"});
    rows.push_back({.id = fmt::format("W4/{}/1-worker", column),
                    .title = fmt::format("a message from one of 20 to one sink, {}", actors),
                    .kind = RowKind::macro,
                    .peer_id = "W4"});
    rows.push_back({.id = fmt::format("W4/{}/2-workers", column),
                    .title = fmt::format("the same with two workers, {}", actors),
                    .kind = RowKind::macro,
                    .leans = Leans::two_cores,
                    .peer_id = "W4"});
  };
  add("native", "native actors");
#if TROUPE_HAS_WASMTIME
  add("wasm", "C guests");
#endif
  return rows;
}

void measure(const Request& request, RawSink& sink) {
  // One node at a time: their workers would stand in each other's way.
  const auto run = [&](const Cast& cast, std::string id, std::uint32_t workers,
                       std::size_t senders) {
    if (!request.wants(id)) return;
    Column column(cast, workers, senders);
    sample(request, {column.row(std::move(id))}, sink);
  };
  const auto run_column = [&](const Cast& cast) {
    run(cast, fmt::format("W3/{}", cast.name), 1, 1);
    run(cast, fmt::format("W4/{}/1-worker", cast.name), 1, crowd);
    run(cast, fmt::format("W4/{}/2-workers", cast.name), 2, crowd);
  };
  run_column(native_cast());
#if TROUPE_HAS_WASMTIME
  run_column(guest_cast());
#endif
}

}  // namespace

const Block& flood_block() {
  static constexpr Block block = {.name = "flood",
                                  .title = "messages to one actor as fast as it takes them",
                                  .rows = rows,
                                  .measure = measure};
  return block;
}

}  // namespace troupe::bench
