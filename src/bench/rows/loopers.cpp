// W17: two guests in endless loops beside one that answers, on two workers. Its answers are asked
// for at fixed times until both loops have been ended by their deadlines.

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/check.hpp"
#include "base/format.hpp"
#include "base/limits.hpp"
#include "bench/rows/actor_kind.hpp"
#include "bench/rows/answered.hpp"
#include "bench/rows/bench_node.hpp"
#include "bench/rows/native_actors.hpp"
#include "bench/rows/quantiles.hpp"
#include "bench/rows/rows.hpp"
#include "bench/sampler.hpp"
#include "bench/stats/open_loop.hpp"
#include "io/system_clock.hpp"

namespace troupe::bench {
namespace {

constexpr std::uint64_t per_second = 1'000;
constexpr Duration deadline = std::chrono::milliseconds(limits::deadline_ms_default);
constexpr double echo_goal_ns = 5e6;
constexpr double late_goal_ns = 2e6;  // Two ticks.
constexpr std::size_t loopers = 2;
constexpr std::string_view late_id = "W17/end";

std::string id_of(const Quantile& quantile) { return fmt::format("W17/echo/{}", quantile.name); }

std::vector<RowInfo> rows() {
  std::vector<RowInfo> rows;
  for (const Quantile& quantile : quantiles) {
    rows.push_back({.id = id_of(quantile),
                    .title = fmt::format("{} of an answer beside two endless loops", quantile.name),
                    .kind = RowKind::macro,
                    .leans = Leans::kernel});
    if (quantile.name == "p99") rows.back().goal = echo_goal_ns;
  }
  rows.push_back({.id = std::string(late_id),
                  .title = "the end of an endless loop, after its deadline of 1 s",
                  .goal = late_goal_ns,
                  .kind = RowKind::macro,
                  .leans = Leans::kernel});
  return rows;
}

using Values = std::map<std::string, std::vector<double>, std::less<>>;

std::uint64_t measure_round(Values& values) {
  const SystemClock clock;
  std::array<std::atomic<std::int64_t>, loopers> ended_at{};
  std::atomic<std::size_t> ended{0};
  const auto on_end = [&](const ExitEvent& event) {
    if (event.exit.kind != Exit::Kind::exceeded) return;
    const std::size_t which = event.name.ends_with("-0") ? 0 : 1;
    ended_at.at(which) = clock.now().ns;
    ++ended;
  };
  BenchNode node("loops", {.workers = 2, .on_end = on_end});
  const Address echo = node.spawn("echo", component_of(guest_kind, role<NativeEcho>("echo")));
  // There is no such class: what a class of this program does can't be ended.
  const Component looper = component_of(guest_kind, {.name = "looper", .make = {}});
  std::array<Address, loopers> looping{};
  for (std::size_t which = 0; which < loopers; ++which) {
    looping.at(which) = node.spawn(
        {.name = fmt::format("looper-{}", which), .restart = Restart::temporary}, looper);
  }
  std::array<Instant, loopers> began{};
  for (std::size_t which = 0; which < loopers; ++which) {
    began.at(which) = clock.now();
    CHECK(node.runtime().send(looping.at(which), as_bytes("loop")).has_value());
  }
  // Longer than any loop may last; what is asked after both have ended is left out.
  constexpr std::size_t requests_max = 5 * per_second;
  Answered answered(requests_max);
  OpenLoop loop({.start = clock.now(), .per_second = per_second});
  std::size_t begun = 0;
  while (ended < loopers && begun < requests_max) {
    if (loop.due(clock.now()) == 0) {
      node.idle(std::max(loop.next_start() - clock.now(), Duration(1)));
      continue;
    }
    const std::uint64_t request = loop.begin();
    ++begun;
    node.runtime().request_async(echo, bytes_of(request), std::chrono::seconds(60),
                                 [&answered, &clock, request](const Result<Bytes>& answer) {
                                   CHECK(answer.has_value() && number_in(*answer) == request,
                                         "each brings its own back");
                                   answered.note(request, clock.now());
                                 });
  }
  CHECK(ended == loopers, "both loops were ended");
  answered.wait_for(begun);
  for (std::size_t request = 0; request < begun; ++request)
    loop.complete(request, answered.at()[request]);
  for (const Quantile& quantile : quantiles)
    values[id_of(quantile)].push_back(value_at(loop.latencies_ns(), quantile));
  for (std::size_t which = 0; which < loopers; ++which) {
    const Duration late = Instant{ended_at.at(which)} - began.at(which) - deadline;
    CHECK(late > Duration(0), "no loop is ended before its deadline");
    values[std::string(late_id)].push_back(static_cast<double>(late.count()));
  }
  CHECK(node.guest_calls() >= begun, "a guest has answered");
  return begun;
}

int rounds_of(const Effort& effort) { return effort.is_brief() ? 1 : 5; }

Duration takes(const Effort& effort) { return rounds_of(effort) * deadline; }

void measure(const Request& request, RawSink& sink) {
  Values values;
  std::uint64_t count = 0;
  for (int round = 0; round < rounds_of(request.effort); ++round) count += measure_round(values);
  for (const RowInfo& row : rows()) give(request, sink, row, values.at(row.id), count);
}

}  // namespace

const Block& loopers_block() {
  static constexpr Block block = {.name = "loopers",
                                  .title = "an answer beside two guests in endless loops",
                                  .rows = rows,
                                  .measure = measure,
                                  .takes = takes};
  return block;
}

}  // namespace troupe::bench
