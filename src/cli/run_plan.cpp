#include "cli/run_plan.hpp"

#include <array>
#include <string_view>
#include <system_error>
#include <utility>

#include "base/format.hpp"
#include "base/limits.hpp"
#include "base/names.hpp"
#include "manifest/manifest.hpp"

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
                  "troupe run app.toml, or troupe run component.wasm");
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
    plan.app = std::move(manifest->name);
  } else {
    plan.kind = RunPlan::Kind::component;
    plan.app = make_name(plan.file.stem().native());
  }
  plan.node = command.name.empty() ? plan.app : command.name;
  return plan;
}

}  // namespace troupe
