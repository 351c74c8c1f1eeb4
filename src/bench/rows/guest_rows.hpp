#pragma once
// What the rows at engine.hpp have in common: an engine, guests from their files, the probe.

#include <memory>
#include <string_view>

#include "bench/row.hpp"
#include "bench/rows/counting_host.hpp"
#include "engine/arena.hpp"
#include "engine/engine.hpp"
#include "engine/wasmtime/bare.hpp"
#include "engine/wasmtime/shim.hpp"

namespace troupe::bench {

[[nodiscard]] BareModule bare_module_of(std::string_view name, bare_settings settings);

// An engine whose ticker runs, as it does while workers have guests to run.
// Thread: one.
class GuestEngine {
 public:
  explicit GuestEngine(ArenaSet::Populate populate = ArenaSet::Populate::ahead);
  [[nodiscard]] std::shared_ptr<const Code> compile(std::string_view name);

 private:
  std::unique_ptr<Engine> engine_;
  TickerHold hold_;
};

// One life that has started; dies with a message if it can't.
// Thread: one.
class GuestLife {
 public:
  explicit GuestLife(const Code& code);
  // Handles `messages` messages with that payload, which come back as answers. A payload of eight
  // bytes or more is numbered, and the answer's number checked.
  Work echo(Bytes& payload, std::uint64_t messages);
  // Whether an answer other than the last one comes back: a guest is at work, not a fake.
  [[nodiscard]] bool proves_itself();
  CountingHost& host() { return host_; }
  Instance& instance() { return *instance_; }

 private:
  CountingHost host_;
  std::unique_ptr<Instance> instance_;
};

// One unchecked call of a guest function that does nothing, through the shim and nothing
// else of ours. What rows are multiples of.
// Thread: one.
class NoOpProbe {
 public:
  NoOpProbe();
  [[nodiscard]] Row row(std::string id);
  [[nodiscard]] static RowInfo info(std::string id);

 private:
  wasmtime::EngineHandle engine_;
  wasmtime::ModuleHandle module_;
  wasmtime::GuestHandle guest_;
};

}  // namespace troupe::bench
