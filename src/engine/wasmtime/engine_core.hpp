#pragma once
// What the engine's codes and instances stand on.

#include <array>

#include "engine/arena.hpp"
#include "engine/engine.hpp"
#include "engine/ticker.hpp"
#include "engine/wasmtime/shim.hpp"

namespace troupe::wasmtime {

inline constexpr std::size_t engine_class_count = 2;

// Thread: any thread.
// Owns:   the arena of linear memories, one wasmtime engine for each class, the ticker.
class EngineCore {
 public:
  // Errors: internal (wasmtime refuses the configuration).
  static Result<std::shared_ptr<const EngineCore>> make(ArenaSet::Options arena);

  EngineCore(const EngineCore&) = delete;
  EngineCore& operator=(const EngineCore&) = delete;
  ~EngineCore() = default;

  [[nodiscard]] const shim_engine* engine(EngineClass engine_class) const {
    return engines_[static_cast<std::size_t>(engine_class)].get();
  }
  [[nodiscard]] Ticker& ticker() const { return ticker_; }
  [[nodiscard]] ArenaStats arena_stats() const { return arena_.stats(); }

 private:
  explicit EngineCore(ArenaSet::Options arena);

  mutable ArenaSet arena_;
  std::array<EngineHandle, engine_class_count> engines_;
  mutable Ticker ticker_;
};

// The configuration of a class as wasmtime has it, `name = value` lines: for tests.
[[nodiscard]] std::string settings_of(const EngineCore& core, EngineClass engine_class);

}  // namespace troupe::wasmtime
