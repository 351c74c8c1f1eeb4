#include "engine/wasmtime/engine_core.hpp"

#include <utility>

#include "base/format.hpp"
#include "base/limits.hpp"
#include "engine/wasmtime/guest.hpp"

namespace troupe::wasmtime {

EngineCore::EngineCore(ArenaSet::Options arena)
    : arena_(arena), ticker_([this] {
        for (const EngineHandle& engine : engines_)
          if (engine) shim_engine_tick(engine.get());
      }) {}

Result<std::shared_ptr<const EngineCore>> EngineCore::make(ArenaSet::Options arena) {
  std::shared_ptr<EngineCore> core(new EngineCore(arena));
  for (const EngineClass engine_class : {EngineClass::standard, EngineClass::deterministic}) {
    const bool is_deterministic = engine_class == EngineClass::deterministic;
    const shim_engine_options options = {
        .epochs = true,
        .fuel = is_deterministic,
        .canonical_nans = is_deterministic,
        .stack_bytes = limits::stack_bytes,
        .backtrace_frames = limits::backtrace_frames_max,
        .memory = Guest::memory_source(core->arena_),
    };
    shim_text error = {};
    EngineHandle engine(shim_engine_new(&options, &error));
    if (!engine) {
      return fail(ErrorCode::internal,
                  fmt::format("the WebAssembly engine can't be made: {}. Report it with the "
                              "machine's type.",
                              take(error)));
    }
    core->engines_[static_cast<std::size_t>(engine_class)] = std::move(engine);
  }
  return core;
}

std::string settings_of(const EngineCore& core, EngineClass engine_class) {
  return take(shim_engine_settings(core.engine(engine_class)));
}

}  // namespace troupe::wasmtime
