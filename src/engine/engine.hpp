#pragma once
// The engine compiles components, makes instances and calls them. Two implementations: wasmtime
// (engine/wasmtime/) and plain C++ (engine/native.hpp), which has no guests to sandbox and lets
// everything above be tested, simulated and run under ThreadSanitizer.

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/limits.hpp"
#include "engine/host_calls.hpp"
#include "troupe/bytes.hpp"
#include "troupe/health.hpp"
#include "troupe/outcome.hpp"
#include "troupe/result.hpp"
#include "troupe/time.hpp"

namespace troupe {

// How a component is compiled; fixed for the life of the code.
enum class EngineClass : std::uint8_t {
  standard,       // Epoch deadlines.
  deterministic,  // Fuel and canonical NaNs as well: equal runs use equal fuel.
};

// Which optional interfaces of the contract a component exports.
struct GuestInterfaces {
  bool answers = false;
  bool timers = false;
  bool events = false;
  bool exits = false;
  bool health = false;
  bool stopping = false;
  bool state = false;

  friend bool operator==(const GuestInterfaces&, const GuestInterfaces&) = default;
};

// Bounds of one instance. Defaults are the manifest's.
struct InstanceLimits {
  std::uint64_t memory_bytes = limits::memory_bytes_default;
  std::uint32_t table_elements = limits::table_elements_default;
  std::uint32_t addresses = limits::addresses_default;          // Handles held at once.
  std::uint64_t payload_bytes = limits::payload_bytes_default;  // Of what the guest passes out.
  // For boot, and start or load, together.
  Duration start_timeout = std::chrono::milliseconds(limits::start_timeout_ms_default);
  // For all guest code run for one message together.
  Duration deadline = std::chrono::milliseconds(limits::deadline_ms_default);
  std::uint64_t fuel = limits::fuel_default;  // Class `deterministic` only.
};

// The kinds of trap, from the engine's codes.
enum class TrapKind : std::uint8_t {
  unreachable,
  memory_out_of_bounds,
  table_out_of_bounds,
  indirect_call_to_null,
  bad_signature,
  integer_overflow,
  integer_division_by_zero,
  bad_conversion_to_integer,
  stack_overflow,
  deadline,
  out_of_fuel,
  other,
};
[[nodiscard]] std::string_view to_string(TrapKind kind);  // "memory out of bounds"

// Where guest code stood. Names and lines are looked up when somebody reads them: Code::describe.
struct TrapFrame {
  std::uint32_t function_index = 0;
  std::uint64_t module_offset = 0;  // Bytes from the start of the .wasm file.

  friend auto operator<=>(const TrapFrame&, const TrapFrame&) = default;
};

struct FrameDescription {
  std::string function;  // Demangled; "function 12" where the guest has no names.
  std::uint64_t module_offset = 0;
  std::string file;        // Empty where the guest has no DWARF.
  std::uint32_t line = 0;  // 0 likewise.
};

// A life that ended inside a call.
struct Death {
  Exit exit;
  // None for ends that are no trap: proc_exit, a broken ABI rule, a refused instantiation.
  std::optional<TrapKind> trap;
  std::vector<TrapFrame> backtrace;  // Innermost first, at most limits::backtrace_frames_max.
  std::string detail;                // What the engine says, for people; may be empty.
};

// What a call into a guest came to. `ended` means: throw the instance away.
struct Reply {
  enum class Kind : std::uint8_t {
    none,      // Returned; no value.
    answered,  // Returned a value; HostCalls::returned has seen it.
    failed,    // Returned an error: `error`. The guest lives on.
    ended,     // `death` says how.
  };
  Kind kind = Kind::none;
  // Behind a pointer, since every message has a reply and hardly any says this.
  std::unique_ptr<std::string> error;
  std::unique_ptr<Death> death;

  [[nodiscard]] static Reply failed(std::string text) {
    return {.kind = Kind::failed,
            .error = std::make_unique<std::string>(std::move(text)),
            .death = nullptr};
  }
  [[nodiscard]] static Reply ended(std::unique_ptr<Death> how) {
    return {.kind = Kind::ended, .error = nullptr, .death = std::move(how)};
  }
};

struct HealthReply {
  Health says;
  std::unique_ptr<Death> death;  // Set if the check itself ended the life.
};

// A guest's whole state (wit: record saved).
struct SavedState {
  Bytes bytes;
  std::vector<Address> addresses;
  std::vector<Responder> responders;
};

struct SaveReply {
  std::expected<SavedState, std::string> saved = std::unexpected(std::string());  // Or: not now.
  std::unique_ptr<Death> death;
};

// What one life uses.
struct InstanceUsage {
  std::uint64_t memory_bytes = 0;       // Linear memory now.
  std::uint64_t memory_peak_bytes = 0;  // Most in this life.
  std::uint64_t overhead_bytes = 0;     // Tables, handle table, engine structures; an estimate.
  std::uint64_t fuel_used = 0;          // By the last call; class `deterministic` only.
  std::uint32_t handles = 0;
};

// One life of one actor.
// Thread: one at a time; it may change between calls, never during one. One activation per thread.
// Bounds: InstanceLimits.
// Errors: everything a guest can do is a Reply. After `ended` only usage() and the destructor may
// be
//         called. Answers that the life still owes are in its actor's Books, not here.
class Instance {
 public:
  Instance() = default;
  Instance(const Instance&) = delete;
  Instance& operator=(const Instance&) = delete;
  virtual ~Instance() = default;

  // Makes memory and tables and runs the module's initialisers. Exactly once, before all else.
  virtual Reply boot(HostCalls& host) = 0;
  virtual Reply start(HostCalls& host, BytesView config) = 0;
  virtual Reply handle(HostCalls& host, BytesView payload) = 0;

  // REQUIRES: the component exports the interface (Code::interfaces).
  virtual Reply answered(HostCalls& host, std::uint64_t request, const AnswerView& answer) = 0;
  virtual Reply fired(HostCalls& host, std::uint64_t timer) = 0;
  virtual Reply event(HostCalls& host, std::uint64_t subscription, std::string_view topic,
                      BytesView payload) = 0;
  virtual Reply exited(HostCalls& host, std::uint64_t watch, const Exit& exit) = 0;
  // `budget`, which the component is told, and `deadline` hold instead of the instance's own
  // deadline.
  virtual Reply stop(HostCalls& host, Duration budget) = 0;
  virtual HealthReply check(HostCalls& host, Duration deadline) = 0;
  virtual SaveReply save(HostCalls& host, bool ending, Duration deadline) = 0;
  virtual Reply load(HostCalls& host, std::string_view version, const SavedState& saved,
                     BytesView config) = 0;

  [[nodiscard]] virtual InstanceUsage usage() const = 0;
  // Another number whenever memory_bytes or handles of usage() are others; 0: both are. For those
  // who look after every turn.
  [[nodiscard]] virtual std::uint64_t usage_stamp() const = 0;

  // Fetches what the next call will touch behind this object into the caches.
  void fetch_behind() const { __builtin_prefetch(behind_, 1); }

 protected:
  void set_behind(const void* what) { behind_ = what; }

 private:
  const void* behind_ = nullptr;
};

// A compiled component.
// Thread: immutable after construction.
class Code {
 public:
  Code() = default;
  Code(const Code&) = delete;
  Code& operator=(const Code&) = delete;
  virtual ~Code() = default;

  [[nodiscard]] virtual const GuestInterfaces& interfaces() const = 0;
  // A new life, not yet booted. Never fails: what can go wrong is boot()'s Reply. The code lives
  // until then.
  [[nodiscard]] virtual std::unique_ptr<Instance> instantiate(
      const InstanceLimits& limits) const = 0;
  // Names, file and line of a frame of this code. Any thread.
  [[nodiscard]] virtual FrameDescription describe(const TrapFrame& frame) const = 0;
};

// Thread: any thread.
class Engine {
 public:
  Engine() = default;
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;
  virtual ~Engine() = default;

  // Milliseconds to seconds of work for each MiB of code: not on a worker.
  // Errors: invalid_argument (not a module, malformed, a mistyped export), unsupported (a feature
  // or proposal that is refused by name), each with what to do.
  virtual Result<std::shared_ptr<const Code>> compile(BytesView wasm, EngineClass engine_class) = 0;

  // The epoch ticker runs while somebody holds it; deadlines need it. By TickerHold.
  virtual void hold_ticker() = 0;
  virtual void release_ticker() = 0;
  // The ticker's ticks: the count moves about once in a millisecond while it is held. Null: this
  // engine has no ticker. It lives as long as the engine.
  [[nodiscard]] virtual const std::atomic<std::uint64_t>* ticks() const = 0;
};

// Holds an engine's ticker, or nothing. Workers hold it from their first turn until they park.
// Thread:   any thread, one at a time.
// REQUIRES: the engine outlives it.
class TickerHold {
 public:
  TickerHold() = default;
  explicit TickerHold(Engine& engine) : engine_(&engine) { engine.hold_ticker(); }
  TickerHold(const TickerHold&) = delete;
  TickerHold& operator=(const TickerHold&) = delete;
  ~TickerHold() { release(); }

  [[nodiscard]] bool is_held() const { return engine_ != nullptr; }
  // REQUIRES: it holds nothing.
  void hold(Engine& engine) {
    engine.hold_ticker();
    engine_ = &engine;
  }
  void release() {
    if (engine_ != nullptr) std::exchange(engine_, nullptr)->release_ticker();
  }

 private:
  Engine* engine_ = nullptr;
};

}  // namespace troupe
