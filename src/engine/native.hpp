#pragma once
// The engine for actors written in C++: code is a function that makes an Actor, a life is the
// object it made.

#include <functional>
#include <memory>
#include <optional>

#include "engine/engine.hpp"
#include "engine/ticker.hpp"
#include "troupe/actor.hpp"

namespace troupe {

// Code whose lives are made by `make`; boot() calls it. A null object, and an exception from it or
// from any handler, ends the life as crashed("...").
//
// Of the limits only `payload_bytes` holds, for answers: one beyond it fails the request. C++ has
// no memory limit, no deadline and no backtrace to give.
//
// Thread: immutable. `make` is called on the thread that boots, possibly on several at once.
[[nodiscard]] std::shared_ptr<const Code> native_code(std::function<std::unique_ptr<Actor>()> make);

// The engine of a build without a WebAssembly engine: it has no guests, so nothing to compile and
// no deadlines to watch.
// Thread: any thread.
class NativeEngine final : public Engine {
 public:
  enum class Time : std::uint8_t {
    simulated,  // No ticker: a simulation has a clock of its own.
    real,
  };
  explicit NativeEngine(Time time = Time::simulated);

  // Errors: unsupported, always.
  Result<std::shared_ptr<const Code>> compile(BytesView wasm, EngineClass engine_class) override;
  void hold_ticker() override;
  void release_ticker() override;
  [[nodiscard]] const std::atomic<std::uint64_t>* ticks() const override;

 private:
  std::optional<Ticker> ticker_;
};

}  // namespace troupe
