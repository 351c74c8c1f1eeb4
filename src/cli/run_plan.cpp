#include "cli/run_plan.hpp"

#include <array>
#include <string_view>
#include <system_error>
#include <utility>

#include "base/format.hpp"
#include "base/limits.hpp"
#include "base/names.hpp"

namespace troupe {
namespace {

constexpr std::array<std::string_view, 2> usual_manifests{"troupe.toml", "app.toml"};

Tried<std::filesystem::path> file_of(const RunCommand& command) {
  if (!command.file.empty()) return std::filesystem::path(command.file);
  for (const std::string_view name : usual_manifests) {
    std::error_code ignored;
    if (std::filesystem::exists(name, ignored)) return std::filesystem::path(name);
  }
  return complain(ExitCode::usage,
                  "no file is given, and this folder has no troupe.toml or app.toml",
                  "name one: app.toml, or component.wasm");
}

// As if a manifest had said so.
AppManifest manifest_of(const std::string& name, const std::filesystem::path& component) {
  AppManifest manifest;
  manifest.name = name;
  manifest.components.emplace(name, ComponentSource{.kind = ComponentSource::Kind::wasm,
                                                    .text = component.filename().native()});
  ActorEntry& actor = manifest.actors.emplace_back();
  actor.name = name;
  actor.component = name;
  actor.supervisor = "root";
  return manifest;
}

}  // namespace

Tried<RunPlan> plan_run(const RunCommand& command, Disk& disk) {
  auto file = file_of(command);
  if (!file) return std::unexpected(std::move(file).error());
  RunPlan plan{.file = *std::move(file)};
  if (plan.file.extension() == ".toml") {
    const auto bytes = disk.read_file(plan.file, limits::manifest_bytes_max);
    if (!bytes) return complain(bytes.error());
    auto manifest = parse_app_manifest({.text = as_text(*bytes), .file = plan.file.native()});
    if (!manifest) {
      return complain(
          ExitCode::invalid_input,
          fmt::format("{} is not valid\n{}", plan.file.native(), manifest.error().message));
    }
    plan.app = manifest->name;
    plan.manifest = *std::move(manifest);
  } else {
    plan.kind = RunPlan::Kind::component;
    plan.app = make_name(plan.file.stem().native());
    plan.manifest = manifest_of(plan.app, plan.file);
  }
  plan.node = command.name.empty() ? plan.app : command.name;
  return plan;
}

std::unexpected<Complaint> complain_of_start(Error error) {
  ExitCode code = exit_code(error.code);
  if (error.code == ErrorCode::unavailable) code = ExitCode::failed;
  if (error.code == ErrorCode::unsupported) code = ExitCode::invalid_input;
  return complain(code, std::move(error.message));
}

}  // namespace troupe
