// Guests that compute, as many as there are CPUs: what as many workers make of them, and what one
// does. Each sample has a node of its own, whose guests stay where they are: one on each worker.

#include <algorithm>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/check.hpp"
#include "base/format.hpp"
#include "base/limits.hpp"
#include "bench/rows/actor_kind.hpp"
#include "bench/rows/bare_threads.hpp"
#include "bench/rows/bench_node.hpp"
#include "bench/rows/grinder.hpp"
#include "bench/rows/native_actors.hpp"
#include "bench/rows/rows.hpp"
#include "bench/sampler.hpp"
#include "io/system_clock.hpp"
#include "runtime/defaults.hpp"

namespace troupe::bench {
namespace {

// Of each message: a hundred microseconds or so, so that nearly all of the time is the guest's.
constexpr std::uint64_t steps = 50'000;
constexpr const char* all_id = "parallel/wasm/workers";
constexpr const char* gain_id = "parallel/wasm/gain";

std::uint32_t guests_of_all() { return std::min(usable_cores(), limits::workers_max); }

std::vector<RowInfo> rows() {
  const std::uint32_t guests = guests_of_all();
  return {{.id = all_id,
           .title = fmt::format("a message to one of {} guests that compute, each on a worker of "
                                "its own: as many as there are CPUs",
                                guests),
           .kind = RowKind::macro,
           .leans = Leans::two_cores},
          {.id = gain_id,
           .title = fmt::format("the same guests on one worker: how many times as much {} get done",
                                guests),
           .unit = "x",
           .base = all_id,
           .better = Better::higher,
           .kind = RowKind::macro,
           .leans = Leans::two_cores}};
}

// Nanoseconds for each message. None: the guests are not spread over all workers.
std::optional<double> measure_node(std::uint32_t workers, std::uint32_t guests,
                                   std::uint64_t each) {
  BenchNode node("parallel", {.workers = workers, .actors_move = false});
  const Component grinder = component_of(guest_kind, role<NativeGrinder>("grinder"));
  std::vector<Address> grinders;
  grinders.reserve(guests);
  for (std::uint32_t which = 0; which < guests; ++which) {
    grinders.push_back(node.spawn(
        {.name = fmt::format("grinder-{}", which), .config = to_bytes(std::to_string(steps))},
        grinder));
  }
  std::set<std::uint32_t> homes;
  for (const Address one : grinders) homes.insert(node.runtime().actor(one).value().worker);
  if (homes.size() != workers) return std::nullopt;
  const SystemClock clock;
  const Instant begin = clock.now();
  for (std::uint64_t number = 0; number < each; ++number) {
    for (const Address one : grinders) {
      CHECK(node.runtime().send(one, bytes_of(number)).has_value(), "there is room for all");
    }
  }
  // The question comes after all of them.
  for (const Address one : grinders)
    CHECK(node.ask(one, "count") == each, "every message was handled once");
  const auto took = static_cast<double>((clock.now() - begin).count());
  CHECK(node.guest_calls() >= guests * each, "guests have done it");
  return took / static_cast<double>(guests * each);
}

// Of each guest; its mailbox has room for a thousand.
std::uint64_t messages_each(const Effort& effort) { return effort.is_smoke ? 10 : 900; }
std::uint64_t rounds_of(const Effort& effort) {
  if (effort.is_smoke) return 1;
  return effort.is_brief() ? 3 : 9;
}

Duration takes(const Effort& effort) {
  return (guests_of_all() + 1) * rounds_of(effort) * messages_each(effort) *
         std::chrono::microseconds(100);
}

void measure(const Request& request, RawSink& sink) {
  const std::uint32_t guests = guests_of_all();
  if (guests == 1) {
    return fail_all(request, sink, rows(), "two CPUs are needed, and this process may use one");
  }
  const std::uint64_t each = messages_each(request.effort);
  const Gains gains = measure_gains(
      {.workers = guests,
       .samples = rounds_of(request.effort),
       .is_smoke = request.effort.is_smoke},
      [guests, each](std::uint32_t workers) { return measure_node(workers, guests, each); });
  if (gains.one.empty()) {
    return fail_all(request, sink, rows(),
                    gains.bare
                        ? fmt::format("{} bare threads get {:.2f} times as much done as one: "
                                      "there are not as many CPUs to spare",
                                      guests, *gains.bare)
                        : "the guests could not be had on workers of their own");
  }
  const std::uint64_t messages = gains.one.size() * guests * each;
  for (const RowInfo& row : rows())
    give(request, sink, row, row.id == all_id ? gains.all : gains.one, messages);
}

}  // namespace

const Block& parallel_block() {
  static constexpr Block block = {.name = "parallel",
                                  .title = "guests that compute beside each other",
                                  .rows = rows,
                                  .measure = measure,
                                  .takes = takes};
  return block;
}

}  // namespace troupe::bench
