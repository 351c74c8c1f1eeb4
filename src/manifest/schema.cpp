#include "manifest/schema.hpp"

#include <array>
#include <chrono>

#include "base/check.hpp"
#include "base/format.hpp"
#include "base/limits.hpp"
#include "base/units.hpp"

namespace troupe {
namespace {

using enum KeyType;

constexpr KeyRow schema_row{"schema", integer, required, 1, 1, "The version of this format."};

constexpr std::array root_rows = {
    schema_row,
    KeyRow{"app", table, "none", 0, 0, "The app; a file for `troupe run` has one."},
    KeyRow{"component", table, "none", 0, 0,
           "A component; the manifest beside a `.wasm` file has one."},
};

constexpr std::array app_rows = {
    KeyRow{"name", text, required, 0, 0, "The app's name; actors are known as `app/actor`."},
    KeyRow{"actors_max", integer, "4000000", 1, limits::actors_max,
           "Actors living at once, those that are spawned among them; a spawn beyond is refused "
           "`over-quota`."},
    KeyRow{"components", table, "none", 0, 0,
           "What actors run, by name: the path of a `.wasm` file or of a component manifest "
           "(`.toml`), from this file's folder, or `native:NAME`."},
    KeyRow{"supervisors", table, "none", 0, 0,
           "Supervisors by name. `root`, above all others, is there without being declared."},
    KeyRow{"actors", table, "none", 0, 0,
           "Actors by name. They start in the order of the file and stop in reverse."},
    KeyRow{"templates", table, "none", 0, 0, "What actors may spawn, by name."},
};

constexpr KeyRow backoff_row{
    "backoff",
    text,
    "\"exponential\"",
    0,
    0,
    "How restarts after the first within `period` wait: `immediate` not at all, `linear` "
    "each a step longer, `exponential` each twice as long."};
constexpr KeyRow backoff_delay_row{
    "backoff_delay",
    duration,
    "100ms",
    1,
    limits::supervisor_backoff_ms_max,
    "How long the second restart within `period` waits, give or take a tenth."};
constexpr KeyRow backoff_max_row{"backoff_max",
                                 duration,
                                 "30s",
                                 1,
                                 limits::supervisor_backoff_ms_max,
                                 "No restart waits longer, but for that tenth."};
constexpr KeyRow period_row{"period",
                            duration,
                            "1m",
                            limits::supervisor_period_ms_min,
                            limits::supervisor_period_ms_max,
                            "The sliding window in which restarts are counted."};

constexpr std::array supervisor_rows = {
    KeyRow{"supervisor", text, "\"root\"", 0, 0,
           "The one above it: a name in `[app.supervisors]`, or `root`. `root` has none."},
    KeyRow{"restart", text, "\"permanent\"", 0, 0,
           "When it has given up. `permanent`, `transient`: its children are started again, if the "
           "supervisor above it still allows a restart; `temporary`: they are gone."},
    KeyRow{"intensity", integer, "3", 0, limits::intensity_max,
           "Restarts of its children together within `period`; one more and it gives up: it stops "
           "them all, and the supervisor above it decides. If `root` gives up, the app ends."},
    period_row,
    KeyRow{"strategy", text, "\"one-for-one\"", 0, 0,
           "Who is restarted with a child: `one-for-one` nobody, `one-for-all` all its children, "
           "`rest-for-one` those started after it. Others stop in reverse order first."},
    backoff_row,
    backoff_delay_row,
    backoff_max_row,
};

constexpr std::array children_rows = {
    KeyRow{"intensity", integer, "3", 0, limits::intensity_max,
           "Restarts of its children together within `period`; one more and they are all stopped, "
           "and it ends as `crashed(\"children: restart intensity\")`."},
    period_row,
    backoff_row,
    backoff_delay_row,
    backoff_max_row,
};

constexpr KeyRow component_row{"component", text, required, 0, 0, "A name in `[app.components]`."};
constexpr KeyRow config_row{
    "config",
    KeyType::config,
    "empty",
    0,
    0,
    "Given to the guest's `start`: a string as it is, a table as JSON text. "
    "At most 1MiB."};
constexpr KeyRow grants_row{"grants", table, "nothing", 0, 0, "What it may do; see below."};
constexpr KeyRow mailbox_row{"mailbox", table, "see below", 0, 0, "Room for waiting messages."};
constexpr KeyRow limits_row{"limits", table, "see below", 0, 0, "Upper bounds."};
constexpr KeyRow health_row{
    "health",
    table,
    "see below",
    0,
    0,
    "When it is asked how it is; for components that export `health`, and native actors."};
constexpr KeyRow engine_row{
    "engine", text, "\"default\"",
    0,        0,    "`default`, or `deterministic`: equal runs use equal fuel."};
constexpr KeyRow interfaces_row{
    "interfaces_off",
    list,
    "[]",
    0,
    0,
    "Optional interfaces to switch off: answers, timers, events, exits, "
    "health, stopping, state."};

constexpr KeyRow crash_payload_row{
    "crash_payload",
    text,
    "\"shown\"",
    0,
    0,
    "What it had in hand, in reports of its crashes. `shown`: its first 1KiB; `hidden`: its size "
    "alone."};

constexpr KeyRow shutdown_row{
    "shutdown",
    duration,
    "5s",
    1,
    limits::stop_budget_ms_max,
    "How long it may take to stop when its supervisor or the app's end wants it; then it is "
    "killed."};

constexpr KeyRow start_row{
    "start_timeout",
    duration,
    "5s",
    1,
    limits::start_timeout_ms_max,
    "How long a life may take until it is ready: to make its instance, and `start` or `load`, from "
    "the beginning of its first turn."};

constexpr KeyRow children_row{"children", table, "see below",
                              0,          0,     "How those that it spawns are supervised."};

constexpr KeyRow snapshot_row{
    "snapshot_interval",
    duration,
    "none",
    limits::snapshot_interval_ms_min,
    limits::snapshot_interval_ms_max,
    "How often its state is saved at most, after it had something to do; after a crash the next "
    "life begins with the latest. Its component must export `state`."};

constexpr std::array actor_rows = {
    component_row,
    config_row,
    KeyRow{"supervisor", text, "\"root\"", 0, 0, "A name in `[app.supervisors]`, or `root`."},
    KeyRow{"restart", text, "\"permanent\"", 0, 0,
           "`permanent`: after every exit; `transient`: after every exit but a normal one; "
           "`temporary`: never."},
    start_row,
    shutdown_row,
    snapshot_row,
    grants_row,
    mailbox_row,
    limits_row,
    health_row,
    children_row,
    engine_row,
    interfaces_row,
    crash_payload_row,
};

constexpr std::array template_rows = {
    component_row,
    config_row,
    KeyRow{"restart", text, "\"temporary\"", 0, 0, "As for an actor."},
    KeyRow{"over_restart", text, "\"stop\"", 0, 0,
           "When its spawner's life ends and another follows: `stop`: it is stopped; `keep`: it "
           "goes on as the next life's child."},
    start_row,
    shutdown_row,
    snapshot_row,
    grants_row,
    mailbox_row,
    limits_row,
    health_row,
    children_row,
    engine_row,
    interfaces_row,
    crash_payload_row,
};

constexpr std::array grants_rows = {
    KeyRow{"find", list, "[]", 0, 0, "Actors it may find: `actor` of this app, or `app/actor`."},
    KeyRow{"publish", list, "[]", 0, 0, "Topic filters it may publish within: `orders.#`."},
    KeyRow{"subscribe", list, "[]", 0, 0, "Topic filters it may subscribe within."},
    KeyRow{"spawn", list, "[]", 0, 0, "Templates it may spawn."},
};

constexpr std::array mailbox_rows = {
    KeyRow{"messages", integer, "1000", 1, limits::mailbox_messages_max,
           "Messages waiting; answers, timers and exits do not count."},
    KeyRow{"bytes", size, "4MiB", 1, limits::mailbox_bytes_max, "Payload bytes waiting; likewise."},
    KeyRow{
        "when_full", text, "\"refuse\"", 0, 0,
        "What happens to a message that finds no room. `refuse`: its sender is told `busy`; "
        "`drop-newest`: it is dropped; `drop-oldest`: the longest waiting of its priority is "
        "dropped; `drop-lowest`: one of a lower priority is, or else it; `block`: it "
        "waits, with its sender, for a second at most. Drops are counted, and requests that are "
        "dropped are answered `refused`. What one handler has sent counts when it has returned."},
    KeyRow{
        "on_restart", text, "\"keep\"", 0, 0,
        "What becomes of the messages that wait when a life ends and another follows. `keep`: they "
        "wait for it; `drop`: they are dead letters, and requests are answered `refused`. Over a "
        "restart that hands on the state they are kept."},
    KeyRow{"redeliver", integer, "0", 0, limits::redeliver_max,
           "How often a message that was in hand at a crash is given to the next life before it "
           "is quarantined; with 0 it is a dead letter at once."},
    KeyRow{
        "while_unready", text, "\"queue\"", 0, 0,
        "What happens to messages while it is between two lives, starts, stops, or is unhealthy. "
        "`queue`: they wait in its mailbox (one that is unhealthy goes on with its answers and "
        "timers "
        "alone); `refuse`: their senders are told `busy`."},
};

constexpr std::array limits_rows = {
    KeyRow{"memory", size, "64MiB", 1, limits::memory_bytes_max, "Linear memory."},
    KeyRow{"table_elements", integer, "10000", 0, limits::table_elements_max,
           "Elements of WebAssembly tables."},
    KeyRow{"deadline", duration, "1s", limits::deadline_ms_min, limits::deadline_ms_max,
           "All guest code for one message; beyond it the life ends."},
    KeyRow{"fuel", integer, "1000000000", 1, limits::fuel_max,
           "Fuel for one message; engine `deterministic` only."},
    KeyRow{"payload", size, "1MiB", 0, limits::payload_bytes_max, "One message, sent or received."},
    KeyRow{"addresses", integer, "1024", 1, limits::addresses_max,
           "Addresses and responders held."},
    KeyRow{"requests", integer, "1024", 0, limits::requests_max, "Requests in flight."},
    KeyRow{"timers", integer, "1000", 0, limits::timers_max, "Timers running."},
    KeyRow{"children", integer, "1024", 0, limits::children_max, "Children living."},
    KeyRow{"descendants", integer, "4000000", 0, limits::actors_max,
           "Actors living below it: its children, theirs, and so on."},
    KeyRow{"snapshot", size, "1MiB", 1, limits::snapshot_bytes_max,
           "A snapshot; a larger one is not kept, and the one before stays."},
};

constexpr std::array health_rows = {
    KeyRow{"interval", duration, "5s", limits::health_interval_ms_min,
           limits::health_interval_ms_max,
           "From the start of a life, or the end of a check, to the next check."},
    KeyRow{"timeout", duration, "1s", 1, limits::health_timeout_ms_max,
           "For one check, from its start; one that takes longer has failed."},
    KeyRow{"threshold", integer, "3", 1, limits::health_threshold_max,
           "Checks that fail in a row, and the life ends: `unhealthy`, or out of time. A check "
           "that takes as many time-outs is cut off."},
};

constexpr std::array component_rows = {
    KeyRow{"name", text, required, 0, 0, "`namespace/name`."},
    KeyRow{"version", text, required, 0, 0, "Semantic version: `1.2.3`."},
    KeyRow{"file", text, required, 0, 0, "The `.wasm` file, from this file's folder."},
    KeyRow{"grants", table, "nothing", 0, 0, "What it wants to be granted; the app decides."},
    KeyRow{"limits", table, "see below", 0, 0, "For actors that say nothing else."},
    interfaces_row,
};

constexpr TableSchema root_table{"", root_rows};
constexpr TableSchema app_table{"app", app_rows};
constexpr TableSchema supervisor_table{"app.supervisors.NAME", supervisor_rows};
constexpr TableSchema actor_table{"app.actors.NAME", actor_rows};
constexpr TableSchema template_table{"app.templates.NAME", template_rows};
constexpr TableSchema grants_table{"grants", grants_rows};
constexpr TableSchema mailbox_table{"mailbox", mailbox_rows};
constexpr TableSchema limits_table{"limits", limits_rows};
constexpr TableSchema health_table{"health", health_rows};
constexpr TableSchema children_table{"children", children_rows};
constexpr TableSchema component_table{"component", component_rows};

constexpr std::array<const TableSchema*, 11> tables = {
    &root_table,     &app_table,      &supervisor_table, &actor_table,
    &template_table, &grants_table,   &mailbox_table,    &limits_table,
    &health_table,   &children_table, &component_table};

std::string_view name_of(KeyType type) {
  switch (type) {
    case text:
      return "string";
    case integer:
      return "integer";
    case size:
      return "size";
    case duration:
      return "duration";
    case list:
      return "list of strings";
    case table:
      return "table";
    case KeyType::config:
      return "string or table";
  }
  CHECK(false, "a KeyType has one of its named values");
}

}  // namespace

const TableSchema& root_schema() { return root_table; }
const TableSchema& app_schema() { return app_table; }
const TableSchema& supervisor_schema() { return supervisor_table; }
const TableSchema& actor_schema() { return actor_table; }
const TableSchema& template_schema() { return template_table; }
const TableSchema& grants_schema() { return grants_table; }
const TableSchema& mailbox_schema() { return mailbox_table; }
const TableSchema& limits_schema() { return limits_table; }
const TableSchema& health_schema() { return health_table; }
const TableSchema& children_schema() { return children_table; }
const TableSchema& component_schema() { return component_table; }
std::span<const TableSchema* const> all_schemas() { return tables; }

std::string range_text(const KeyRow& row) {
  switch (row.type) {
    case integer:
      return fmt::format("{} .. {}", row.min, row.max);
    case size:
      return fmt::format("{} .. {}", format_bytes(row.min), format_bytes(row.max));
    case duration:
      return fmt::format("{} .. {}", format_duration(std::chrono::milliseconds(row.min)),
                         format_duration(std::chrono::milliseconds(row.max)));
    case text:
    case list:
    case table:
    case KeyType::config:
      return {};
  }
  CHECK(false, "a KeyType has one of its named values");
}

std::string markdown_row(const KeyRow& row) {
  return fmt::format("| `{}` | {} | {} | {} | {} |", row.key, name_of(row.type), row.fallback,
                     range_text(row), row.meaning);
}

}  // namespace troupe
