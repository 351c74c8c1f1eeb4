#include "engine/wasmtime/code.hpp"

#include <cstdlib>
#include <cxxabi.h>
#include <utility>

#include "base/format.hpp"
#include "base/limits.hpp"
#include "base/result.hpp"
#include "engine/wasmtime/engine_core.hpp"
#include "engine/wasmtime/instance.hpp"

namespace troupe::wasmtime {
namespace {

// C++ names; Rust's are already readable when they come from the shim.
std::string demangle(std::string name) {
  if (!name.starts_with("_Z")) return name;
  int status = 0;
  const std::unique_ptr<char, decltype(&std::free)> readable(
      ::abi::__cxa_demangle(name.c_str(), nullptr, nullptr, &status), std::free);
  return status == 0 ? std::string(readable.get()) : name;
}

}  // namespace

Result<std::shared_ptr<const Code>> WasmtimeCode::compile(std::shared_ptr<const EngineCore> core,
                                                          BytesView wasm,
                                                          EngineClass engine_class) {
  TRY_ASSIGN(const CheckedModule checked, check_module(wasm));
  std::array<shim_view, troupe::abi::export_count> exports = {};
  std::shared_ptr<WasmtimeCode> code(new WasmtimeCode);
  for (std::size_t index = 0; index < exports.size(); ++index) {
    exports[index] = to_view(checked.exports[index]);
    code->module_.has[index] = !checked.exports[index].empty();
  }
  shim_text error = {};
  code->module_.module.reset(shim_module_new(core->engine(engine_class), to_view(wasm),
                                             checked.functions.data(), checked.functions.size(),
                                             exports.data(), exports.size(), &error));
  if (!code->module_.module) {
    return fail(
        ErrorCode::internal,
        fmt::format("the module can't be compiled: {}. Report it with the module.", take(error)));
  }
  code->module_.memory_min_bytes = checked.memory_min_bytes;
  code->module_.table_elements = checked.table_elements;
  code->module_.ticker = &core->ticker();
  code->module_.counts_fuel = engine_class == EngineClass::deterministic;
  code->interfaces_ = checked.interfaces;
  code->wasm_.assign(wasm.begin(), wasm.end());
  code->core_ = std::move(core);
  return code;
}

std::unique_ptr<Instance> WasmtimeCode::instantiate(const InstanceLimits& limits) const {
  return std::make_unique<WasmtimeInstance>(shared_from_this(), limits);
}

FrameDescription WasmtimeCode::describe(const TrapFrame& frame) const {
  const std::lock_guard lock(described_mutex_);
  if (const auto known = described_.find(frame); known != described_.end()) return known->second;
  FrameDescription described = look_up(frame);
  if (described.function.size() + described.file.size() <= limits::frame_described_bytes_max) {
    if (described_.size() >= limits::frames_described_max) described_.clear();
    described_.emplace(frame, described);
  }
  return described;
}

FrameDescription WasmtimeCode::look_up(const TrapFrame& frame) const {
  FrameDescription described;
  described.module_offset = frame.module_offset;
  shim_description found = {};
  shim_text error = {};
  if (shim_describe(to_view(wasm_), frame.function_index, frame.module_offset, &found, &error)) {
    described.function = demangle(take(found.function));
    described.file = take(found.file);
    described.line = found.line;
  } else {
    // It was compiled, so it can be read; but a report must not fail over it.
    shim_text_free(error);
  }
  if (described.function.empty())
    described.function = fmt::format("function {}", frame.function_index);
  return described;
}

}  // namespace troupe::wasmtime
