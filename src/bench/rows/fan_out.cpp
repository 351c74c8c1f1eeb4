// W5: events to all subscribers of a topic, a node with one worker. A sample ends when every
// subscriber has told the publisher how many it counted.

#include <algorithm>
#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/format.hpp"
#include "bench/rows/actor_kind.hpp"
#include "bench/rows/bench_node.hpp"
#include "bench/rows/fan_out_actors.hpp"
#include "bench/rows/rows.hpp"
#include "bench/sampler.hpp"

namespace troupe::bench {
namespace {

struct Width {
  std::uint64_t subscribers;
  double native_goal_ns;
  double guest_goal_ns;
  double peer_ns;  // Of the best peer where the goals were set.
  Leans leans;
};
constexpr std::array widths{Width{.subscribers = 100,
                                  .native_goal_ns = 13,
                                  .guest_goal_ns = 90,
                                  .peer_ns = 26,
                                  .leans = Leans::one_core},
                            Width{.subscribers = 10'000,
                                  .native_goal_ns = 20,
                                  .guest_goal_ns = 200,
                                  .peer_ns = 45,
                                  .leans = Leans::memory}};

std::string id_of(const ActorKind& kind, const Width& width) {
  return fmt::format("W5/{}/{}", kind.name, width.subscribers);
}

// Events that may be on their way: as many as there is room for in mailboxes whose senders do not
// want to be refused, but no more deliveries than the caches of a core hold.
std::uint64_t window_of(std::uint64_t subscribers) {
  constexpr std::uint64_t deliveries = 6'400;
  constexpr std::uint64_t events = 64;
  return std::clamp<std::uint64_t>(deliveries / subscribers, 1, events);
}

class FanOut {
 public:
  FanOut(const ActorKind& kind, std::uint64_t subscribers)
      : kind_(kind), subscribers_(subscribers), node_(std::string(kind.name), {.workers = 1}) {
    const Component subscriber = component_of(kind, role<NativeSubscriber>("subscriber"));
    for (std::uint64_t i = 0; i < subscribers; ++i) {
      node_.spawn(
          {.name = i + 1 == subscribers ? "last" : fmt::format("subscriber-{}", i),
           .grants = {.find = {"publisher"}, .publish = {}, .subscribe = {"bench.#"}, .spawn = {}}},
          subscriber);
    }
    publisher_ = node_.spawn(
        {.name = "publisher",
         .config = to_bytes(fmt::format("{} {}", subscribers, window_of(subscribers))),
         .grants = {.find = {"last"}, .publish = {"bench.#"}, .subscribe = {}, .spawn = {}},
         .mailbox = {.messages = static_cast<std::uint32_t>(2 * subscribers)}},
        component_of(kind, role<NativePublisher>("publisher")));
  }

  Row row(std::string id) {
    return {.id = std::move(id),
            .run =
                [this](std::uint64_t events) {
                  return Work{.count = node_.ask(publisher_, fmt::format("publish {}", events))};
                },
            .timer = Timer::wall,
            .each = subscribers_,
            .audit = node_.audit_of(kind_)};
  }

 private:
  ActorKind kind_;
  std::uint64_t subscribers_;
  BenchNode node_;
  Address publisher_;
};

std::vector<RowInfo> rows() {
  return rows_of_kinds([](const ActorKind& kind) {
    std::vector<RowInfo> rows;
    rows.reserve(widths.size());
    for (const Width& width : widths) {
      rows.push_back(
          {.id = id_of(kind, width),
           .title = fmt::format("a delivery of an event published to {} subscribers, {}",
                                width.subscribers, kind.actors),
           .kind = RowKind::macro,
           .leans = width.leans,
           .peer_id = fmt::format("W5/{}", width.subscribers),
           .peer_goal = kind.choose(width.native_goal_ns, width.guest_goal_ns) / width.peer_ns});
    }
    return rows;
  });
}

void measure(const Request& request, RawSink& sink) {
  for (const ActorKind& kind : actor_kinds) {
    for (const Width& width : widths) {
      const std::string id = id_of(kind, width);
      if (!request.wants(id)) continue;
      FanOut node(kind, request.effort.is_smoke ? width.subscribers / 10 : width.subscribers);
      sample(request, {node.row(id)}, sink);
    }
  }
}

}  // namespace

const Block& fan_out_block() {
  static constexpr Block block = {.name = "fan-out",
                                  .title = "events published to many subscribers",
                                  .rows = rows,
                                  .measure = measure};
  return block;
}

}  // namespace troupe::bench
