// W11: an actor's whole life at engine.hpp, in memory that others have used before; beside it the
// same in wasmtime's own pool.

#include <string_view>
#include <utility>

#include "bench/rows/guest_rows.hpp"
#include "bench/rows/rows.hpp"
#include "bench/sampler.hpp"

namespace troupe::bench {
namespace {

constexpr double life_goal_ns = 2'500;
constexpr std::uint32_t payload_bytes = 8;
constexpr const char* no_op = "W11/no-op";
constexpr const char* whole_life = "W11/life";
constexpr const char* trap = "W11/trap";

struct Bare {
  std::string_view id;
  std::string_view guest;
  bare_settings settings;
  std::string_view title;
};
constexpr Bare bare_cases[] = {
    {"W11/wasmtime/pool", "echo_64k", bare_pool, "the same life in wasmtime's pool as it comes"},
    {"W11/wasmtime/pool-tuned", "echo", bare_pool_tuned, "in its pool, tuned for small guests"},
    {"W11/wasmtime/mmap", "echo", bare_same, "in wasmtime with our settings and an mmap for each"},
};

std::vector<RowInfo> rows() {
  std::vector<RowInfo> rows{NoOpProbe::info(no_op),
                            {.id = whole_life,
                             .title = "a new instance, `start`, its first message answered, gone",
                             .unit = "x",
                             .base = no_op,
                             .goal = times_no_op(life_goal_ns),
                             .leans = Leans::memory},
                            {.id = trap,
                             .title = "a new instance, a trap with its backtrace, gone",
                             .unit = "x",
                             .base = no_op,
                             .goal = times_no_op(life_goal_ns),
                             .leans = Leans::memory}};
  for (const Bare& bare : bare_cases) {
    rows.push_back({.id = std::string(bare.id),
                    .title = std::string(bare.title),
                    .unit = "x",
                    .base = whole_life,
                    .leans = Leans::memory});
  }
  return rows;
}

Row life_row(const Code& code) {
  return {.id = whole_life,
          .run =
              [&code, payload = Bytes(payload_bytes)](std::uint64_t lives) {
                CountingHost host;
                for (std::uint64_t life = 0; life < lives; ++life) {
                  const auto instance = code.instantiate({});
                  if (instance->boot(host).kind != Reply::Kind::none) break;
                  if (instance->start(host, {}).kind != Reply::Kind::none) break;
                  if (instance->handle(host, payload).kind != Reply::Kind::answered) break;
                }
                return Work{.count = host.answers, .sum = host.bytes};
              },
          .sum_each = payload_bytes};
}

Row trap_row(const Code& code) {
  return {.id = trap,
          .run =
              [&code](std::uint64_t lives) {
                CountingHost host;
                Work work;
                for (std::uint64_t life = 0; life < lives; ++life) {
                  const auto instance = code.instantiate({});
                  if (instance->boot(host).kind != Reply::Kind::none) break;
                  const Reply reply = instance->handle(host, {});
                  if (reply.kind != Reply::Kind::ended) break;
                  if (reply.death->trap != TrapKind::unreachable) break;
                  ++work.count;
                  work.sum += reply.death->backtrace.size();
                }
                return work;
              },
          .sum_each = 1};  // Frame.
}

Row bare_row(std::string_view id, const bare_module* module) {
  return {.id = std::string(id),
          .run =
              [module, payload = Bytes(payload_bytes)](std::uint64_t lives) {
                Work work;
                for (std::uint64_t life = 0; life < lives; ++life) {
                  work.sum += bare_life(module, payload.data(), payload_bytes);
                  ++work.count;
                }
                return work;
              },
          .sum_each = payload_bytes};
}

void measure(const Request& request, RawSink& sink) {
  GuestEngine engine;
  const auto echo = engine.compile("echo");
  const auto crash = engine.compile("crash");
  NoOpProbe probe;
  std::vector<Row> runnable{probe.row(no_op), life_row(*echo), trap_row(*crash)};
  std::vector<BareModule> modules;
  for (const Bare& bare : bare_cases) {
    if (!request.wants(bare.id)) continue;
    modules.push_back(bare_module_of(bare.guest, bare.settings));
    runnable.push_back(bare_row(bare.id, modules.back().get()));
  }
  sample(request, std::move(runnable), sink);
}

}  // namespace

const Block& life_block() {
  static constexpr Block block = {.name = "life",
                                  .title = "an instance from its start to its end",
                                  .rows = rows,
                                  .measure = measure};
  return block;
}

}  // namespace troupe::bench
