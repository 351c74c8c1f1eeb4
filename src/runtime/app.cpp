#include "runtime/app.hpp"

#include <algorithm>
#include <future>
#include <thread>

#include "base/format.hpp"
#include "base/limits.hpp"
#include "base/result.hpp"
#include "engine/native.hpp"

namespace troupe {
namespace {

// Everything that one manifest's specs are made with.
struct Making {
  const AppSource& source;
  const AppManifest& manifest;
};

Result<LoadedComponent> load_native(const Making& making, const std::string& name) {
  const auto found = making.source.natives.find(name);
  if (found == making.source.natives.end()) {
    return fail(ErrorCode::not_found,
                fmt::format("{}: this program has no native actor '{}'; register it with "
                            "Runtime::add_native before loading",
                            making.source.manifest.string(), name));
  }
  LoadedComponent loaded;
  loaded.id = fmt::format("native:{}", name);
  loaded.code = native_code(found->second.make);
  return loaded;
}

Result<LoadedComponent> load_component(const Making& making, const ActorEntry& entry) {
  const ComponentSource& component = making.manifest.components.find(entry.component)->second;
  if (component.kind == ComponentSource::Kind::native) return load_native(making, component.text);
  const std::filesystem::path path = making.source.manifest.parent_path() / component.text;
  const EngineClass engine_class = entry.engine == EngineChoice::deterministic
                                       ? EngineClass::deterministic
                                       : EngineClass::standard;
  return load_apart([&] { return making.source.loader.load(path, engine_class); });
}

void switch_off(GuestInterfaces& interfaces, const std::vector<std::string>& names) {
  for (const std::string& name : names) {
    if (name == "answers") interfaces.answers = false;
    if (name == "timers") interfaces.timers = false;
    if (name == "events") interfaces.events = false;
    if (name == "exits") interfaces.exits = false;
    if (name == "health") interfaces.health = false;
    if (name == "stopping") interfaces.stopping = false;
    if (name == "state") interfaces.state = false;
  }
}

Result<std::shared_ptr<ActorSpec>> make_spec(const Making& making, const ActorEntry& entry) {
  TRY_ASSIGN(LoadedComponent loaded, load_component(making, entry));
  const ActorLimits limits =
      effective_limits({.actor = entry.limits, .component = loaded.manifest.limits});
  auto spec = std::make_shared<ActorSpec>();
  spec->app = making.manifest.name;
  spec->component = loaded.id;
  spec->code = loaded.code;
  spec->interfaces = loaded.code->interfaces();
  switch_off(spec->interfaces, loaded.manifest.interfaces_off);
  switch_off(spec->interfaces, entry.interfaces_off);
  spec->limits = {.memory_bytes = limits.memory_bytes,
                  .table_elements = limits.table_elements,
                  .addresses = limits.addresses,
                  .payload_bytes = limits.payload_bytes,
                  .deadline = limits.deadline,
                  .fuel = limits.fuel};
  spec->quotas = {.requests = limits.requests,
                  .timers = limits.timers,
                  .children = limits.children,
                  .descendants = limits.descendants,
                  .payload_bytes = limits.payload_bytes};
  spec->mailbox = entry.mailbox;
  spec->limits.start_timeout = entry.start_timeout;
  if (entry.health) {
    spec->health = *entry.health;
    if (making.manifest.components.find(entry.component)->second.kind ==
        ComponentSource::Kind::native) {
      spec->interfaces.health = true;
    } else if (!spec->interfaces.health) {
      return fail(ErrorCode::invalid_argument,
                  fmt::format("{}: '{}' has a table 'health', and '{}' exports no health, or it is "
                              "switched off; leave the table out",
                              making.source.manifest.string(), entry.name, entry.component));
    }
  }
  spec->stop_budget = entry.shutdown;
  if (entry.snapshot_interval) {
    if (!spec->interfaces.state) {
      return fail(
          ErrorCode::invalid_argument,
          fmt::format("{}: '{}' has a snapshot_interval, but {} does not export `state`, or "
                      "has it switched off; leave the key out, or build the component with "
                      "save and load",
                      making.source.manifest.string(), entry.name, loaded.id));
    }
    spec->snapshot_interval = *entry.snapshot_interval;
    spec->snapshot_bytes = limits.snapshot_bytes;
  }
  const ComponentSource& source = making.manifest.components.find(entry.component)->second;
  if (source.kind == ComponentSource::Kind::native) {
    spec->long_running = making.source.natives.find(source.text)->second.options.long_running;
  }
  TRY_ASSIGN(spec->grants, GrantSet::compile(entry.grants, making.manifest.name));
  if (entry.children != SupervisorPolicy{}) {
    spec->children = std::make_shared<const SupervisorPolicy>(entry.children);
  }
  spec->config = entry.config;
  spec->hides_messages = entry.hides_crash_payload;
  return spec;
}

using Templates = std::map<std::string, std::shared_ptr<ActorSpec>>;

// Links the templates that the entry was granted. They may name each other in a circle, so that
// children can spawn children: specs are made first and linked afterwards.
void link_templates(ActorSpec& spec, const Making& making, const ActorEntry& entry,
                    const Templates& templates) {
  for (const ActorEntry& child : making.manifest.templates) {
    const auto granted = [&](const std::string& name) { return name == child.name; };
    if (std::ranges::none_of(entry.grants.spawn, granted)) continue;
    spec.add_template(child.name, {.spec = templates.at(child.name).get(),
                                   .restart = child.restart,
                                   .over_restart = child.over_restart});
  }
}

}  // namespace

Result<LoadedComponent> load_apart(const std::function<Result<LoadedComponent>()>& load) {
  std::packaged_task<Result<LoadedComponent>()> task(load);
  auto result = task.get_future();
  const std::jthread thread(std::move(task));
  return result.get();
}

Result<AppPlan> plan_app(const AppSource& source) {
  TRY_ASSIGN(const Bytes text, source.disk.read_file(source.manifest, limits::manifest_bytes_max));
  const std::string file = source.manifest.string();
  TRY_ASSIGN(const AppManifest manifest, parse_app_manifest({.text = as_text(text), .file = file}));
  const Making making{.source = source, .manifest = manifest};

  Templates templates;
  for (const ActorEntry& entry : manifest.templates) {
    TRY_ASSIGN(templates[entry.name], make_spec(making, entry));
  }
  for (const ActorEntry& entry : manifest.templates) {
    link_templates(*templates.at(entry.name), making, entry, templates);
  }

  AppPlan plan{.name = manifest.name,
               .actors_max = manifest.actors_max,
               .supervisors = {},
               .actors = {},
               .templates = {}};
  for (const auto& [name, spec] : templates) plan.templates.push_back(spec);
  plan.supervisors = manifest.supervisors;
  for (const ActorEntry& entry : manifest.actors) {
    TRY_ASSIGN(auto spec, make_spec(making, entry));
    link_templates(*spec, making, entry, templates);
    plan.actors.push_back({.name = entry.name,
                           .supervisor = entry.supervisor,
                           .restart = entry.restart,
                           .spec = std::move(spec),
                           .config = {}});
  }
  return plan;
}

}  // namespace troupe
