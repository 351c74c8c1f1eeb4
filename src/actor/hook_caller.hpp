#pragma once
// Calls the hooks of the embedding program, and bears with them.

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string_view>
#include <utility>

#include "actor/cell.hpp"
#include "base/clock.hpp"
#include "engine/engine.hpp"
#include "model/turn_inputs.hpp"
#include "router/registry.hpp"
#include "troupe/hooks.hpp"

namespace troupe {

// Thread: any thread. Each function is called where Hooks says.
// Errors: of a hook: a line in the actor's log. One that overruns limits::hook_ms_max is told to
//         the control plane, and not called again.
class HookCaller {
 public:
  struct World {
    const Clock& clock;
    const Registry& registry;
    LogSink& log;
    EnvelopePort& control;
  };
  // REQUIRES: hooks.any().
  HookCaller(Hooks hooks, World world) : hooks_(std::move(hooks)), world_(world) {}

  // The one whose error counts.
  [[nodiscard]] Result<void> before_start(const Cell& cell);
  void after_start(const Cell& cell);
  void before_stop(const Cell& cell);
  void after_stop(const Cell& cell, const Exit& exit);
  void on_error(const Cell& cell, std::string_view error);
  void on_restart(const Cell& cell, const Exit& before);
  // The same instance; on_message, if there is one, comes before its handlers.
  [[nodiscard]] std::unique_ptr<Instance> watched(const Cell& cell,
                                                  std::unique_ptr<Instance> instance);

 private:
  class WatchedInstance;
  enum class Which : std::uint8_t {
    before_start,
    after_start,
    before_stop,
    after_stop,
    on_message,
    on_error,
    on_restart,
  };
  static constexpr std::size_t count = 7;
  // Of whom, beyond what the registry knows.
  struct Whose {
    Address address;
    std::string_view component;
    std::uint64_t life = 0;
  };

  [[nodiscard]] static Whose whose(const Cell& cell);
  template <typename... More>
  [[nodiscard]] Result<void> call(
      Which which, const std::function<Result<void>(const HookedLife&, More...)>& hook,
      const Whose& whose, More... more);
  template <typename... More>
  void call_and_log(Which which,
                    const std::function<Result<void>(const HookedLife&, More...)>& hook,
                    const Whose& whose, More... more);
  void overran(Which which, const Whose& whose, Duration took);

  const Hooks hooks_;
  World world_;
  std::array<std::atomic<bool>, count> is_off_{};  // It took too long once.
};

}  // namespace troupe
