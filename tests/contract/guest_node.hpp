#pragma once
// A simulated node whose actors are real guests: the same workers, mailboxes and engine as in the
// program, with time and order in the test's hands. Only deadlines run on the real clock.

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "engine/engine.hpp"
#include "runtime/sim_node.hpp"

namespace troupe {

// What a test says of an actor beyond its name.
struct GuestOptions {
  std::string config = {};
  GrantLists grants = {};
  InstanceLimits limits = {};
  Quotas quotas = default_quotas();
  MailboxBounds mailbox = {};
  HealthChecks health = {};
  std::string supervisor = "root";
  RestartType restart = RestartType::permanent;
  EngineClass engine_class = EngineClass::standard;
  bool hides_messages = false;
  Duration snapshot_interval = Duration::zero();
  // Taken from what the guest exports.
  void (*switch_off)(GuestInterfaces&) = nullptr;
};

// One engine for all tests of a program: it is what real nodes have, too.
[[nodiscard]] Engine& test_engine();
// From tests/guests: `name.wasm`, or `name.wat`.
[[nodiscard]] Bytes guest_bytes(std::string_view name);
// Likewise, compiled once for each class.
[[nodiscard]] Result<std::shared_ptr<const Code>> guest_code(std::string_view name,
                                                             EngineClass engine_class);

class GuestNode {
 public:
  explicit GuestNode(std::uint16_t workers = 2, Hooks hooks = {})
      : sim_(
            {.workers = workers, .seed = 11, .engine = &test_engine(), .hooks = std::move(hooks)}) {
  }

  [[nodiscard]] std::shared_ptr<ActorSpec> spec(std::string_view guest,
                                                const GuestOptions& options);
  Result<Address> spawn(const std::string& name, std::string_view guest,
                        const GuestOptions& options = {});
  // The answer's text, or "error: CODE MESSAGE".
  std::string ask(Address to, std::string_view text);

  // Has the control plane do it, and runs until nothing is left to do.
  void order(const std::function<void(Control&)>& task);
  // A planned restart: "ok", or why not.
  std::string restart(Address actor, Duration budget);

  [[nodiscard]] SimNode& sim() { return sim_; }
  // The exits since the last call: `name exit`.
  [[nodiscard]] std::vector<std::string> exits();

 private:
  SimNode sim_;
};

// Probes named a, b, ... that may find each other, and do everything unless told otherwise.
class ProbeTest : public testing::Test {
 protected:
  Address probe(const std::string& name, GuestOptions options = {});
  std::string ask(Address to, std::string_view text) { return node_.ask(to, text); }
  [[nodiscard]] static GrantLists everything();

  GuestNode node_;
};

}  // namespace troupe
