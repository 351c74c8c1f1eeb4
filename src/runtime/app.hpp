#pragma once
// From a manifest to what the control plane starts.

#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "engine/engine.hpp"
#include "io/disk.hpp"
#include "model/books.hpp"
#include "runtime/control.hpp"
#include "supervisor/supervisor.hpp"
#include "troupe/actor.hpp"
#include "troupe/result.hpp"

namespace troupe {

// Actors of this program, by the name that manifests give as "native:NAME".
using NativeFactories = std::map<std::string, std::function<std::unique_ptr<Actor>()>, std::less<>>;

[[nodiscard]] Quotas default_quotas();

struct AppSource {
  std::filesystem::path manifest;
  Disk& disk;
  Engine& engine;
  const NativeFactories& natives;
};

struct AppPlan {
  std::string name;
  std::vector<std::pair<std::string, SupervisorPolicy>> supervisors;
  std::vector<ChildOrder> actors;  // In the order of their start.
};

// Reads, checks, loads and compiles everything that the manifest names.
// Errors: those of the manifest and of the component files, with place and remedy.
[[nodiscard]] Result<AppPlan> plan_app(const AppSource& source);

}  // namespace troupe
