#pragma once
// What an actor is made from: everything its lives have in common.

#include <chrono>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/limits.hpp"
#include "engine/engine.hpp"
#include "grant/grant.hpp"
#include "model/actor_turn.hpp"
#include "model/books.hpp"
#include "supervisor/supervisor.hpp"
#include "troupe/mailbox.hpp"
#include "troupe/time.hpp"

namespace troupe {

struct ActorSpec;

// A child that an actor may spawn.
struct ChildTemplate {
  // Templates may name each other in a circle; whoever has read the manifest owns them, and lets
  // them live as long as the node.
  const ActorSpec* spec = nullptr;
  RestartType restart = RestartType::temporary;
};

// Thread: immutable after construction.
struct ActorSpec : ActorTerms, std::enable_shared_from_this<ActorSpec> {
  std::string component;  // For people: "local/counter.wasm@0.0.0".
  std::shared_ptr<const Code> code;
  GuestInterfaces interfaces;  // The code's, less those switched off.
  InstanceLimits limits;
  MailboxBounds mailbox;
  GrantSet grants;
  bool hides_messages = false;  // Crash reports don't show what it had in hand.
  // What it has to end in when its supervisor stops it; then it is killed.
  Duration stop_budget = std::chrono::milliseconds(limits::stop_budget_ms_default);
  bool long_running = false;             // Its turns go on beside the worker from their beginning.
  Bytes config;                          // For actors that are given none of their own.
  std::vector<ChildTemplate> templates;  // By their numbers.

  void add_template(std::string name, ChildTemplate what) {
    template_numbers.insert_or_assign(std::move(name),
                                      static_cast<std::uint32_t>(templates.size()));
    templates.push_back(what);
  }
};

}  // namespace troupe
