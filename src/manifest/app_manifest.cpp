#include <algorithm>
#include <utility>

#include "base/format.hpp"
#include "base/names.hpp"
#include "base/sanitize.hpp"
#include "base/units.hpp"
#include "manifest/json_text.hpp"
#include "manifest/manifest.hpp"
#include "manifest/shared_tables.hpp"

namespace troupe {
namespace {

constexpr std::size_t path_bytes_max = 4096;
constexpr std::string_view native_prefix = "native:";
constexpr std::string_view root_name = "root";

// The names in the file that entries may refer to.
struct Known {
  std::vector<std::string_view> components;
  std::vector<std::string_view> supervisors;
  std::vector<std::string_view> templates;
};

// Reports nothing: whoever reads the entries does.
std::vector<std::string_view> keys_of(const TableReader& app, std::string_view key) {
  std::vector<std::string_view> keys;
  const TomlMember* group = app.find(key);
  if (group == nullptr) return keys;
  for (const TomlMember& member : group->value.members) keys.push_back(member.key);
  return keys;
}

// A table of entries with names of the author's choice: checks the names.
const std::vector<TomlMember>& named_members(const TableReader& app, std::string_view key) {
  const auto& members = app.members(key);
  for (const TomlMember& member : members) {
    if (is_name(member.key)) continue;
    app.diagnostics().add({.place = member.place,
                           .key = joined(joined(app.path(), key), member.key),
                           .rule = fmt::format("not a name: expected {}", name_rule),
                           .help = fmt::format("'{}' would be one", make_name(member.key))});
  }
  return members;
}

// Why `source` says nothing of a component; empty if it does.
std::string problem_of(std::string_view source) {
  if (source.starts_with(native_prefix)) {
    if (is_name(source.substr(native_prefix.size()))) return {};
    return fmt::format("after '{}' comes a name: {}", native_prefix, name_rule);
  }
  if (source.size() > path_bytes_max) {
    return fmt::format("the path is longer than {} bytes", path_bytes_max);
  }
  if (harmless(source) != source) return "the path has control characters";
  if (source.ends_with(".wasm") || source.ends_with(".toml")) return {};
  return "expected the path of a .wasm file or of a component manifest (.toml), or 'native:NAME'";
}

ComponentSource source_of(std::string_view text) {
  if (text.starts_with(native_prefix)) {
    return {.kind = ComponentSource::Kind::native,
            .text = std::string(text.substr(native_prefix.size()))};
  }
  return {.kind = text.ends_with(".toml") ? ComponentSource::Kind::manifest
                                          : ComponentSource::Kind::wasm,
          .text = std::string(text)};
}

void read_components(const TableReader& app, AppManifest& manifest) {
  const std::string path = joined(app.path(), "components");
  for (const TomlMember& member : named_members(app, "components")) {
    const bool is_text = member.value.kind == TomlValue::Kind::string;
    const std::string problem =
        is_text ? problem_of(member.value.text)
                : fmt::format("expected a string, found {}", to_string(member.value.kind));
    if (problem.empty()) {
      manifest.components.emplace(member.key, source_of(member.value.text));
      continue;
    }
    const bool has_place = member.value.place.line > 0 && is_text;
    app.diagnostics().add({.place = has_place ? member.value.place : member.place,
                           .key = joined(path, member.key),
                           .rule = problem,
                           .help = {}});
  }
}

// The reader of one entry; none, and reported, if it is no table.
std::optional<TableReader> entry_of(const TableReader& app, std::string_view group,
                                    const TomlMember& member, const TableSchema& schema) {
  const std::string path = joined(joined(app.path(), group), member.key);
  if (member.value.kind == TomlValue::Kind::table) {
    return TableReader(member.value, path, member.place, schema, app.diagnostics());
  }
  app.diagnostics().add(
      {.place = member.place,
       .key = path,
       .rule = fmt::format("expected a table, found {}", to_string(member.value.kind)),
       .help = {}});
  return std::nullopt;
}

// The one of `values` that is given, as to_string() spells it.
template <typename Value>
std::optional<Value> chosen(const TableReader& reader, std::string_view key, std::string_view what,
                            std::initializer_list<Value> values) {
  std::vector<std::string_view> names;
  for (const Value value : values) names.push_back(to_string(value));
  const auto text = reader.choice(key, {.what = what, .names = names});
  if (!text) return std::nullopt;
  return values.begin()[std::ranges::find(names, *text) - names.begin()];
}

// But for the strategy.
void read_policy(const TableReader& reader, SupervisorPolicy& policy) {
  using Kind = Backoff::Kind;
  policy.intensity = reader.number32("intensity").value_or(policy.intensity);
  policy.period = reader.duration("period").value_or(policy.period);
  Backoff& backoff = policy.backoff;
  backoff.kind =
      chosen(reader, "backoff", "backoff", {Kind::immediate, Kind::linear, Kind::exponential})
          .value_or(backoff.kind);
  backoff.base = reader.duration("backoff_delay").value_or(backoff.base);
  backoff.cap = reader.duration("backoff_max").value_or(std::max(backoff.cap, backoff.base));
  backoff.base = std::min(backoff.base, backoff.cap);
}

std::optional<RestartType> read_restart(const TableReader& reader) {
  return chosen(reader, "restart", "restart type",
                {RestartType::permanent, RestartType::transient, RestartType::temporary});
}

// Root is above all others.
void read_place(const TableReader& reader, const std::vector<std::string_view>& supervisors,
                SupervisorEntry& entry) {
  if (entry.name != root_name) {
    entry.supervisor = reader.choice("supervisor", {.what = "supervisor", .names = supervisors})
                           .value_or(std::string(root_name));
    entry.restart = read_restart(reader).value_or(entry.restart);
    return;
  }
  for (const std::string_view key : {"supervisor", "restart"}) {
    if (const TomlMember* member = reader.find(key)) {
      reader.report(*member, "nobody supervises root: when it gives up, the app ends");
    }
  }
}

// The names from `entry` up to root; ends early where one comes back or they are too many.
std::vector<std::string_view> way_up(const SupervisorEntry& entry, const AppManifest& manifest) {
  std::vector<std::string_view> way{entry.name};
  while (way.back() != root_name && way.size() <= limits::supervisor_depth_max) {
    const auto at = std::ranges::find(manifest.supervisors, way.back(), &SupervisorEntry::name);
    const std::string_view next = at != manifest.supervisors.end() ? at->supervisor : root_name;
    const bool comes_back = std::ranges::find(way, next) != way.end();
    way.push_back(next);
    if (comes_back) break;
  }
  return way;
}

// Each must have root above it, and not too far.
void check_tree(const TableReader& app, const AppManifest& manifest) {
  for (const TomlMember& member : app.members("supervisors")) {
    const auto entry = std::ranges::find(manifest.supervisors, member.key, &SupervisorEntry::name);
    if (entry == manifest.supervisors.end()) continue;
    const std::vector<std::string_view> way = way_up(*entry, manifest);
    Diagnostic diagnostic{.place = member.place,
                          .key = joined(joined(app.path(), "supervisors"), member.key),
                          .rule = {},
                          .help = {}};
    if (way.size() > limits::supervisor_depth_max) {
      diagnostic.rule =
          fmt::format("more than {} supervisors below each other", limits::supervisor_depth_max);
    } else if (way.size() > 1 && way.back() == entry->name) {
      diagnostic.rule =
          fmt::format("supervisors below each other in a circle: {}", fmt::join(way, " below "));
      diagnostic.help = "one of them belongs below root";
    } else {
      continue;
    }
    app.diagnostics().add(std::move(diagnostic));
  }
}

void read_supervisors(const TableReader& app, const std::vector<std::string_view>& names,
                      AppManifest& manifest) {
  for (const TomlMember& member : named_members(app, "supervisors")) {
    const auto reader = entry_of(app, "supervisors", member, supervisor_schema());
    if (!reader) continue;
    SupervisorEntry entry{.name = member.key};
    read_policy(*reader, entry.policy);
    entry.policy.strategy =
        chosen(*reader, "strategy", "strategy",
               {Strategy::one_for_one, Strategy::one_for_all, Strategy::rest_for_one})
            .value_or(entry.policy.strategy);
    read_place(*reader, names, entry);
    manifest.supervisors.push_back(std::move(entry));
  }
  check_tree(app, manifest);
}

Bytes read_config(const TableReader& reader) {
  const TomlMember* member = reader.find("config");
  if (member == nullptr) return {};
  std::string text;
  if (member->value.kind == TomlValue::Kind::string) {
    text = member->value.text;
  } else if (member->value.kind == TomlValue::Kind::table) {
    auto json = to_json(member->value);
    if (!json) reader.report(*member, json.error().message);
    text = std::move(json).value_or("");
  } else {
    reader.report(*member, fmt::format("expected a string or a table, found {}",
                                       to_string(member->value.kind)));
  }
  if (text.size() > limits::config_bytes_max) {
    reader.report(*member,
                  fmt::format("{} of configuration; at most {} are allowed",
                              format_bytes(text.size()), format_bytes(limits::config_bytes_max)));
  }
  return to_bytes(text);
}

MailboxBounds read_mailbox(const TableReader& reader) {
  MailboxBounds mailbox;
  mailbox.messages = reader.number32("messages").value_or(mailbox.messages);
  mailbox.bytes = reader.number("bytes").value_or(mailbox.bytes);
  mailbox.when_full = chosen(reader, "when_full", "policy",
                             {WhenFull::refuse, WhenFull::drop_newest, WhenFull::drop_oldest,
                              WhenFull::drop_lowest, WhenFull::block})
                          .value_or(mailbox.when_full);
  mailbox.on_restart = chosen(reader, "on_restart", "policy", {OnRestart::keep, OnRestart::drop})
                           .value_or(mailbox.on_restart);
  mailbox.redeliver = static_cast<std::uint8_t>(reader.number32("redeliver").value_or(0));
  mailbox.while_unready =
      chosen(reader, "while_unready", "policy", {WhileUnready::queue, WhileUnready::refuse})
          .value_or(mailbox.while_unready);
  return mailbox;
}

HealthChecks read_health(const TableReader& reader) {
  HealthChecks health;
  health.interval = reader.duration("interval").value_or(health.interval);
  health.timeout = reader.duration("timeout").value_or(health.timeout);
  health.threshold = reader.number32("threshold").value_or(health.threshold);
  return health;
}

// What actors and templates have in common.
ActorEntry read_entry(const TableReader& reader, const Known& known, RestartType restart) {
  static const std::vector<std::string_view> engines = {"default", "deterministic"};
  const Choices templates{.what = "template", .names = known.templates};
  ActorEntry entry;
  entry.component =
      reader.choice("component", {.what = "component", .names = known.components}).value_or("");
  entry.config = read_config(reader);
  entry.restart = read_restart(reader).value_or(restart);
  entry.shutdown = reader.duration("shutdown").value_or(entry.shutdown);
  entry.start_timeout = reader.duration("start_timeout").value_or(entry.start_timeout);
  entry.snapshot_interval = reader.duration("snapshot_interval");
  entry.grants = read_grants(reader, &templates);
  if (const auto mailbox = reader.table("mailbox", mailbox_schema())) {
    entry.mailbox = read_mailbox(*mailbox);
  }
  entry.limits = read_limits(reader);
  if (const auto health = reader.table("health", health_schema())) {
    entry.health = read_health(*health);
  }
  if (const auto children = reader.table("children", children_schema())) {
    read_policy(*children, entry.children);
  }
  const auto engine = reader.choice("engine", {.what = "engine", .names = engines});
  entry.engine = engine == "deterministic" ? EngineChoice::deterministic : EngineChoice::standard;
  entry.interfaces_off = read_interfaces_off(reader);
  static const std::vector<std::string_view> payloads = {"shown", "hidden"};
  entry.hides_crash_payload =
      reader.choice("crash_payload", {.what = "choice", .names = payloads}) == "hidden";
  return entry;
}

void read_app(const TableReader& app, AppManifest& manifest) {
  manifest.name = app.text("name", {.holds = is_name, .rule = name_rule}).value_or("");
  manifest.actors_max = app.number32("actors_max").value_or(manifest.actors_max);
  read_components(app, manifest);
  Known known{.components = keys_of(app, "components"),
              .supervisors = keys_of(app, "supervisors"),
              .templates = keys_of(app, "templates")};
  if (std::ranges::find(known.supervisors, root_name) == known.supervisors.end()) {
    known.supervisors.emplace_back(root_name);
  }
  read_supervisors(app, known.supervisors, manifest);
  for (const TomlMember& member : named_members(app, "actors")) {
    const auto reader = entry_of(app, "actors", member, actor_schema());
    if (!reader) continue;
    ActorEntry entry = read_entry(*reader, known, RestartType::permanent);
    entry.name = member.key;
    entry.supervisor =
        reader->choice("supervisor", {.what = "supervisor", .names = known.supervisors})
            .value_or(std::string(root_name));
    manifest.actors.push_back(std::move(entry));
  }
  for (const TomlMember& member : named_members(app, "templates")) {
    const auto reader = entry_of(app, "templates", member, template_schema());
    if (!reader) continue;
    ActorEntry entry = read_entry(*reader, known, RestartType::temporary);
    entry.over_restart =
        chosen(*reader, "over_restart", "choice", {OverRestart::stop, OverRestart::keep})
            .value_or(entry.over_restart);
    entry.name = member.key;
    manifest.templates.push_back(std::move(entry));
  }
}

}  // namespace

Result<AppManifest> parse_app_manifest(const ManifestText& manifest) {
  AppManifest parsed;
  TRY(read_manifest(manifest, [&](const TableReader& root) {
    if (const auto app = root.table("app", app_schema())) {
      read_app(*app, parsed);
    } else if (root.find("app") == nullptr) {
      const bool is_component = root.find("component") != nullptr;
      root.diagnostics().add(
          {.place = {},
           .key = {},
           .rule = "there is no [app]",
           .help = is_component ? "this is a component's manifest; an app names it in "
                                  "[app.components]"
                                : "an app manifest begins: schema = 1, [app], name = \"...\""});
    }
  }));
  return parsed;
}

}  // namespace troupe
