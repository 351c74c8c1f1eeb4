// W12, many at a time: 10,000 actors of which a tenth crash again and again, and what those who
// don't crash notice of it; then all of them crash at once. Calm and storm take turns on the same
// node, and in the calm who would crash gets messages of another kind at the same times, so that
// the two differ by the crashes alone.

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/check.hpp"
#include "base/format.hpp"
#include "base/limits.hpp"
#include "bench/primitives.hpp"
#include "bench/rows/actor_kind.hpp"
#include "bench/rows/answered.hpp"
#include "bench/rows/bench_node.hpp"
#include "bench/rows/crash_actors.hpp"
#include "bench/rows/crash_books.hpp"
#include "bench/rows/quantiles.hpp"
#include "bench/rows/rows.hpp"
#include "bench/sampler.hpp"
#include "bench/stats/open_loop.hpp"
#include "io/system_clock.hpp"

namespace troupe::bench {
namespace {

constexpr double p99_goal = 1.05;
// Until all are ready, where an atomic add took so long: goals in ns stand for multiples of it.
constexpr double native_goal_ms = 20;
constexpr double guest_goal_ms = 150;
constexpr double actors_of_goal = 10'000;
constexpr double add_ns = 5.7;
constexpr double ns_per_ms = 1e6;

constexpr std::uint64_t requests_per_second = 20'000;
// Of one in ten of the actors: ten times a second each of a thousand.
constexpr std::uint64_t crashes_per_second = 10'000;
constexpr std::uint64_t healthy_for_each = 9;
constexpr std::uint64_t adds = 1'000'000;
constexpr Quantile judged{.name = "p99", .share = 0.99};

std::string id_of(const ActorKind& kind, std::string_view what) {
  return fmt::format("W12/{}/{}", kind.name, what);
}

struct Size {
  std::uint64_t actors = 10'000;
  int rounds = 5;
  Duration span = std::chrono::seconds(3);  // Of each calm and each storm.

  static Size of(const Effort& effort) {
    using std::chrono::milliseconds;
    if (effort.is_smoke) return {.actors = 100, .rounds = 1, .span = milliseconds(20)};
    if (effort.is_brief()) return {.actors = 2'000, .rounds = 3, .span = milliseconds(300)};
    return {};
  }
};

enum class Weather : std::uint8_t { calm, storm };

// The actors, below a root supervisor that never gives up, on a node with one worker.
class Crowd {
 public:
  Crowd(const ActorKind& kind, std::uint64_t actors)
      : node_(std::string(kind.name), {.on_end = books_.on_end(), .lives_may_crash = true}) {
    node_.load(kind, {},
               fmt::format(R"(
[app.supervisors.root]
intensity = {}
backoff = "immediate"
period = "{}"
)",
                           limits::intensity_max, CrashBooks::period));
    const Component brittle = component_of(kind, role<NativeBrittle>("brittle"));
    auto addresses = std::make_shared<std::vector<Address>>();
    addresses->reserve(actors);
    for (std::uint64_t i = 0; i < actors; ++i)
      addresses->push_back(node_.spawn(SpawnOptions(), brittle));
    addresses_ = addresses;
    crash_all_ = node_.spawn({.mailbox = {.messages = static_cast<std::uint32_t>(2 * actors)}},
                             Component::native("crash-all", [addresses] {
                               return std::make_unique<CrashAll>(addresses);
                             }));
    has_worked_ = node_.audit_of(kind);
  }

  // The quantile of healthy actors' latencies.
  double measure(Weather weather, Duration span) {
    const Instant begin = clock_.now();
    const Schedule crashes{.start = begin, .per_second = crashes_per_second};
    OpenLoop loop({.start = begin, .per_second = requests_per_second});
    Answered answered(loop_requests(span));
    std::uint64_t crashed = 0;
    for (std::size_t begun = 0; begun < answered.at().size();) {
      const Instant now = clock_.now();
      for (; crashed < crashes.started_by(now); ++crashed) tell(weather, crashed);
      for (std::uint64_t due = loop.due(now); due > 0 && begun < answered.at().size();
           --due, ++begun)
        ask(loop.begin(), answered);
      // Of two cores one is the worker's: who spun here would stand in the control plane's way.
      const Instant next = std::min(loop.next_start(), crashes.intended_start(crashed));
      if (const Instant done = clock_.now(); next > done) node_.idle(next - done);
    }
    answered.wait_for(answered.at().size());
    for (std::size_t request = 0; request < answered.at().size(); ++request)
      loop.complete(request, answered.at()[request]);
    handled_ += answered.at().size() + (weather == Weather::calm ? crashed : 0);
    crashes_ += weather == Weather::storm ? crashed : 0;
    settle();
    return value_at(loop.latencies_ns(), judged);
  }

  // How long it takes until all have crashed and answered again, for each.
  double crash_all() {
    const auto all = static_cast<std::uint64_t>(addresses_->size());
    const Instant begin = clock_.now();
    const std::uint64_t sum = node_.ask(crash_all_, "go");
    const auto took = static_cast<double>((clock_.now() - begin).count());
    CHECK(sum == all * (all + 1) / 2, "each has brought its number back");
    crashes_ += all;
    handled_ += all;
    settle();
    return took / static_cast<double>(all);
  }

  [[nodiscard]] std::uint64_t crashes() const { return crashes_; }

  // Why nothing of all this counts, if it does not.
  Result<void> audit() {
    if (auto counted = books_.audit(node_, *addresses_, crashes_); !counted) return counted;
    const std::uint64_t handled = handled_by_all();
    if (handled != handled_) {
      return fail(ErrorCode::internal,
                  fmt::format("{} messages were to be handled, {} were", handled_, handled));
    }
    return has_worked_();
  }

 private:
  static std::size_t loop_requests(Duration span) {
    constexpr std::int64_t ns_per_s = 1'000'000'000;
    return static_cast<std::size_t>(span.count()) * requests_per_second / ns_per_s;
  }

  // One of the last tenth.
  void tell(Weather weather, std::uint64_t number) {
    const std::uint64_t careless = addresses_->size() / (healthy_for_each + 1);
    const Address one = (*addresses_)[addresses_->size() - 1 - number % careless];
    const auto sent = node_.runtime().send(
        one, weather == Weather::storm ? as_bytes(crash_order) : bytes_of(number));
    CHECK(sent.has_value(), sent.error().message);
  }
  // One of the others; neighbours in memory are far apart in time.
  void ask(std::uint64_t request, Answered& answered) {
    constexpr std::uint64_t stride = 7'919;
    const std::uint64_t healthy = addresses_->size() - addresses_->size() / (healthy_for_each + 1);
    node_.runtime().request_async(
        (*addresses_)[request * stride % healthy], bytes_of(request), std::chrono::seconds(60),
        [this, request, &answered](const Result<Bytes>& answer) {
          CHECK(answer.has_value() && number_in(*answer) == request, "each brings its own back");
          answered.note(request, clock_.now());
        });
  }

  [[nodiscard]] std::uint64_t handled_by_all() {
    std::uint64_t sum = 0;
    for (const Address actor : *addresses_) {
      const auto status = node_.runtime().actor(actor);
      CHECK(status.has_value(), "all of them live");
      sum += status->handled;
    }
    return sum;
  }
  // Until nothing of the last round is left to do.
  void settle() {
    for (int tries = 0; (node_.ended() < crashes_ || handled_by_all() < handled_) && tries < 1'000;
         ++tries)
      node_.idle(std::chrono::milliseconds(10));
  }

  SystemClock clock_;
  CrashBooks books_;
  BenchNode node_;
  std::shared_ptr<const std::vector<Address>> addresses_;
  Address crash_all_;
  std::function<Result<void>()> has_worked_;
  std::uint64_t handled_ = 0;
  std::uint64_t crashes_ = 0;
};

std::string add_id(const ActorKind& kind) { return id_of(kind, "add"); }

std::vector<RowInfo> rows() {
  return rows_of_kinds([](const ActorKind& kind) -> std::vector<RowInfo> {
    return {
        {.id = id_of(kind, "calm"),
         .title = fmt::format("p99 of an answer by one of 10,000 {} (--quick: 2,000), none crashes",
                              kind.actors),
         .kind = RowKind::macro,
         .leans = Leans::kernel},
        {.id = id_of(kind, "storm"),
         .title =
             "the same while a tenth of them crash, 10,000 times a second in all, restarted at "
             "once",
         .unit = "x",
         .base = id_of(kind, "calm"),
         .goal = p99_goal,
         .kind = RowKind::macro,
         .leans = Leans::kernel},
        {.id = add_id(kind), .title = "an atomic add that nobody else wants"},
        {.id = id_of(kind, "all-at-once"),
         .title =
             "all of them crash at once, until each has answered again: time for each, in adds",
         .unit = "x",
         .base = add_id(kind),
         .goal = kind.choose(native_goal_ms, guest_goal_ms) * ns_per_ms / actors_of_goal / add_ns,
         .kind = RowKind::macro,
         .leans = Leans::memory}};
  });
}

using Values = std::map<std::string, std::vector<double>, std::less<>>;

void measure_kind(const ActorKind& kind, const Request& request, RawSink& sink) {
  std::vector<RowInfo> wanted = rows();
  std::erase_if(wanted, [&](const RowInfo& row) {
    return !row.id.starts_with(id_of(kind, "")) || !request.wants(row.id);
  });
  if (wanted.empty()) return;
  const Size size = Size::of(request.effort);
  const SystemClock clock;
  Crowd crowd(kind, size.actors);
  Values values;
  (void)crowd.crash_all();  // The first touch of everything.
  for (int round = 0; round < size.rounds; ++round) {
    values[id_of(kind, "calm")].push_back(crowd.measure(Weather::calm, size.span));
    values[id_of(kind, "storm")].push_back(crowd.measure(Weather::storm, size.span));
    const Instant begin = clock.now();
    CHECK(add_alone(adds).sum == adds, "all were added");
    values[add_id(kind)].push_back(static_cast<double>((clock.now() - begin).count()) / adds);
    values[id_of(kind, "all-at-once")].push_back(crowd.crash_all());
  }
  const auto audited = crowd.audit();
  for (const RowInfo& row : wanted) {
    if (audited) {
      give(request, sink, row, values.at(row.id), crowd.crashes());
    } else {
      sink.take({.id = row.id, .failed = audited.error().message});
    }
  }
}

Duration takes(const Effort& effort) {
  const Size size = Size::of(effort);
  const auto all_at_once = size.actors * std::chrono::microseconds(50);
  return std::ssize(actor_kinds) * (2 * all_at_once + size.rounds * (2 * size.span + all_at_once));
}

void measure(const Request& request, RawSink& sink) {
  for (const ActorKind& kind : actor_kinds) measure_kind(kind, request, sink);
}

}  // namespace

const Block& crash_storm_block() {
  static constexpr Block block = {.name = "crash-storm",
                                  .title = "many actors that crash",
                                  .rows = rows,
                                  .measure = measure,
                                  .takes = takes};
  return block;
}

}  // namespace troupe::bench
