// W12: from a crash to the next message handled, by an actor's next life. Once below a supervisor
// that the manifest names, the same actor again and again, by each strategy; once for children that
// actors spawned.
// Every life and every exit is counted by the node's own books, and one too many or too few fails
// the row.

#include "model/restart.hpp"

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/check.hpp"
#include "base/format.hpp"
#include "base/limits.hpp"
#include "bench/rows/actor_kind.hpp"
#include "bench/rows/bench_node.hpp"
#include "bench/rows/crash_actors.hpp"
#include "bench/rows/crash_books.hpp"
#include "bench/rows/rows.hpp"
#include "bench/sampler.hpp"
#include "io/system_clock.hpp"

namespace troupe::bench {
namespace {

// Of the best peer where the goals were set: the BEAM.
constexpr double peer_ns = 1'300;

// A spawner's group has the policy that every supervisor has by default, which no manifest can
// change: the first restart in its window is immediate, the next ones wait.
constexpr std::uint32_t restarts_of_a_group = 1;

// What a supervisor does when an actor crashes that it has alone, or as the second of four.
struct Group {
  std::string_view what = {};  // In a row's id.
  std::string_view strategy = "one-for-one";
  std::uint64_t with_each = 0;  // Others that begin anew with it.
};
constexpr Group alone;
constexpr std::array fellowships{
    Group{.what = "/one-for-all", .strategy = "one-for-all", .with_each = 3},
    Group{.what = "/rest-for-one", .strategy = "rest-for-one", .with_each = 2}};

std::string id_of(const ActorKind& kind, std::string_view what = {}) {
  return fmt::format("W12/{}{}", kind.name, what);
}

std::vector<RowInfo> rows() {
  return rows_of_kinds([](const ActorKind& kind) {
    const auto row = [&](std::string_view what, std::string title) {
      return RowInfo{.id = id_of(kind, what), .title = std::move(title), .kind = RowKind::macro};
    };
    std::vector<RowInfo> rows{
        row("", fmt::format("a crash, a restart at once by a supervisor that allows {} in {}, and "
                            "the next message answered, {}",
                            limits::intensity_max, CrashBooks::period, kind.actors)),
        row("/child",
            fmt::format("the same for children of 10,000 actors (--quick: 1,000), {} restart "
                        "each, the one that does not wait, {}",
                        restarts_of_a_group, kind.actors))};
    for (RowInfo& info : rows) {
      info.peer_id = "W12";
      info.peer_goal = kind.choose(600.0, 4'000.0) / peer_ns;
    }
    for (const Group& group : fellowships) {
      rows.push_back(row(
          group.what,
          fmt::format("the second of four children crashes, {} begin anew by {}, and it and the "
                      "last of them have answered, one after the other, {}",
                      group.with_each + 1, group.strategy, kind.actors)));
    }
    return rows;
  });
}

// One actor that crashes, perhaps among others of its supervisor, and who has it crash, on a node
// with one worker.
class Patient {
 public:
  Patient(const ActorKind& kind, const Group& group)
      : kind_(kind),
        group_(group),
        node_(std::string(kind.name), {.on_end = books_.on_end(), .lives_may_crash = true}) {
    const std::array roles{role<NativeBrittle>("brittle"), driver<CrashDriver>("driver")};
    const bool is_alone = group.with_each == 0;
    std::string manifest = fmt::format(R"(
[app.supervisors.hasty]
strategy = "{}"
intensity = {}
backoff = "immediate"
period = "{}"
)",
                                       group.strategy, limits::intensity_max, CrashBooks::period);
    std::vector<std::string_view> names{"brittle"};
    if (!is_alone) names = {"first", "brittle", "third", "last"};
    for (const std::string_view name : names) {
      manifest +=
          fmt::format("[app.actors.{}]\ncomponent = \"brittle\"\nsupervisor = \"hasty\"\n", name);
    }
    manifest += fmt::format(R"(
[app.actors.driver]
component = "driver"
config = "{}"
grants = {{ find = ["brittle", "last"] }}
)",
                            is_alone ? "" : "last");
    node_.load(kind, roles, manifest);
    for (const std::string_view name : names) patients_.push_back(node_.find(name));
    driver_ = node_.find("driver");
    has_worked_ = node_.audit_of(kind);
  }

  Row row() {
    return {.id = id_of(kind_, group_.what),
            .run =
                [this](std::uint64_t crashes) {
                  crashes_ += crashes;
                  return Work{.count = node_.ask(driver_, fmt::format("go {}", crashes))};
                },
            .timer = Timer::wall,
            .audit = [this]() -> Result<void> {
              if (auto counted = books_.audit(node_, patients_, crashes_, group_.with_each);
                  !counted)
                return counted;
              return has_worked_();
            }};
  }

 private:
  ActorKind kind_;
  Group group_;
  CrashBooks books_;
  BenchNode node_;
  std::vector<Address> patients_;
  Address driver_;
  std::uint64_t crashes_ = 0;
  std::function<Result<void>()> has_worked_;
};

// Each parent's children crash as often as their group allows, so that every batch has parents of
// its own.
void measure_children(const ActorKind& kind, const Request& request, RawSink& sink) {
  const std::string id = id_of(kind, "/child");
  if (!request.wants(id)) return;
  const Effort& effort = request.effort;
  constexpr std::uint64_t batches = 5;
  const std::uint64_t parents = (effort.is_smoke ? 50 : effort.is_brief() ? 1'000 : 10'000);
  const std::uint64_t each = parents / batches;
  CrashBooks books;
  BenchNode node(std::string(kind.name), {.on_end = books.on_end(), .lives_may_crash = true});
  const std::array roles{role<NativeBrittle>("brittle"), driver<CrashParent>("parent"),
                         driver<CrashHead>("head")};
  node.load(kind, roles, R"(
[app.templates.brittle]
component = "brittle"
restart = "permanent"
[app.templates.parent]
component = "parent"
grants = { spawn = ["brittle"] }
[app.actors.head]
component = "head"
grants = { spawn = ["parent"] }
)");
  const Address head = node.find("head");
  auto has_worked = node.audit_of(kind);
  const SystemClock clock;
  std::vector<double> ns;
  for (std::uint64_t batch = 0; batch < batches; ++batch) {
    CHECK(node.ask(head, fmt::format("spawn {}", each)) == each, "every parent has a child");
    const Instant begin = clock.now();
    const std::uint64_t good = node.ask(head, fmt::format("crash {}", restarts_of_a_group));
    const auto took = static_cast<double>((clock.now() - begin).count());
    CHECK(good == each * restarts_of_a_group, "the next life answers");
    ns.push_back(took / static_cast<double>(good));
  }
  std::vector<Address> children;
  for (const ActorStatus& actor : node.runtime().actors())
    if (actor.component.contains("brittle")) children.push_back(actor.address);
  const std::uint64_t crashes = parents * restarts_of_a_group;
  auto audited = children.size() == parents
                     ? books.audit(node, children, crashes)
                     : Result<void>(fail(ErrorCode::internal, "every parent has one child"));
  if (audited) audited = has_worked();
  if (!audited) return sink.take({.id = id, .failed = audited.error().message});
  sink.take({.id = id, .values = std::move(ns), .count = crashes});
}

void measure(const Request& request, RawSink& sink) {
  std::vector<std::unique_ptr<Patient>> patients;
  std::vector<Row> rows;
  for (const ActorKind& kind : actor_kinds) {
    for (const Group& group : {alone, fellowships[0], fellowships[1]}) {
      if (!request.wants(id_of(kind, group.what))) continue;
      patients.push_back(std::make_unique<Patient>(kind, group));
      rows.push_back(patients.back()->row());
    }
  }
  sample(request, std::move(rows), sink);
  for (const ActorKind& kind : actor_kinds) measure_children(kind, request, sink);
}

}  // namespace

const Block& restart_block() {
  static constexpr Block block = {.name = "restart",
                                  .title = "an actor's crash and its next life",
                                  .rows = rows,
                                  .measure = measure};
  return block;
}

}  // namespace troupe::bench
