// W1 and W6 in a node that is stepped by this thread under a clock that stands still: what
// mailboxes, turns, outboxes and routing cost by themselves, without threads, parking or a look at
// the time. Nothing but the code decides how many instructions they take, so these are the rows
// whose instructions are counted (tools/instructions.py).

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/check.hpp"
#include "base/format.hpp"
#include "base/limits.hpp"
#include "bench/rows/native_actors.hpp"
#include "bench/rows/rows.hpp"
#include "bench/sampler.hpp"
#include "runtime/sim_node.hpp"

namespace troupe::bench {
namespace {

std::vector<RowInfo> rows() {
  return {{.id = "W1/core", .title = "ping-pong of native actors, the node stepped by one thread"},
          {.id = "W6/core", .title = "a request answered, the node stepped by one thread"}};
}

template <typename NativeActor>
Address spawn(SimNode& node, const std::string& name, std::string_view config) {
  const auto spawned =
      node.spawn({.name = name,
                  .spec = native_spec([] { return std::make_unique<NativeActor>(); }),
                  .config = to_bytes(config)});
  CHECK(spawned.has_value(), spawned.error().message);
  return *spawned;
}

Row row(std::string id, SimNode& node, Address actor, std::string_view order) {
  return {.id = std::move(id), .run = [&node, actor, order](std::uint64_t rounds) {
            const auto good = node.request(actor, fmt::format("{} {}", order, rounds));
            CHECK(good.has_value(), good.error().message);
            return Work{.count = number_of(as_text(*good))};
          }};
}

void measure(const Request& request, RawSink& sink) {
  SimNode node({.workers = 1, .turns_a_step = limits::step_turns_max});
  spawn<NativeEcho>(node, "echo", {});
  const Address asker = spawn<NativeAsker>(node, "asker", "echo");
  const Address server = spawn<NativePlayer>(node, "server", "returner");
  spawn<NativePlayer>(node, "returner", "server");
  sample(request, {row("W1/core", node, server, "play-ball"), row("W6/core", node, asker, "go")},
         sink);
}

}  // namespace

const Block& core_block() {
  static constexpr Block block = {.name = "core",
                                  .title = "two actors of a node that one thread steps",
                                  .rows = rows,
                                  .measure = measure};
  return block;
}

}  // namespace troupe::bench
