#include "cli/check.hpp"

#include <algorithm>
#include <string_view>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include "base/format.hpp"
#include "base/limits.hpp"
#include "base/result.hpp"
#include "base/sanitize.hpp"
#include "base/units.hpp"
#include "cli/commands.hpp"
#include "cli/table.hpp"
#include "engine/engine.hpp"
#include "http/json_members.hpp"
#include "loader/loader.hpp"
#include "manifest/manifest.hpp"
#include "runtime/app.hpp"
#include "runtime/defaults.hpp"

namespace troupe {
namespace {

using Rows = std::vector<std::vector<std::string>>;

constexpr std::string_view root_name = "root";

// Root first, which need not be declared.
std::vector<SupervisorEntry> supervisors_of(const AppManifest& manifest) {
  std::vector<SupervisorEntry> all = manifest.supervisors;
  const auto root = std::ranges::find(all, root_name, &SupervisorEntry::name);
  if (root == all.end()) {
    all.insert(all.begin(), {.name = std::string(root_name)});
  } else {
    std::rotate(all.begin(), root, root + 1);
  }
  return all;
}

std::string full_name(const AppManifest& manifest, const ActorEntry& entry) {
  return fmt::format("{}/{}", manifest.name, entry.name);
}

// As the manifest spells it.
std::string component_of(const AppManifest& manifest, const ActorEntry& entry) {
  const ComponentSource& source = manifest.components.find(entry.component)->second;
  return source.kind == ComponentSource::Kind::native ? fmt::format("native:{}", source.text)
                                                      : source.text;
}

std::string counted(std::size_t count, std::string_view what) {
  return fmt::format("{} {}{}", count, what, count == 1 ? "" : "s");
}

// Thread: one.
class PlannedTree {
 public:
  explicit PlannedTree(const AppManifest& manifest)
      : manifest_(manifest), supervisors_(supervisors_of(manifest)) {
    add(supervisors_.front(), "", "");
    if (manifest.templates.empty()) return;
    rows_.push_back({"(templates)", "", ""});
    for (const ActorEntry& one : manifest.templates) {
      add(one, one.name, &one == &manifest.templates.back() ? last_ : inner_);
    }
  }

  [[nodiscard]] const Rows& rows() const { return rows_; }

 private:
  static constexpr std::string_view inner_ = "├─ ";
  static constexpr std::string_view last_ = "└─ ";

  void add(const SupervisorEntry& one, const std::string& lead, const std::string& indent) {
    const bool is_root = one.name == root_name;
    rows_.push_back({lead + one.name, is_root ? "" : std::string(to_string(one.restart)),
                     fmt::format("{}, {} within {}", to_string(one.policy.strategy),
                                 counted(one.policy.intensity, "restart"),
                                 format_duration(one.policy.period))});
    std::vector<const ActorEntry*> actors;
    for (const ActorEntry& each : manifest_.actors) {
      if (each.supervisor == one.name) actors.push_back(&each);
    }
    std::vector<const SupervisorEntry*> below;
    for (const SupervisorEntry& each : supervisors_) {
      if (each.supervisor == one.name) below.push_back(&each);
    }
    for (const ActorEntry* each : actors) {
      const bool is_last = below.empty() && each == actors.back();
      add(*each, full_name(manifest_, *each), indent + std::string(is_last ? last_ : inner_));
    }
    for (const SupervisorEntry* each : below) {
      const bool is_last = each == below.back();
      add(*each, indent + std::string(is_last ? last_ : inner_),
          indent + (is_last ? "   " : "│  "));
    }
  }
  void add(const ActorEntry& one, const std::string& name, std::string_view lead) {
    rows_.push_back({std::string(lead) + name, std::string(to_string(one.restart)),
                     harmless(component_of(manifest_, one))});
  }

  const AppManifest& manifest_;
  std::vector<SupervisorEntry> supervisors_;
  Rows rows_;
};

// What a node does with the file before it starts anybody.
Result<void> load(const RunPlan& plan, Disk& disk, Loader& loader) {
  if (plan.kind == RunPlan::Kind::app) {
    static const NativeFactories none;
    TRY(plan_app({.manifest = plan.file, .disk = disk, .loader = loader, .natives = none}));
    return {};
  }
  TRY_ASSIGN(const Bytes wasm, disk.read_file(plan.file, limits::component_bytes_max));
  TRY(load_apart([&] {
    return loader.load_bytes(plan.file.filename().string(), wasm, EngineClass::standard);
  }));
  return {};
}

Tried<RunPlan> check(const std::string& file, Disk& disk, Loader& loader) {
  auto plan = plan_run({.file = file, .name = {}}, disk);
  if (!plan) return plan;
  if (auto loaded = load(*plan, disk, loader); !loaded) {
    return complain_of_start(std::move(loaded).error());
  }
  return plan;
}

Json entry_object(const AppManifest& manifest, const ActorEntry& entry, std::string name) {
  return {{"name", std::move(name)},
          {"component", component_of(manifest, entry)},
          {"supervisor", entry.supervisor},
          {"restart", to_string(entry.restart)}};
}

}  // namespace

std::string checked_text(const RunPlan& plan, std::optional<std::size_t> columns_max) {
  const AppManifest& manifest = plan.manifest;
  std::string text = fmt::format("{}: {} {}, {}, {}", harmless(plan.file.native()),
                                 plan.kind == RunPlan::Kind::app ? "app" : "a component, as app",
                                 manifest.name, counted(manifest.actors.size(), "actor"),
                                 counted(supervisors_of(manifest).size(), "supervisor"));
  if (!manifest.templates.empty()) text += ", " + counted(manifest.templates.size(), "template");
  const std::vector<Column> columns{{"NAME"}, {"RESTART"}, {""}};
  return text + '\n' +
         format_table(columns, PlannedTree(manifest).rows(), {.columns_max = columns_max});
}

std::string checked_json(const RunPlan& plan) {
  const AppManifest& manifest = plan.manifest;
  Json supervisors = Json::array();
  for (const SupervisorEntry& one : supervisors_of(manifest)) {
    supervisors.push_back({{"name", one.name},
                           {"parent", one.supervisor},
                           {"restart", to_string(one.restart)},
                           {"strategy", to_string(one.policy.strategy)},
                           {"intensity", one.policy.intensity},
                           {"period_ms", whole_milliseconds(one.policy.period)}});
  }
  Json actors = Json::array();
  for (const ActorEntry& one : manifest.actors) {
    actors.push_back(entry_object(manifest, one, full_name(manifest, one)));
  }
  Json templates = Json::array();
  for (const ActorEntry& one : manifest.templates) {
    templates.push_back(entry_object(manifest, one, one.name));
  }
  return dump({{"file", plan.file.native()},
               {"kind", plan.kind == RunPlan::Kind::app ? "app" : "component"},
               {"app", manifest.name},
               {"supervisors", supervisors},
               {"actors", actors},
               {"templates", templates},
               {"ok", true}});
}

Tried<ExitCode> check_command(Console& console, const CheckCommand& command) {
  auto world = make_defaults();
  if (!world) return complain(std::move(world).error());
  Loader loader(*world->disk, *world->engine);
  std::vector<std::string> files = command.files;
  if (files.empty()) files.emplace_back();
  ExitCode code = ExitCode::ok;
  for (const std::string& file : files) {
    const auto plan = check(file, *world->disk, loader);
    if (!plan) {
      console.complain(plan.error());
      if (code == ExitCode::ok) code = plan.error().code;
    } else if (console.is_json()) {
      console.print(checked_json(*plan) + '\n');
    } else {
      console.print(checked_text(*plan, console.columns()) + console.out_style(Style::green, "ok") +
                    '\n');
    }
  }
  return code;
}

}  // namespace troupe
