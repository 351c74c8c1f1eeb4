#include "engine/wasmtime/wasmtime_engine.hpp"

#include <utility>

#include "base/result.hpp"
#include "engine/wasmtime/code.hpp"
#include "engine/wasmtime/engine_core.hpp"

namespace troupe {
namespace {

using wasmtime::EngineCore;

class Hold final : public TickerHold {
 public:
  explicit Hold(std::shared_ptr<const EngineCore> core) : core_(std::move(core)) {
    core_->ticker().hold();
  }
  ~Hold() override { core_->ticker().release(); }

 private:
  std::shared_ptr<const EngineCore> core_;
};

class WasmtimeEngine final : public Engine {
 public:
  explicit WasmtimeEngine(std::shared_ptr<const EngineCore> core) : core_(std::move(core)) {}

  Result<std::shared_ptr<const Code>> compile(BytesView wasm, EngineClass engine_class) override {
    return wasmtime::WasmtimeCode::compile(core_, wasm, engine_class);
  }
  std::unique_ptr<TickerHold> hold_ticker() override { return std::make_unique<Hold>(core_); }
  [[nodiscard]] std::uint64_t ticks() const override { return core_->ticker().ticks(); }

 private:
  std::shared_ptr<const EngineCore> core_;
};

}  // namespace

Result<std::unique_ptr<Engine>> make_wasmtime_engine(const WasmtimeOptions& options) {
  TRY_ASSIGN(auto core, EngineCore::make(options.arena));
  return std::make_unique<WasmtimeEngine>(std::move(core));
}

}  // namespace troupe
