#pragma once
// A compiled guest.

#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "engine/engine.hpp"
#include "engine/wasmtime/guest.hpp"
#include "engine/wasmtime/module_check.hpp"

namespace troupe::wasmtime {

// What all codes and engine classes share; it lives until the last of them is gone.
class EngineCore;

// Thread: immutable after construction, but for what describe() keeps under a lock.
// Owns:   machine code, and the file it was made from: the names and lines of reports are in it.
// Bounds: limits::frames_described_max places, each with a text of
//         limits::frame_described_bytes_max, whose names are kept.
class WasmtimeCode final : public Code, public std::enable_shared_from_this<WasmtimeCode> {
 public:
  // Errors: internal (the compiler refused what the check let pass).
  static Result<std::shared_ptr<const Code>> compile(std::shared_ptr<const EngineCore> core,
                                                     BytesView wasm, EngineClass engine_class);

  [[nodiscard]] const GuestInterfaces& interfaces() const override { return interfaces_; }
  [[nodiscard]] std::unique_ptr<Instance> instantiate(const InstanceLimits& limits) const override;
  [[nodiscard]] FrameDescription describe(const TrapFrame& frame) const override;

  [[nodiscard]] const GuestModule& module() const { return module_; }

 private:
  WasmtimeCode() = default;

  [[nodiscard]] FrameDescription look_up(const TrapFrame& frame) const;

  std::shared_ptr<const EngineCore> core_;  // Before the module, which is part of it.
  GuestModule module_;
  GuestInterfaces interfaces_;
  Bytes wasm_;
  // An actor that keeps crashing does so at the same places, and a look reads the whole file.
  mutable std::mutex described_mutex_;
  mutable std::map<TrapFrame, FrameDescription> described_;
};

}  // namespace troupe::wasmtime
