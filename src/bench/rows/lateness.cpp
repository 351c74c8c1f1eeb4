// How late 100,000 timers fire, and as many requests learn that nobody has answered in time. Due at
// random times, on one worker that has nothing else to do.

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/check.hpp"
#include "base/format.hpp"
#include "base/limits.hpp"
#include "base/split_mix.hpp"
#include "bench/rows/bench_node.hpp"
#include "bench/rows/native_actors.hpp"
#include "bench/rows/quantiles.hpp"
#include "bench/rows/rows.hpp"
#include "bench/sampler.hpp"
#include "metrics/histogram.hpp"
#include "troupe/actor.hpp"

namespace troupe::bench {
namespace {

constexpr double goal_ns = 10e6;
constexpr std::uint64_t pending = 100'000;
// Of one actor: a handler may have 1,024 effects.
constexpr std::uint64_t each = 1'000;
constexpr Duration shortest = std::chrono::milliseconds(100);

struct Subject {
  std::string_view name;
  std::string_view what;
};
constexpr std::array subjects{
    Subject{.name = "timers", .what = "after its time a timer fires"},
    Subject{.name = "timeouts", .what = "after its time a request learns that it is over"}};

RowInfo row_of(const Subject& subject, const Quantile& quantile) {
  RowInfo row{
      .id = fmt::format("{}/late/{}", subject.name, quantile.name),
      .title = fmt::format("{} of how long {}, of 100,000 pending", quantile.name, subject.what),
      .kind = RowKind::macro,
      .leans = Leans::kernel};
  if (quantile.name == "p99") row.goal = goal_ns;
  return row;
}

std::vector<RowInfo> rows() {
  std::vector<RowInfo> rows;
  for (const Subject& subject : subjects) {
    for (const Quantile& quantile : quantiles) rows.push_back(row_of(subject, quantile));
  }
  return rows;
}

// Written by the one worker; read when none is left.
struct Lateness {
  Histogram ns;
  std::atomic<std::uint64_t> left{0};

  void note(Instant due, Instant now) {
    CHECK(now >= due, "nothing comes before its time");
    ns.record(static_cast<std::uint64_t>((now - due).count()));
    if (left.fetch_sub(1, std::memory_order_release) == 1) left.notify_one();
  }
};

// Never answers, and never lets go of what it owes.
// Thread: a worker's.
class Silent final : public Actor {
 public:
  Outcome handle(Turn& turn, BytesView /*message*/) override {
    (void)turn.responder_for_later();
    return {};
  }
};

// `timers SPAN` starts a thousand timers, `timeouts SPAN` asks as many times; each is due within so
// many nanoseconds more than the shortest.
// Thread: a worker's.
class Waiter final : public Actor {
 public:
  Waiter(Lateness& lateness, std::uint64_t seed) : lateness_(lateness), state_(seed) {}

  Outcome handle(Turn& turn, BytesView message) override {
    const std::string_view text = as_text(message);
    const std::uint64_t span = number_of(text.substr(text.find(' ') + 1));
    for (std::uint64_t begun = 0; begun < each; ++begun) {
      const Duration delay =
          shortest + Duration(static_cast<std::int64_t>(split_mix(state_) % span));
      const auto number = text.starts_with("timers")
                              ? turn.start_timer(delay, std::nullopt)
                              : turn.request(*turn.find("silent"), {}, delay);
      if (!number) return Outcome::crash("it was refused");
      due_.emplace(*number, turn.monotonic_now() + delay);
    }
    return {};
  }
  Outcome fired(Turn& turn, std::uint64_t timer) override {
    return note(timer, turn.monotonic_now());
  }
  Outcome answered(Turn& turn, std::uint64_t request, const AnswerView& answer) override {
    if (answer || answer.error().kind != Failure::Kind::timed_out) {
      return Outcome::crash("nobody answers");
    }
    return note(request, turn.monotonic_now());
  }

 private:
  Outcome note(std::uint64_t number, Instant now) {
    lateness_.note(due_.at(number), now);
    due_.erase(number);
    return {};
  }

  Lateness& lateness_;
  std::uint64_t state_;
  std::map<std::uint64_t, Instant> due_;
};

Duration span_of(const Effort& effort) {
  return std::chrono::milliseconds(effort.is_smoke ? 10 : effort.is_brief() ? 500 : 2'000);
}

void measure_subject(const Subject& subject, const Request& request, RawSink& sink) {
  const std::uint64_t all = request.effort.is_smoke ? each : pending;
  Lateness lateness;
  BenchNode node("waiting", {.workers = 1});
  node.spawn({.name = "silent", .mailbox = {.messages = limits::mailbox_messages_max}},
             Component::native("silent", [] { return std::make_unique<Silent>(); }));
  std::uint64_t seed = 1;
  const Component waiter = Component::native(
      "waiter", [&lateness, &seed] { return std::make_unique<Waiter>(lateness, seed++); });
  lateness.left = all;
  for (std::uint64_t waiters = 0; waiters < all / each; ++waiters) {
    const Address actor = node.spawn(fmt::format("waiter-{}", waiters), waiter);
    const std::string order = fmt::format("{} {}", subject.name, span_of(request.effort).count());
    CHECK(node.runtime().send(actor, as_bytes(order)).has_value());
  }
  for (std::uint64_t left = lateness.left.load(std::memory_order_acquire); left != 0;
       left = lateness.left.load(std::memory_order_acquire)) {
    lateness.left.wait(left);
  }
  for (const Quantile& quantile : quantiles)
    give(request, sink, row_of(subject, quantile), {value_at(lateness.ns, quantile)}, all);
}

Duration takes(const Effort& effort) {
  return std::ssize(subjects) * (shortest + span_of(effort) + std::chrono::milliseconds(200));
}

void measure(const Request& request, RawSink& sink) {
  for (const Subject& subject : subjects) measure_subject(subject, request, sink);
}

}  // namespace

const Block& lateness_block() {
  static constexpr Block block = {.name = "lateness",
                                  .title = "how late timers and timeouts are",
                                  .rows = rows,
                                  .measure = measure,
                                  .takes = takes};
  return block;
}

}  // namespace troupe::bench
