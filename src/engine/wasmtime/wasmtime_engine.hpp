#pragma once
// The engine that runs WebAssembly.

#include <memory>

#include "engine/arena.hpp"
#include "engine/engine.hpp"

namespace troupe {

struct WasmtimeOptions {
  ArenaSet::Options arena;
};

// Codes and instances may outlive it.
// Errors: internal (this machine can't run it).
[[nodiscard]] Result<std::unique_ptr<Engine>> make_wasmtime_engine(const WasmtimeOptions& options);

}  // namespace troupe
