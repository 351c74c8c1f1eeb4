// W8: one token through a ring of actors, in the order in which they were made, where what comes
// next lies beside what came before, and shuffled, where each hop is a walk through memory.

#include <algorithm>
#include <atomic>
#include <random>
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

constexpr std::size_t ring_size = 10'000;
constexpr std::uint64_t shuffle_seed = 8;

class Ring {
 public:
  // `members`: of the whole ring, in the order in which the token visits them.
  Ring(std::string name, const Component& component, std::vector<std::size_t> order)
      : node_(std::move(name), 1) {
    const std::size_t size = order.size();
    std::vector<std::size_t> next(size);
    for (std::size_t i = 0; i < size; ++i) next[order[i]] = order[(i + 1) % size];
    std::vector<Address> made(size);
    for (std::size_t i = 0; i < size; ++i) {
      made[i] =
          node_.spawn(fmt::format("member-{}", i), component, fmt::format("member-{}", next[i]));
    }
    for (const std::size_t member : order) visited_.push_back(made[member]);
  }

  Row row(std::string id) {
    return {.id = std::move(id),
            .run = [this](std::uint64_t hops) { return Work{.count = send_round(hops)}; },
            .timer = Timer::wall};
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

  BenchNode node_;
  std::vector<Address> visited_;  // In the order of the ring.
  std::size_t at_ = 0;
};

std::vector<RowInfo> rows() {
  std::vector<RowInfo> rows;
  const auto add = [&rows](std::string_view column, std::string_view actors) {
    rows.push_back({.id = fmt::format("W8/{}/ordered", column),
                    .title = fmt::format("a hop round 10,000 {}, in order", actors),
                    .kind = RowKind::macro,
                    .leans = Leans::memory,
                    .peer_id = "W8/ordered"});
    rows.push_back({.id = fmt::format("W8/{}/shuffled", column),
                    .title = fmt::format("a hop round 10,000 {}, shuffled", actors),
                    .kind = RowKind::macro,
                    .leans = Leans::memory,
                    .peer_id = "W8/shuffled"});
  };
  add("native", "native actors");
#if TROUPE_HAS_WASMTIME
  add("wasm", "C guests");
#endif
  return rows;
}

void measure(const Request& request, RawSink& sink) {
  const auto run = [&](std::string id, const Component& component, bool is_shuffled) {
    if (!request.wants(id)) return;
    // Everything works with fewer, too.
    std::vector<std::size_t> order(request.effort.is_smoke ? 100 : ring_size);
    for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
    std::mt19937_64 generator(shuffle_seed);
    if (is_shuffled) std::ranges::shuffle(order, generator);
    Ring ring("ring", component, std::move(order));
    sample(request, {ring.row(std::move(id))}, sink);
  };
  const Component native = native_component<NativeRing>("ring");
  run("W8/native/ordered", native, false);
  run("W8/native/shuffled", native, true);
#if TROUPE_HAS_WASMTIME
  const Component guest_ring = guest_component("ring");
  run("W8/wasm/ordered", guest_ring, false);
  run("W8/wasm/shuffled", guest_ring, true);
#endif
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
