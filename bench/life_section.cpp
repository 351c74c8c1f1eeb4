// W11: an actor's whole life at engine.hpp, in memory that others have used before.

#include "bench/guest_rows.hpp"
#include "bench/sections.hpp"

namespace troupe::bench {
namespace {

constexpr double life_goal_ns = 2'500;
constexpr std::uint32_t payload_bytes = 8;

Row life_row(const Code& code) {
  return {.name = "new, first message, gone",
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
          .sum_each = payload_bytes,
          .against = std::string(NoOpProbe::name),
          .goal = times_no_op(life_goal_ns)};
}

Row trap_row(const Code& code) {
  return {.name = "new, trap, gone",
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
          .sum_each = 1,  // Frame.
          .against = std::string(NoOpProbe::name),
          .goal = times_no_op(life_goal_ns)};
}

Row bare_row(std::string name, const bare_module& module) {
  return {.name = std::move(name),
          .run =
              [&module, payload = Bytes(payload_bytes)](std::uint64_t lives) {
                Work work;
                for (std::uint64_t life = 0; life < lives; ++life) {
                  work.sum += bare_life(&module, payload.data(), payload_bytes);
                  ++work.count;
                }
                return work;
              },
          .sum_each = payload_bytes,
          .against = "new, first message, gone"};
}

}  // namespace

void run_life(const Section& section, const Settings& settings, Report& report) {
  GuestEngine engine;
  const auto echo = engine.compile("echo");
  const auto crash = engine.compile("crash");
  const BareModule mmap = bare_module_of("echo", bare_same);
  const BareModule pool = bare_module_of("echo_64k", bare_pool);
  const BareModule pool_tuned = bare_module_of("echo", bare_pool_tuned);
  NoOpProbe probe;
  compare(settings.run, std::string(section.name),
          {probe.row(), life_row(*echo), trap_row(*crash), bare_row("wasmtime, pool", *pool),
           bare_row("wasmtime, pool tuned", *pool_tuned), bare_row("wasmtime, mmap", *mmap)},
          report);
}

}  // namespace troupe::bench
