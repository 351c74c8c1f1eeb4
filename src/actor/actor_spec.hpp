#pragma once
// What an actor is made from: everything its lives have in common.

#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "engine/engine.hpp"
#include "grant/grant.hpp"
#include "model/books.hpp"
#include "supervisor/supervisor.hpp"
#include "troupe/mailbox.hpp"

namespace troupe {

struct ActorSpec;

// A child that an actor may spawn, by the template's name.
struct ChildTemplate {
  // Templates may name each other in a circle; whoever has read the manifest owns them.
  std::weak_ptr<const ActorSpec> spec;
  RestartType restart = RestartType::temporary;
};

// Thread: immutable after construction.
struct ActorSpec {
  std::string app;
  std::string component;  // For people: "local/counter.wasm@0.0.0".
  std::shared_ptr<const Code> code;
  GuestInterfaces interfaces;  // The code's, less those switched off.
  InstanceLimits limits;
  Quotas quotas;
  MailboxBounds mailbox;
  GrantSet grants;
  bool long_running = false;  // Its turns go on beside the worker from their beginning.
  Bytes config;               // For actors that are given none of their own.
  std::map<std::string, ChildTemplate, std::less<>> templates;
  std::set<std::string, std::less<>> template_names;  // Of `templates`, for turns to look up.
};

}  // namespace troupe
