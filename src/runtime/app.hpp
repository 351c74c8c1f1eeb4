#pragma once
// From a manifest, or from one component, to what the control plane starts.

#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/limits.hpp"
#include "io/disk.hpp"
#include "loader/loader.hpp"
#include "manifest/manifest.hpp"
#include "model/books.hpp"
#include "runtime/control.hpp"
#include "supervisor/supervisor.hpp"
#include "troupe/actor.hpp"
#include "troupe/result.hpp"

namespace troupe {

// Actors of this program, by the name that manifests give as "native:NAME".
struct NativeFactory {
  std::function<std::unique_ptr<Actor>()> make;
  NativeOptions options;
};
using NativeFactories = std::map<std::string, NativeFactory, std::less<>>;

[[nodiscard]] Quotas default_quotas();

struct AppSource {
  std::filesystem::path manifest;
  Disk& disk;
  Loader& loader;
  const NativeFactories& natives;
};

struct AppPlan {
  std::string name;
  std::uint32_t actors_max = limits::actors_max;
  std::vector<SupervisorEntry> supervisors;
  std::vector<ChildOrder> actors;  // In the order of their start.
  // What actors spawn from; kept as long as any of them may.
  std::vector<std::shared_ptr<const ActorSpec>> templates;
};

// Reads, checks, loads and compiles everything that the manifest names.
// Thread: any but a worker; compiles on a thread of its own.
// Errors: those of the manifest and of the component files, with place and remedy.
[[nodiscard]] Result<AppPlan> plan_app(const AppSource& source);

// Compiles one component on a thread of its own, with a stack of its own: Cranelift recurses deeply
// and takes milliseconds to seconds.
[[nodiscard]] Result<LoadedComponent> load_apart(
    const std::function<Result<LoadedComponent>()>& load);

}  // namespace troupe
