// W10: a message handled and answered at engine.hpp, warm: deadline set, handle table live,
// post-return where the guest has one.

#include "bench/guest_rows.hpp"
#include "bench/sections.hpp"

namespace troupe::bench {
namespace {

Row echo_row(std::string name, GuestLife& life, std::size_t bytes, double goal) {
  return {.name = std::move(name),
          .run = [&life, payload = Bytes(bytes)](
                     std::uint64_t messages) mutable { return life.echo(payload, messages); },
          .sum_each = bytes,
          .against = std::string(NoOpProbe::name),
          .goal = goal};
}

}  // namespace

void run_call(const Section& section, const Settings& settings, Report& report) {
  GuestEngine engine;
  const auto sdk = engine.compile("echo");
  const auto bindings = engine.compile("bindings_echo");
  GuestLife sdk_life(*sdk);
  GuestLife bindings_life(*bindings);
  NoOpProbe probe;
  compare(settings.run, std::string(section.name),
          {probe.row(), echo_row("SDK guest, 0 B", sdk_life, 0, 4),
           echo_row("SDK guest, 1 KiB", sdk_life, 1024, 5.5),
           echo_row("generated bindings, 0 B", bindings_life, 0, 7),
           echo_row("generated bindings, 1 KiB", bindings_life, 1024, 9)},
          report);
}

}  // namespace troupe::bench
