#include "guest_node.hpp"

#include <map>
#include <optional>
#include <utility>

#include "base/check.hpp"
#include "base/format.hpp"
#include "base/limits.hpp"
#include "engine/wasmtime/test_guest.hpp"
#include "engine/wasmtime/wasmtime_engine.hpp"
#include "io/posix_disk.hpp"

namespace troupe {

Engine& test_engine() {
  static const std::unique_ptr<Engine> engine = *make_wasmtime_engine({});
  return *engine;
}

Bytes guest_bytes(std::string_view name) {
  PosixDisk disk;
  const std::string path = fmt::format("{}/{}", TROUPE_GUEST_DIR, name);
  auto bytes = disk.read_file(path + ".wasm", limits::component_bytes_max);
  if (bytes) return *std::move(bytes);
  const auto text = disk.read_file(path + ".wat", limits::component_bytes_max);
  CHECK(text.has_value(), "there is such a guest");
  return wasmtime::wat(as_text(*text));
}

Result<std::shared_ptr<const Code>> guest_code(std::string_view name, EngineClass engine_class) {
  using Key = std::pair<std::string, EngineClass>;
  static std::map<Key, std::shared_ptr<const Code>> compiled;
  std::shared_ptr<const Code>& code = compiled[{std::string(name), engine_class}];
  if (code != nullptr) return code;
  auto result = test_engine().compile(guest_bytes(name), engine_class);
  if (result) code = *result;
  return result;
}

std::shared_ptr<ActorSpec> GuestNode::spec(std::string_view guest, const GuestOptions& options) {
  auto spec = std::make_shared<ActorSpec>();
  spec->app = "test";
  spec->component = fmt::format("local/{}@0.0.0", guest);
  spec->code = *guest_code(guest, options.engine_class);
  spec->interfaces = spec->code->interfaces();
  if (options.switch_off != nullptr) options.switch_off(spec->interfaces);
  spec->limits = options.limits;
  spec->quotas = options.quotas;
  spec->mailbox = options.mailbox;
  spec->health = options.health;
  spec->grants = *GrantSet::compile(options.grants, "test");
  spec->config = to_bytes(options.config);
  spec->hides_messages = options.hides_messages;
  spec->snapshot_interval = options.snapshot_interval;
  return spec;
}

Result<Address> GuestNode::spawn(const std::string& name, std::string_view guest,
                                 const GuestOptions& options) {
  return sim_.spawn({.name = name,
                     .supervisor = options.supervisor,
                     .restart = options.restart,
                     .spec = spec(guest, options),
                     .config = {}});
}

std::string GuestNode::ask(Address to, std::string_view text) {
  const Result<Bytes> answer = sim_.request(to, text);
  if (answer) return std::string(as_text(*answer));
  return fmt::format("error: {}: {}", to_string(answer.error().code), answer.error().message);
}

std::vector<std::string> GuestNode::exits() {
  std::vector<std::string> list;
  for (const ExitEvent& event : sim_.take_exits()) {
    list.push_back(fmt::format("{} {}", event.name, to_string(event.exit)));
  }
  return list;
}

void GuestNode::order(const std::function<void(Control&)>& task) {
  Control& control = sim_.core().control();
  control.post([&] { task(control); });
  sim_.run_until_idle();
}

std::string GuestNode::restart(Address actor, Duration budget) {
  std::optional<Result<void>> result;
  order([&](Control& control) {
    control.restart(actor, budget, [&](Result<void> outcome) { result = std::move(outcome); });
  });
  CHECK(result.has_value(), "a restart is answered");
  return *result ? "ok" : result->error().message;
}

GrantLists ProbeTest::everything() {
  return {.find = {"a", "b", "c", "self", "counter", "other-app/x"},
          .publish = {"news.#"},
          .subscribe = {"news.#"},
          .spawn = {"kid"}};
}

Address ProbeTest::probe(const std::string& name, GuestOptions options) {
  options.grants = everything();
  const Result<Address> address = node_.spawn(name, "probe", options);
  CHECK(address.has_value(), address ? "" : address.error().message);
  return *address;
}

}  // namespace troupe
