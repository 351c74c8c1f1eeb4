#include "engine/wasmtime/wasmtime_engine.hpp"

#include <utility>

#include "base/result.hpp"
#include "engine/wasmtime/code.hpp"
#include "engine/wasmtime/engine_core.hpp"

namespace troupe {
namespace {

using wasmtime::EngineCore;

class WasmtimeEngine final : public Engine {
 public:
  explicit WasmtimeEngine(std::shared_ptr<const EngineCore> core) : core_(std::move(core)) {}

  Result<std::shared_ptr<const Code>> compile(BytesView wasm, EngineClass engine_class) override {
    return wasmtime::WasmtimeCode::compile(core_, wasm, engine_class);
  }
  void hold_ticker() override { core_->ticker().hold(); }
  void release_ticker() override { core_->ticker().release(); }
  [[nodiscard]] const std::atomic<std::uint64_t>* ticks() const override {
    return &core_->ticker().count();
  }

 private:
  std::shared_ptr<const EngineCore> core_;
};

}  // namespace

Result<std::unique_ptr<Engine>> make_wasmtime_engine(const WasmtimeOptions& options) {
  TRY_ASSIGN(auto core, EngineCore::make(options.arena));
  return std::make_unique<WasmtimeEngine>(std::move(core));
}

}  // namespace troupe
