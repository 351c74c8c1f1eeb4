#pragma once
// What an actor is made from: everything its lives have in common.

#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/limits.hpp"
#include "engine/engine.hpp"
#include "grant/grant.hpp"
#include "model/actor_turn.hpp"
#include "model/books.hpp"
#include "supervisor/supervisor.hpp"
#include "troupe/health.hpp"
#include "troupe/mailbox.hpp"
#include "troupe/state.hpp"
#include "troupe/time.hpp"

namespace troupe {

struct ActorSpec;

// A child that an actor may spawn.
struct ChildTemplate {
  // Templates may name each other in a circle; whoever has read the manifest owns them, and lets
  // them live as long as the node.
  const ActorSpec* spec = nullptr;
  RestartType restart = RestartType::temporary;
  OverRestart over_restart = OverRestart::stop;
};

// Thread: immutable after construction.
struct ActorSpec : ActorTerms, std::enable_shared_from_this<ActorSpec> {
  std::string component;  // For people: "local/counter.wasm@0.0.0".
  std::shared_ptr<const Code> code;
  GuestInterfaces interfaces;  // The code's, less those switched off.
  InstanceLimits limits;
  MailboxBounds mailbox;
  HealthChecks health;  // If its interfaces have `health`.
  GrantSet grants;
  bool hides_messages = false;  // Crash reports don't show what it had in hand.
  // What it has to end in when its supervisor stops it; then it is killed.
  Duration stop_budget = std::chrono::milliseconds(limits::stop_budget_ms_default);
  // While it lives its state is saved for the next life, so often at most; zero: never.
  Duration snapshot_interval = Duration::zero();
  std::uint64_t snapshot_bytes = limits::snapshot_bytes_default;
  bool long_running = false;             // Its turns go on beside the worker from their beginning.
  Bytes config;                          // For actors that are given none of their own.
  AnyState state;                        // Of the embedding program, likewise; mostly none.
  std::vector<ChildTemplate> templates;  // By their numbers.
  // How those that it spawns are supervised; null: as all are for whom nothing else is said.
  std::shared_ptr<const SupervisorPolicy> children;

  [[nodiscard]] bool takes_snapshots() const {
    return snapshot_interval > Duration::zero() && interfaces.state;
  }
  // Of the program itself: it can be asked to end, and not be made to.
  [[nodiscard]] bool is_native() const { return version().empty(); }
  // Of the component; empty for actors of the program, which have none.
  [[nodiscard]] std::string_view version() const {
    const std::size_t at = component.rfind('@');
    return at == std::string::npos ? std::string_view()
                                   : std::string_view(component).substr(at + 1);
  }

  void add_template(std::string name, ChildTemplate what) {
    template_numbers.insert_or_assign(std::move(name),
                                      static_cast<std::uint32_t>(templates.size()));
    templates.push_back(what);
  }
};

}  // namespace troupe
