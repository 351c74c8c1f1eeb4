// W16: how long an answer takes at a fixed rate of requests, as who sends them would know it: from
// the time at which each was meant to start. Beside it the same work by a bare thread that spins on
// a cache line, at the same times: what the machine itself adds.

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/check.hpp"
#include "base/format.hpp"
#include "base/limits.hpp"
#include "bench/rows/actor_kind.hpp"
#include "bench/rows/answered.hpp"
#include "bench/rows/bench_node.hpp"
#include "bench/rows/grinder.hpp"
#include "bench/rows/quantiles.hpp"
#include "bench/rows/rows.hpp"
#include "bench/sampler.hpp"
#include "bench/stats/open_loop.hpp"
#include "bench/two_cpus.hpp"
#include "io/system_clock.hpp"
#include "metrics/histogram.hpp"

namespace troupe::bench {
namespace {

// Of a request: some 10 us, so that the sender is not what is measured.
constexpr std::uint64_t steps = 10'000;
// Asked at once to learn the capacity.
constexpr std::uint64_t burst = 500;
constexpr double ns_per_s = 1e9;

struct Load {
  std::uint64_t percent = 0;
  std::optional<double> goal = std::nullopt;  // Of p99.9, as a multiple of the bare thread's.
};
constexpr std::array loads{Load{.percent = 10}, Load{.percent = 50, .goal = 2},
                           Load{.percent = 90}};

constexpr std::string_view judged = "p99.9";

std::string id_of(std::string_view server, const Load& load, std::string_view quantile) {
  return fmt::format("W16/{}/at-{}/{}", server, load.percent, quantile);
}

// Starts each request at its time by `start(number)`; the latencies of all.
template <typename Start>
const Histogram& run_loop(const Clock& clock, OpenLoop& loop, Answered& answered,
                          const Start& start) {
  const std::size_t requests = answered.at().size();
  for (std::size_t begun = 0; begun < requests;) {
    for (std::uint64_t due = loop.due(clock.now()); due > 0 && begun < requests; --due, ++begun)
      start(loop.begin());
  }
  answered.wait_for(answered.at().size());
  for (std::size_t request = 0; request < requests; ++request)
    loop.complete(request, answered.at()[request]);
  return loop.latencies_ns();
}

class EchoNode {
 public:
  explicit EchoNode(const ActorKind& kind)
      : node_(std::string(kind.name), {.workers = 1}),
        grinder_(node_.spawn({.name = "grinder",
                              .config = to_bytes(fmt::format("{}", steps)),
                              .mailbox = {.messages = limits::mailbox_messages_max}},
                             component_of(kind, role<NativeGrinder>("grinder")))) {}

  void ask(std::size_t request, Answered& answered) {
    node_.runtime().request_async(grinder_, bytes_of(request), std::chrono::seconds(60),
                                  [this, request, &answered](const Result<Bytes>& answer) {
                                    CHECK(answer.has_value() && number_in(*answer) == request,
                                          "each brings its own back");
                                    answered.note(request, clock_.now());
                                  });
  }
  // Requests that it can answer in a second.
  double capacity() {
    Answered answered(burst);
    const Instant begin = clock_.now();
    for (std::size_t request = 0; request < burst; ++request) ask(request, answered);
    answered.wait_for(answered.at().size());
    return burst * ns_per_s / static_cast<double>((clock_.now() - begin).count());
  }
  [[nodiscard]] BenchNode& node() { return node_; }
  [[nodiscard]] const Clock& clock() const { return clock_; }

 private:
  SystemClock clock_;
  BenchNode node_;
  Address grinder_;
};

// A thread on a CPU of its own that does the same work for whoever writes to its line.
class BareServer {
 public:
  BareServer(CpuPair cpus, const Clock& clock, Answered& answered)
      : partner_(cpus, [this, &clock, &answered] {
          std::uint64_t state = 1;
          for (std::uint64_t done = 0;;) {
            const std::uint64_t asked = line_.value.load(std::memory_order_acquire);
            if (asked == end) break;
            for (; done < asked; ++done) {
              state = grind(state, steps);
              answered.note(done, clock.now());
            }
          }
          // What nobody reads need not be worked out.
          line_.value.store(state, std::memory_order_relaxed);
        }) {}
  BareServer(const BareServer&) = delete;
  BareServer& operator=(const BareServer&) = delete;
  ~BareServer() { line_.value.store(end, std::memory_order_release); }

  void ask(std::uint64_t request) { line_.value.store(request + 1, std::memory_order_release); }
  [[nodiscard]] bool is_ready() const { return partner_.is_ready(); }

 private:
  static constexpr std::uint64_t end = UINT64_MAX;

  Line line_;
  Partner partner_;
};

using Values = std::map<std::string, std::vector<double>, std::less<>>;

void keep(std::string_view server, const Load& load, const Histogram& latencies, Values& values) {
  for (const Quantile& quantile : quantiles) {
    values[id_of(server, load, quantile.name)].push_back(value_at(latencies, quantile));
  }
}

std::vector<RowInfo> rows() {
  std::vector<RowInfo> rows;
  const auto add = [&rows](std::string_view server, const Load& load, const Quantile& quantile,
                           std::string title) -> RowInfo& {
    rows.push_back({.id = id_of(server, load, quantile.name),
                    .title = std::move(title),
                    .kind = RowKind::macro,
                    .leans = Leans::kernel});
    return rows.back();
  };
  for (const Load& load : loads) {
    for (const Quantile& quantile : quantiles) {
      if (quantile.name == judged) {
        add("bare", load, quantile,
            fmt::format("{} of an answer by a bare thread, at the same times", quantile.name));
      }
      for (const ActorKind& kind : actor_kinds) {
        RowInfo& row = add(kind.name, load, quantile,
                           fmt::format("{} of an answer at {} % of the capacity, {}", quantile.name,
                                       load.percent, kind.actors));
        if (quantile.name != judged) continue;
        row.unit = std::string("x");  // g++ 12 mistakes the assignment of a literal for an overlap.
        row.base = id_of("bare", load, quantile.name);
        row.goal = load.goal;
      }
    }
  }
  return rows;
}

// Requests for so long at a share of the capacity.
struct Plan {
  Load load;
  std::uint64_t per_second = 0;
  std::size_t requests = 0;
};
Plan plan_of(const Load& load, double capacity, Duration span) {
  const double rate = std::max(capacity * static_cast<double>(load.percent) / 100, 1.0);
  const double seconds = static_cast<double>(span.count()) / ns_per_s;
  return {.load = load,
          .per_second = static_cast<std::uint64_t>(rate),
          .requests = static_cast<std::size_t>(std::max(rate * seconds, 10.0))};
}

void measure_bare(CpuPair cpus, const Plan& plan, Values& values) {
  const SystemClock clock;
  Answered answered(plan.requests);
  BareServer server(cpus, clock, answered);
  CHECK(server.is_ready(), "two CPUs can be had");
  OpenLoop loop({.start = clock.now(), .per_second = plan.per_second});
  keep("bare", plan.load,
       run_loop(clock, loop, answered, [&](std::uint64_t request) { server.ask(request); }),
       values);
}

void measure_node(EchoNode& node, const ActorKind& kind, const Plan& plan, Values& values) {
  auto audit = node.node().audit_of(kind);
  Answered answered(plan.requests);
  OpenLoop loop({.start = node.clock().now(), .per_second = plan.per_second});
  keep(kind.name, plan.load,
       run_loop(node.clock(), loop, answered,
                [&](std::uint64_t request) { node.ask(request, answered); }),
       values);
  CHECK(audit().has_value(), "guests have answered");
}

// All kinds and the bare thread, one after the other at each load; how many requests there were.
std::uint64_t measure_loads(CpuPair cpus, Duration span, Values& values) {
  std::uint64_t count = 0;
  std::vector<std::unique_ptr<EchoNode>> nodes;
  for (const ActorKind& kind : actor_kinds) {
    nodes.push_back(std::make_unique<EchoNode>(kind));
    (void)nodes.back()->capacity();  // The first touch of everything.
  }
  for (const Load& load : loads) {
    measure_bare(cpus, plan_of(load, nodes.front()->capacity(), span), values);
    for (std::size_t kind = 0; kind < nodes.size(); ++kind) {
      const Plan plan = plan_of(load, nodes[kind]->capacity(), span);
      measure_node(*nodes[kind], actor_kinds[kind], plan, values);
      count += plan.requests;
    }
  }
  return count;
}

Duration span_of(const Effort& effort) {
  return std::chrono::milliseconds(effort.is_smoke ? 10 : effort.is_brief() ? 400 : 3'000);
}

// At each load all kinds of actors, and the bare thread.
Duration takes(const Effort& effort) {
  return std::ssize(loads) * (std::ssize(actor_kinds) + 1) * span_of(effort);
}

void measure(const Request& request, RawSink& sink) {
  const auto cpus = cpu_pair();
  Values values;
  std::uint64_t count = 0;
  if (cpus) count = measure_loads(*cpus, span_of(request.effort), values);
  for (const RowInfo& row : rows()) {
    if (!request.wants(row.id)) continue;
    if (cpus) {
      give(request, sink, row, values.at(row.id), count);
    } else {
      sink.take({.id = row.id, .failed = "two CPUs are needed, and this process may use one"});
    }
  }
}

}  // namespace

const Block& latency_block() {
  static constexpr Block block = {.name = "latency",
                                  .title = "answers at a fixed rate of requests",
                                  .rows = rows,
                                  .measure = measure,
                                  .takes = takes};
  return block;
}

}  // namespace troupe::bench
