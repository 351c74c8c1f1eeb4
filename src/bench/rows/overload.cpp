// Twice as much as a node can do, at fixed times, for 1,000 actors: what it gets done all the same,
// that its memory stays as it is, and that every sender is told. Each message costs its actor some
// microseconds; mailboxes are small, so that they are full for most of the time.

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/check.hpp"
#include "base/format.hpp"
#include "base/limits.hpp"
#include "bench/rows/actor_kind.hpp"
#include "bench/rows/bench_node.hpp"
#include "bench/rows/grinder.hpp"
#include "bench/rows/resident.hpp"
#include "bench/rows/rows.hpp"
#include "bench/sampler.hpp"
#include "bench/stats/open_loop.hpp"
#include "io/system_clock.hpp"

namespace troupe::bench {
namespace {

constexpr std::uint64_t actors = 1'000;
constexpr std::uint32_t room = 64;
constexpr std::uint64_t burst = actors * room / 2;
constexpr std::string_view steps = "2000";
constexpr double overload_factor = 2;
// At least 90 % of what is done at the peak; the rows are times of a message.
constexpr double goodput_goal = 1 / 0.9;
constexpr double flat_bytes = 1.0 * limits::MiB;
// The sender needs a CPU; where it has none for too long, a round says nothing.
constexpr double sent_share_min = 0.9;

// What came of so many sends.
struct Sent {
  std::uint64_t accepted = 0;
  std::uint64_t refused = 0;

  [[nodiscard]] std::uint64_t count() const { return accepted + refused; }
};

class Crowd {
 public:
  explicit Crowd(const ActorKind& kind) : node_(std::string(kind.name), {.workers = 1}) {
    const Component grinder = component_of(kind, role<NativeGrinder>("grinder"));
    addresses_.reserve(actors);
    for (std::uint64_t i = 0; i < actors; ++i) {
      addresses_.push_back(node_.spawn(
          {.name = {}, .config = to_bytes(steps), .mailbox = {.messages = room}}, grinder));
    }
  }

  void send(std::uint64_t number, Sent& sent) {
    const auto taken = node_.runtime().send(addresses_[number % actors], bytes_of(number));
    CHECK(taken || taken.error().code == ErrorCode::overloaded, "refused for want of room");
    ++(taken ? sent.accepted : sent.refused);
  }

  // What the actors have counted since the last time, once they have done what waits for them.
  // REQUIRES: no mailbox is full.
  std::uint64_t collect() {
    std::atomic<std::uint64_t> counted{0};
    std::atomic<std::uint64_t> open{addresses_.size()};
    for (const Address actor : addresses_) {
      node_.runtime().request_async(actor, as_bytes("count"), std::chrono::seconds(60),
                                    [&](const Result<Bytes>& answer) {
                                      CHECK(answer.has_value(), answer.error().message);
                                      counted += number_of(as_text(*answer));
                                      if (--open == 0) open.notify_one();
                                    });
    }
    for (std::uint64_t left = open; left != 0; left = open) open.wait(left);
    return counted;
  }
  // Waits until nothing waits for them.
  void settle() {
    const auto is_waiting = [](const ActorStatus& actor) { return actor.queued > 0; };
    while (std::ranges::any_of(node_.runtime().actors(), is_waiting))
      node_.idle(std::chrono::milliseconds(1));
  }

  [[nodiscard]] std::uint64_t handled() {
    std::uint64_t sum = 0;
    for (const ActorStatus& actor : node_.runtime().actors()) sum += actor.handled;
    return sum;
  }
  [[nodiscard]] BenchNode& node() { return node_; }

 private:
  BenchNode node_;
  std::vector<Address> addresses_;
};

struct Round {
  double peak_ns = 0;      // A message, while there is room for all.
  double overload_ns = 0;  // A message that was handled.
  double growth_bytes = 0;
  std::uint64_t handled = 0;
  bool is_overload = true;  // The sender got to its rate.
  std::string failed = {};
};

// Sends at the schedule's times for so long.
Sent send_for(Crowd& crowd, const Clock& clock, const Schedule& schedule, Duration span) {
  Sent sent;
  const Instant end = schedule.start + span;
  for (Instant now = schedule.start; now < end; now = clock.now()) {
    const std::uint64_t due = schedule.started_by(now);
    while (sent.count() < due) crowd.send(sent.count(), sent);
  }
  return sent;
}

Round measure_round(Crowd& crowd, Duration span) {
  const SystemClock clock;
  const auto since = [&](Instant begin) {
    return static_cast<double>((clock.now() - begin).count());
  };
  Round round;
  Sent free;
  Instant begin = clock.now();
  for (std::uint64_t number = 0; number < burst; ++number) crowd.send(number, free);
  if (crowd.collect() != burst || free.refused != 0) return {.failed = "there was room for all"};
  round.peak_ns = since(begin) / static_cast<double>(burst);

  constexpr double ns_per_s = 1e9;
  const auto rate = static_cast<std::uint64_t>(overload_factor * ns_per_s / round.peak_ns);
  // The first part fills the mailboxes.
  const Sent filling = send_for(crowd, clock, {.start = clock.now(), .per_second = rate}, span);
  const double resident = resident_bytes();
  const std::uint64_t handled = crowd.handled();
  begin = clock.now();
  const Sent sent = send_for(crowd, clock, {.start = begin, .per_second = rate}, span);
  const double took = since(begin);
  round.handled = crowd.handled() - handled;
  round.growth_bytes = growth(resident_bytes(), resident, 1);
  round.overload_ns = took / static_cast<double>(std::max<std::uint64_t>(round.handled, 1));
  crowd.settle();
  if (crowd.collect() != filling.accepted + sent.accepted)
    return {.failed = "accepted messages were lost without a word"};
  const double meant = static_cast<double>(rate) * took / ns_per_s;
  round.is_overload = static_cast<double>(sent.count()) >= sent_share_min * meant;
  return round;
}

std::string id_of(const ActorKind& kind, std::string_view what) {
  return fmt::format("overload/{}/{}", kind.name, what);
}

std::vector<RowInfo> rows() {
  return rows_of_kinds([](const ActorKind& kind) -> std::vector<RowInfo> {
    return {{.id = id_of(kind, "peak"),
             .title = fmt::format("a message to one of 1,000 busy {}, room for all", kind.actors),
             .kind = RowKind::macro,
             .leans = Leans::kernel},
            {.id = id_of(kind, "goodput"),
             .title = "a message handled at twice that rate, the others refused",
             .unit = "x",
             .base = id_of(kind, "peak"),
             .goal = goodput_goal,
             .kind = RowKind::macro,
             .leans = Leans::kernel},
            {.id = id_of(kind, "growth"),
             .title = "resident memory that was gained meanwhile",
             .unit = "bytes",
             .goal = flat_bytes,
             .kind = RowKind::macro,
             .leans = Leans::kernel}};
  });
}

Duration span_of(const Effort& effort) {
  return std::chrono::milliseconds(effort.is_smoke ? 20 : effort.is_brief() ? 400 : 3'000);
}
std::size_t rounds_of(const Effort& effort) { return effort.is_brief() ? 1 : 5; }

// A round fills the mailboxes, overloads them, and lets them run empty.
Duration takes(const Effort& effort) {
  return std::ssize(actor_kinds) * rounds_of(effort) * 3 * span_of(effort);
}

using Values = std::map<std::string, std::vector<double>, std::less<>>;

// As many rounds as are wanted. Why there are none; empty: there are.
std::string measure_rounds(const ActorKind& kind, const Effort& effort, Values& values,
                           std::uint64_t& handled) {
  const Duration span = span_of(effort);
  const std::size_t wanted = rounds_of(effort);
  const std::size_t tries = 3 * wanted;
  Crowd crowd(kind);
  auto audit = crowd.node().audit_of(kind);
  for (std::size_t number = 0; number < tries && values["peak"].size() < wanted; ++number) {
    const Round round = measure_round(crowd, span);
    if (!round.failed.empty()) return round.failed;
    if (const auto audited = audit(); !audited) return audited.error().message;
    if (!round.is_overload && !effort.is_smoke) continue;
    values["peak"].push_back(round.peak_ns);
    values["goodput"].push_back(round.overload_ns);
    values["growth"].push_back(round.growth_bytes);
    handled += round.handled;
  }
  return values["peak"].empty() ? "the sender did not get to twice the capacity in any round" : "";
}

void measure_kind(const ActorKind& kind, const Request& request, RawSink& sink) {
  Values values;
  std::uint64_t handled = 0;
  const std::string failed = measure_rounds(kind, request.effort, values, handled);
  for (const RowInfo& row : rows()) {
    const std::string what = row.id.substr(row.id.rfind('/') + 1);
    if (row.id != id_of(kind, what) || !request.wants(row.id)) continue;
    if (failed.empty()) {
      give(request, sink, row, values.at(what), handled);
    } else {
      sink.take({.id = row.id, .failed = failed});
    }
  }
}

void measure(const Request& request, RawSink& sink) {
  for (const ActorKind& kind : actor_kinds) measure_kind(kind, request, sink);
}

}  // namespace

const Block& overload_block() {
  static constexpr Block block = {.name = "overload",
                                  .title = "twice as much as a node can do",
                                  .rows = rows,
                                  .measure = measure,
                                  .takes = takes};
  return block;
}

}  // namespace troupe::bench
