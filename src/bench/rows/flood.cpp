// W3 and W4: messages to one actor as fast as it takes them, from one sender or from twenty. No
// more are on their way than its mailbox has room for by default: each sender asks from time to
// time how many have come. The sink counts what arrives.

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "base/check.hpp"
#include "base/format.hpp"
#include "bench/rows/actor_kind.hpp"
#include "bench/rows/bench_node.hpp"
#include "bench/rows/rows.hpp"
#include "bench/rows/traffic_actors.hpp"
#include "bench/sampler.hpp"

namespace troupe::bench {
namespace {

constexpr std::size_t crowd = 20;
constexpr std::size_t on_their_way = 800;  // Of the 1,000 that a mailbox takes.

// Of the best peer where the goals were set, in millions of messages a second; the rows are times.
constexpr double flood_peer_rate = 30;
constexpr double crowd_peer_rate = 31;

// What a row is measured with.
struct Shape {
  ActorKind kind;
  std::string id;
  std::uint32_t workers = 1;
  std::size_t senders = 1;
};
// W3, then W4 with one worker and with two.
std::array<Shape, 3> shapes(const ActorKind& kind) {
  return {Shape{.kind = kind, .id = fmt::format("W3/{}", kind.name)},
          Shape{.kind = kind, .id = fmt::format("W4/{}/1-worker", kind.name), .senders = crowd},
          Shape{.kind = kind,
                .id = fmt::format("W4/{}/2-workers", kind.name),
                .workers = 2,
                .senders = crowd}};
}

// Some senders and their sink.
class Flood {
 public:
  explicit Flood(Shape shape)
      : shape_(std::move(shape)),
        node_(std::string(shape_.kind.name), {.workers = shape_.workers}) {
    node_.spawn("sink", component_of(shape_.kind, role<NativeDrain>("drain")));
    const Component flooder = component_of(shape_.kind, role<NativeFlooder>("flooder"));
    senders_.reserve(shape_.senders);
    for (std::size_t i = 0; i < shape_.senders; ++i) {
      senders_.push_back(
          node_.spawn({.name = fmt::format("sender-{}", i),
                       .config = to_bytes(std::to_string(on_their_way / shape_.senders)),
                       .grants = {.find = {"sink"}, .publish = {}, .subscribe = {}, .spawn = {}}},
                      flooder));
    }
  }

  Row row() {
    return {.id = shape_.id,
            .run = [this](std::uint64_t messages) { return Work{.count = flood(messages)}; },
            .timer = Timer::wall,
            .audit = node_.audit_of(shape_.kind)};
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

  Shape shape_;
  BenchNode node_;
  std::vector<Address> senders_;
};

std::vector<RowInfo> rows() {
  return rows_of_kinds([](const ActorKind& kind) -> std::vector<RowInfo> {
    const auto [one, crowded, two_workers] = shapes(kind);
    const double crowd_goal = crowd_peer_rate / kind.choose(40.0, 8.0);
    return {{.id = one.id,
             .title = fmt::format("a message of a flood to one sink, {}", kind.actors),
             .kind = RowKind::macro,
             .peer_id = "W3",
             .peer_goal = flood_peer_rate / kind.choose(60.0, 12.0)},
            {.id = crowded.id,
             .title = fmt::format("a message from one of 20 to one sink, {}", kind.actors),
             .kind = RowKind::macro,
             .peer_id = "W4",
             .peer_goal = crowd_goal},
            {.id = two_workers.id,
             .title = fmt::format("the same with two workers, {}", kind.actors),
             .kind = RowKind::macro,
             .leans = Leans::two_cores,
             .peer_id = "W4",
             .peer_goal = crowd_goal}};
  });
}

void measure(const Request& request, RawSink& sink) {
  for (const ActorKind& kind : actor_kinds) {
    for (Shape shape : shapes(kind)) {
      if (!request.wants(shape.id)) continue;
      // One node at a time: their workers would stand in each other's way.
      Flood flood(std::move(shape));
      sample(request, {flood.row()}, sink);
    }
  }
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
