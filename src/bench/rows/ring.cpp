// W8: one token through a ring of actors, in the order in which they were made, where what comes
// next lies beside what came before, and shuffled, where each hop is a walk through memory.

#include <algorithm>
#include <array>
#include <atomic>
#include <numeric>
#include <random>
#include <string>
#include <string_view>
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

constexpr std::size_t ring_size = 10'000;
constexpr std::uint64_t shuffle_seed = 8;
// Of the best peer where the goals were set, SObjectizer 5.8 on one thread.
constexpr double ring_peer_ns = 109;

class Ring {
 public:
  // `members`: of the whole ring, in the order in which the token visits them.
  Ring(const ActorKind& kind, const std::vector<std::size_t>& order)
      : kind_(kind), node_("ring", {.workers = 1}) {
    const Component component = component_of(kind, role<NativeRing>("ring"));
    const std::size_t size = order.size();
    std::vector<std::size_t> next(size);
    for (std::size_t i = 0; i < size; ++i) next[order[i]] = order[(i + 1) % size];
    std::vector<Address> made(size);
    for (std::size_t i = 0; i < size; ++i) {
      made[i] =
          node_.spawn(fmt::format("member-{}", i), component, fmt::format("member-{}", next[i]));
    }
    visited_.reserve(size);
    for (const std::size_t member : order) visited_.push_back(made[member]);
  }

  Row row(std::string id) {
    return {.id = std::move(id),
            .run = [this](std::uint64_t hops) { return Work{.count = send_round(hops)}; },
            .timer = Timer::wall,
            .audit = node_.audit_of(kind_)};
  }

 private:
  // The hops made; each is one of the token's own count.
  std::uint64_t send_round(std::uint64_t hops) {
    const Address last = visited_[(at_ + hops) % visited_.size()];
    const Token token{.left = static_cast<std::uint32_t>(hops), .made = 0};
    const BytesView bytes{reinterpret_cast<const std::uint8_t*>(&token), sizeof token};
    std::atomic<std::uint64_t> made{0};
    std::atomic<bool> is_over{false};
    node_.runtime().request_async(last, as_bytes("end"), std::chrono::seconds(60),
                                  [&](const Result<Bytes>& answer) {
                                    CHECK(answer.has_value(), answer.error().message);
                                    made = number_of(as_text(*answer));
                                    is_over = true;
                                    is_over.notify_one();
                                  });
    CHECK(node_.runtime().send(visited_[at_], bytes).has_value(), "the ring takes a token");
    is_over.wait(false);
    at_ = (at_ + hops) % visited_.size();
    return made;
  }

  ActorKind kind_;
  BenchNode node_;
  std::vector<Address> visited_;  // In the order of the ring.
  std::size_t at_ = 0;
};

struct Way {
  std::string_view name;
  std::string_view title;
  bool is_shuffled = false;
  double native_goal_ns = 0;
  double guest_goal_ns = 0;
};
constexpr std::array ways{
    Way{.name = "ordered", .title = "in order", .native_goal_ns = 30, .guest_goal_ns = 150},
    Way{.name = "shuffled",
        .title = "shuffled",
        .is_shuffled = true,
        .native_goal_ns = 60,
        .guest_goal_ns = 450}};

std::string id_of(const ActorKind& kind, const Way& way) {
  return fmt::format("W8/{}/{}", kind.name, way.name);
}

std::vector<RowInfo> rows() {
  return rows_of_kinds([](const ActorKind& kind) {
    std::vector<RowInfo> rows;
    rows.reserve(ways.size());
    for (const Way& way : ways) {
      rows.push_back(
          {.id = id_of(kind, way),
           .title = fmt::format("a hop round 10,000 {}, {}", kind.actors, way.title),
           .kind = RowKind::macro,
           .leans = Leans::memory,
           .peer_id = fmt::format("W8/{}", way.name),
           .peer_goal = kind.choose(way.native_goal_ns, way.guest_goal_ns) / ring_peer_ns});
    }
    return rows;
  });
}

void measure(const Request& request, RawSink& sink) {
  for (const ActorKind& kind : actor_kinds) {
    for (const Way& way : ways) {
      const std::string id = id_of(kind, way);
      if (!request.wants(id)) continue;
      // Everything works with fewer, too.
      std::vector<std::size_t> order(request.effort.is_smoke ? 100 : ring_size);
      std::iota(order.begin(), order.end(), std::size_t{0});
      std::mt19937_64 generator(shuffle_seed);
      if (way.is_shuffled) std::ranges::shuffle(order, generator);
      Ring ring(kind, order);
      sample(request, {ring.row(id)}, sink);
    }
  }
}

}  // namespace

const Block& ring_block() {
  static constexpr Block block = {.name = "ring",
                                  .title = "one token through a ring of actors",
                                  .rows = rows,
                                  .measure = measure};
  return block;
}

}  // namespace troupe::bench
