// W12: from a crash to the next message handled, by an actor's next life: the same actor again and
// again. Below a supervisor that the manifest names, by each strategy; and as the child of another.
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

namespace troupe::bench {
namespace {

// Of the best peer where the goals were set: the BEAM.
constexpr double peer_ns = 1'300;

// What a supervisor does when an actor crashes that it has alone, or as the second of four.
struct Group {
  std::string_view what = {};  // In a row's id.
  std::string_view strategy = "one-for-one";
  std::uint64_t with_each = 0;  // Others that begin anew with it.
};
constexpr Group alone;
constexpr Group child{.what = "/child"};
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
    const std::string allowed =
        fmt::format("that allows {} in {}", limits::intensity_max, CrashBooks::period);
    std::vector<RowInfo> rows{
        row("", fmt::format("a crash, a restart at once by a supervisor {}, and the next message "
                            "answered, {}",
                            allowed, kind.actors)),
        row(child.what,
            fmt::format("the same for the child of an actor {}, {}", allowed, kind.actors))};
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
    if (group.what == child.what) {
      load_child();
    } else {
      load_named();
    }
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
  // What any supervisor may be told, and who spawns.
  static std::string hasty() {
    return fmt::format("intensity = {}, backoff = \"immediate\", period = \"{}\"",
                       limits::intensity_max, CrashBooks::period);
  }
  void load_child() {
    const std::array roles{role<NativeBrittle>("brittle"), driver<CrashParent>("driver")};
    node_.load(kind_, roles,
               fmt::format(R"(
[app.templates.brittle]
component = "brittle"
restart = "permanent"
[app.actors.driver]
component = "driver"
grants = {{ spawn = ["brittle"] }}
children = {{ {} }}
)",
                           hasty()));
    for (const ActorStatus& actor : node_.runtime().actors())
      if (actor.component.contains("brittle")) patients_.push_back(actor.address);
    CHECK(patients_.size() == 1, "it has one child");
  }
  void load_named() {
    const std::array roles{role<NativeBrittle>("brittle"), driver<CrashDriver>("driver")};
    const bool is_alone = group_.with_each == 0;
    std::string manifest = fmt::format("[app.supervisors]\nhasty = {{ strategy = \"{}\", {} }}\n",
                                       group_.strategy, hasty());
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
    node_.load(kind_, roles, manifest);
    for (const std::string_view name : names) patients_.push_back(node_.find(name));
  }

  ActorKind kind_;
  Group group_;
  CrashBooks books_;
  BenchNode node_;
  std::vector<Address> patients_;
  Address driver_;
  std::uint64_t crashes_ = 0;
  std::function<Result<void>()> has_worked_;
};

void measure(const Request& request, RawSink& sink) {
  std::vector<std::unique_ptr<Patient>> patients;
  std::vector<Row> rows;
  for (const ActorKind& kind : actor_kinds) {
    for (const Group& group : {alone, child, fellowships[0], fellowships[1]}) {
      if (!request.wants(id_of(kind, group.what))) continue;
      patients.push_back(std::make_unique<Patient>(kind, group));
      rows.push_back(patients.back()->row());
    }
  }
  sample(request, std::move(rows), sink);
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
