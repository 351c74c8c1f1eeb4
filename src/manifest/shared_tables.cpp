#include "manifest/shared_tables.hpp"

#include "base/format.hpp"
#include "base/names.hpp"
#include "base/topic_filter.hpp"
#include "base/units.hpp"

namespace troupe {
namespace {

constexpr std::string_view reference_rule = "`actor` of this app, or `app/actor`";

const std::vector<std::string_view>& optional_interfaces() {
  static const std::vector<std::string_view> names = {"answers", "timers",   "events", "exits",
                                                      "health",  "stopping", "state"};
  return names;
}

}  // namespace

bool is_optional_interface(std::string_view name) {
  for (const std::string_view known : optional_interfaces()) {
    if (known == name) return true;
  }
  return false;
}

ActorLimits effective_limits(const LimitsOf& given) {
  ActorLimits limits;
  const auto decide = [&](auto member, auto& into) {
    if (const auto& own = given.actor.*member) {
      into = *own;
    } else if (const auto& wanted = given.component.*member) {
      into = *wanted;
    }
  };
  decide(&LimitsGiven::memory_bytes, limits.memory_bytes);
  decide(&LimitsGiven::table_elements, limits.table_elements);
  decide(&LimitsGiven::addresses, limits.addresses);
  decide(&LimitsGiven::requests, limits.requests);
  decide(&LimitsGiven::timers, limits.timers);
  decide(&LimitsGiven::children, limits.children);
  decide(&LimitsGiven::descendants, limits.descendants);
  decide(&LimitsGiven::payload_bytes, limits.payload_bytes);
  decide(&LimitsGiven::fuel, limits.fuel);
  decide(&LimitsGiven::deadline, limits.deadline);
  decide(&LimitsGiven::snapshot_bytes, limits.snapshot_bytes);
  return limits;
}

LimitsGiven read_limits(const TableReader& entry) {
  LimitsGiven given;
  const auto reader = entry.table("limits", limits_schema());
  if (!reader) return given;
  given.memory_bytes = reader->number("memory");
  given.table_elements = reader->number32("table_elements");
  given.deadline = reader->duration("deadline");
  given.fuel = reader->number("fuel");
  given.payload_bytes = reader->number("payload");
  given.addresses = reader->number32("addresses");
  given.requests = reader->number32("requests");
  given.timers = reader->number32("timers");
  given.children = reader->number32("children");
  given.descendants = reader->number32("descendants");
  given.snapshot_bytes = reader->number("snapshot");
  return given;
}

GrantLists read_grants(const TableReader& entry, const Choices* templates) {
  GrantLists grants;
  const auto reader = entry.table("grants", grants_schema());
  if (!reader) return grants;
  grants.find = reader->list("find", {.holds = is_actor_reference, .rule = reference_rule});
  grants.publish = reader->list("publish", {.holds = is_filter, .rule = filter_rule});
  grants.subscribe = reader->list("subscribe", {.holds = is_filter, .rule = filter_rule});
  grants.spawn = templates != nullptr
                     ? reader->list("spawn", *templates)
                     : reader->list("spawn", {.holds = is_name, .rule = name_rule});
  return grants;
}

std::vector<std::string> read_interfaces_off(const TableReader& entry) {
  return entry.list("interfaces_off",
                    {.what = "optional interface", .names = optional_interfaces()});
}

Result<void> read_manifest(const ManifestText& manifest,
                           const std::function<void(const TableReader& root)>& read) {
  Diagnostics diagnostics(manifest.file, manifest.text);
  if (manifest.text.size() > limits::manifest_bytes_max) {
    diagnostics.add({.place = {},
                     .key = {},
                     .rule = fmt::format("the file is larger than {}, the most that is read",
                                         format_bytes(limits::manifest_bytes_max)),
                     .help = {}});
    return std::unexpected(diagnostics.error());
  }
  const auto parsed = parse_toml(manifest.text);
  if (const auto* problem = std::get_if<TomlProblem>(&parsed)) {
    diagnostics.add({.place = problem->place, .key = {}, .rule = problem->what, .help = {}});
    return std::unexpected(diagnostics.error());
  }
  const auto& root = std::get<TomlValue>(parsed);

  // Another schema has other keys: nothing more can be said about the file.
  const TomlValue* schema = root.find("schema");
  if (schema != nullptr && schema->kind == TomlValue::Kind::integer && schema->integer != 1) {
    diagnostics.mark_unsupported();
    diagnostics.add({.place = schema->place,
                     .key = "schema",
                     .rule = fmt::format("schema {} is not known; this program reads schema 1",
                                         schema->integer),
                     .help = "use a program of the file's version, or rewrite the file"});
    return std::unexpected(diagnostics.error());
  }
  const TableReader reader(root, "", {.line = 1, .column = 1, .width = 1}, root_schema(),
                           diagnostics);
  (void)reader.number("schema");
  read(reader);
  if (!diagnostics.is_empty()) return std::unexpected(diagnostics.error());
  return {};
}

}  // namespace troupe
