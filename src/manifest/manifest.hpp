#pragma once
// Manifests: the TOML files that say what an app consists of and what a component is.
// docs/manifest.md shows every key.

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/limits.hpp"
#include "base/result.hpp"
#include "grant/grant.hpp"
#include "model/restart.hpp"
#include "troupe/bytes.hpp"
#include "troupe/health.hpp"
#include "troupe/mailbox.hpp"
#include "troupe/time.hpp"

namespace troupe {

// Bounds as far as a manifest gives them; each within its range.
struct LimitsGiven {
  std::optional<std::uint64_t> memory_bytes = std::nullopt;
  std::optional<std::uint32_t> table_elements = std::nullopt;
  std::optional<std::uint32_t> addresses = std::nullopt;
  std::optional<std::uint32_t> requests = std::nullopt;
  std::optional<std::uint32_t> timers = std::nullopt;
  std::optional<std::uint32_t> children = std::nullopt;
  std::optional<std::uint32_t> descendants = std::nullopt;
  std::optional<std::uint64_t> payload_bytes = std::nullopt;
  std::optional<std::uint64_t> fuel = std::nullopt;
  std::optional<Duration> deadline = std::nullopt;
  std::optional<std::uint64_t> snapshot_bytes = std::nullopt;

  friend bool operator==(const LimitsGiven&, const LimitsGiven&) = default;
};

// What holds for an actor.
struct ActorLimits {
  std::uint64_t memory_bytes = limits::memory_bytes_default;
  std::uint32_t table_elements = limits::table_elements_default;
  std::uint32_t addresses = limits::addresses_default;
  std::uint32_t requests = limits::requests_default;
  std::uint32_t timers = limits::timers_default;
  std::uint32_t children = limits::children_default;
  std::uint32_t descendants = limits::actors_max;
  std::uint64_t payload_bytes = limits::payload_bytes_default;
  std::uint64_t fuel = limits::fuel_default;
  Duration deadline = std::chrono::milliseconds(limits::deadline_ms_default);
  std::uint64_t snapshot_bytes = limits::snapshot_bytes_default;

  friend bool operator==(const ActorLimits&, const ActorLimits&) = default;
};

// The actor's manifest decides, then the component's, then the default.
struct LimitsOf {
  const LimitsGiven& actor;
  const LimitsGiven& component;
};
[[nodiscard]] ActorLimits effective_limits(const LimitsOf& given);

// "default", "deterministic".
enum class EngineChoice : std::uint8_t { standard, deterministic };

// Names of the optional interfaces: "answers", "timers", "events", "exits", "health", "stopping",
// "state".
[[nodiscard]] bool is_optional_interface(std::string_view name);

// An actor or a template.
struct ActorEntry {
  std::string name;
  std::string component;  // A key of AppManifest::components.
  Bytes config;           // A string's bytes, or a table as JSON text.
  // "root", or a name in AppManifest::supervisors. Empty for a template: the spawner's own group.
  std::string supervisor;
  RestartType restart = RestartType::permanent;
  OverRestart over_restart = OverRestart::stop;  // Of a template.
  SupervisorPolicy children = {};                // For those it spawns; one-for-one.
  Duration shutdown = std::chrono::milliseconds(limits::stop_budget_ms_default);
  Duration start_timeout = std::chrono::milliseconds(limits::start_timeout_ms_default);
  std::optional<Duration> snapshot_interval;  // None: no snapshots.
  GrantLists grants;
  MailboxBounds mailbox;
  LimitsGiven limits;
  std::optional<HealthChecks> health;  // None: not said.
  EngineChoice engine = EngineChoice::standard;
  std::vector<std::string> interfaces_off;
  bool hides_crash_payload = false;
};

struct SupervisorEntry {
  std::string name;  // May be "root", which is there without being declared.
  SupervisorPolicy policy = {};
  // The one above it: "root" or the name of another, never in a circle, and root at most
  // limits::supervisor_depth_max - 1 steps away. Empty for root.
  std::string supervisor = {};
  RestartType restart = RestartType::permanent;  // When it has given up.
};

// Where a component comes from.
struct ComponentSource {
  enum class Kind : std::uint8_t {
    wasm,      // `text` is the path of a WebAssembly file, as written.
    manifest,  // `text` is the path of a component manifest (.toml), as written.
    native,    // `text` is the name under which the program registered a C++ actor.
  };
  Kind kind = Kind::wasm;
  std::string text;

  friend bool operator==(const ComponentSource&, const ComponentSource&) = default;
};

// An app. Every reference in it is to something in it.
struct AppManifest {
  std::string name;
  std::uint32_t actors_max = limits::actors_max;
  std::map<std::string, ComponentSource, std::less<>> components;
  std::vector<SupervisorEntry> supervisors;  // In the order of the file, as the rest.
  std::vector<ActorEntry> actors;            // The order in which they start.
  std::vector<ActorEntry> templates;
};

// A component.
struct ComponentManifest {
  std::string name;     // namespace/name
  std::string version;  // Semantic: 1.2.3
  std::string file;     // Path of the .wasm file, as written; relative to the manifest's folder.
  GrantLists grants;    // Wanted; given by the app alone.
  LimitsGiven limits;   // For actors whose entry says nothing else.
  std::vector<std::string> interfaces_off;
};

// A manifest's text, and the name to be shown in errors.
struct ManifestText {
  std::string_view text;
  std::string_view file;
};

// Thread: any. Cost: milliseconds for the largest file.
// Bounds: limits::manifest_bytes_max bytes, limits::manifest_depth_max deep.
// Errors: invalid_argument; unsupported for a schema other than 1. The message holds every error of
//         the file, at most limits::manifest_errors_max: file:line:column, key, rule, the line
//         itself with a mark below, and what to do.
[[nodiscard]] Result<AppManifest> parse_app_manifest(const ManifestText& manifest);
[[nodiscard]] Result<ComponentManifest> parse_component_manifest(const ManifestText& manifest);

}  // namespace troupe
