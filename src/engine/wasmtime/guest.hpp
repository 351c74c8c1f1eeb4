#pragma once
// One guest as the engine's own code sees it: its memory, its handles, what it is doing, and how to
// call it. instance.cpp calls exports with it, the imports answer with it.

#include <array>
#include <chrono>
#include <cstdint>
#include <cstring>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/check.hpp"
#include "base/format.hpp"
#include "engine/abi.hpp"
#include "engine/arena.hpp"
#include "engine/engine.hpp"
#include "engine/handle_table.hpp"
#include "engine/ticker.hpp"
#include "engine/wasmtime/guest_memory.hpp"
#include "engine/wasmtime/shim.hpp"

namespace troupe::wasmtime {

// What a guest needs of its code; it lives as long as the code.
struct GuestModule {
  ModuleHandle module;
  std::array<bool, abi::export_count> has = {};
  std::uint64_t memory_min_bytes = 0;
  std::uint64_t table_elements = 0;
  bool counts_fuel = false;
  const Ticker* ticker = nullptr;  // Of its engine, which outlives it.

  [[nodiscard]] bool exports(abi::Export export_) const {
    return has[static_cast<std::size_t>(export_)];
  }
};

// Memory of one guest: the shim's view of it and the slice behind it.
struct HeldMemory {
  shim_memory memory = {};  // First: the shim passes its address.
  Slice slice;
};

// Thread: one at a time, as the instance.
// Owns:   the store with its memory, and the handles.
// Errors: calls into the guest return false and leave a Death; then the guest is never entered
//         again.
class Guest {
 public:
  Guest(const GuestModule& module, const InstanceLimits& limits);
  Guest(const Guest&) = delete;
  Guest& operator=(const Guest&) = delete;
  ~Guest();

  // --- From outside. begin() and end() bracket all that runs for one message.
  void begin(HostCalls& host, abi::Phase phase);
  void end();
  bool boot();
  bool call(abi::Export export_, std::span<shim_value> values);
  // `cabi_post_` of an export, if the guest has one.
  bool call_post(abi::Export export_, std::uint32_t result);

  // Room in the guest: never null, aligned, within memory.
  std::optional<std::uint32_t> allocate(std::uint32_t bytes, std::uint32_t alignment);
  // allocate and copy.
  std::optional<std::uint32_t> copy_in(BytesView bytes, std::uint32_t alignment = 1);

  // Where the result of a call lies; the next message finds it fetched.
  void note_result(std::uint32_t at) { last_result_ = at; }

  // From here on its deadline is that of a message.
  void has_started() { is_starting_ = false; }

  // --- The end. Each keeps the first Death.
  void violate(std::string_view where, std::string_view rule);  // crashed("abi: where: rule")
  void die(Exit exit, std::string detail = {});
  [[nodiscard]] bool is_dead() const { return has_died_; }
  [[nodiscard]] std::unique_ptr<Death> take_death() { return std::move(death_); }

  [[nodiscard]] GuestMemory memory() const { return GuestMemory(held_.memory); }
  [[nodiscard]] HandleTable& handles() { return handles_; }
  [[nodiscard]] bool has_room_for_handle() { return handles_.size() < limits_.addresses; }
  [[nodiscard]] HostCalls& host() { return *host_; }
  [[nodiscard]] abi::Phase phase() const { return phase_; }
  [[nodiscard]] const InstanceLimits& limits() const { return limits_; }
  [[nodiscard]] const GuestModule& module() const { return module_; }

  // Text written to standard output or error, cut into log lines.
  enum class Stream : std::uint8_t { output, error };
  void write(Stream stream, std::string_view text);

  [[nodiscard]] InstanceUsage usage() const;
  [[nodiscard]] std::uint64_t usage_stamp() const {
    constexpr unsigned memory_bits = 40;  // Of a 32-bit memory, 33 at most.
    return held_.memory.size + (std::uint64_t{handles_.size()} << memory_bits);
  }

  // For the imports' trampolines: the import that runs, so that allocate() can call back.
  class Importing {
   public:
    Importing(Guest& guest, shim_caller* caller) : guest_(guest), before_(guest.caller_) {
      guest.caller_ = caller;
    }
    Importing(const Importing&) = delete;
    Importing& operator=(const Importing&) = delete;
    ~Importing() { guest_.caller_ = before_; }

   private:
    Guest& guest_;
    shim_caller* before_;
  };

  // While it lives, another deadline than the instance's holds.
  class OtherDeadline {
   public:
    OtherDeadline(Guest& guest, Duration deadline)
        : guest_(guest), before_(std::exchange(guest.limits_.deadline, deadline)) {}
    OtherDeadline(const OtherDeadline&) = delete;
    OtherDeadline& operator=(const OtherDeadline&) = delete;
    ~OtherDeadline() { guest_.limits_.deadline = before_; }

   private:
    Guest& guest_;
    Duration before_;
  };

  // The source of linear memory for all engines; its context is an ArenaSet.
  [[nodiscard]] static shim_memory_source memory_source(ArenaSet& arena);

 private:
  // When it was allowed to go on beyond its share, or went on after it had waited.
  struct Resumed {
    std::chrono::steady_clock::time_point at;
    std::uint64_t tick = 0;
    Duration left;  // Until its deadline.
  };

  void set_budget();
  // Whether it may go on, now that its share is over: a shim_... verdict.
  std::uint32_t overrun();
  void bury(std::uint32_t status, Report& report);
  std::nullopt_t bad_allocation(std::uint32_t at, std::uint32_t bytes, std::uint32_t alignment);
  void settle();  // What not every call leaves: lines and fuel.
  void flush(Stream stream);

  // The engine allows one activation per thread: a second would run on the first one's stack
  // limit.
  static inline constinit thread_local bool is_active_ = false;

  // What every message needs comes first: with many guests each cache line is a miss.
  const GuestModule& module_;
  HostCalls* host_ = nullptr;
  shim_caller* caller_ = nullptr;
  shim_budget budget_;  // The share of a turn, and all fuel.
  std::optional<Resumed> resumed_;
  std::unique_ptr<std::array<std::string, 2>> lines_;  // By Stream; made by the first write.
  abi::Phase phase_ = abi::Phase::boot;
  bool has_died_ = false;
  bool is_starting_ = true;
  std::uint32_t last_argument_ = 0;  // Where the guest had things the last time.
  std::uint32_t last_result_ = 0;
  HeldMemory held_;  // Before the guest, which gives it back when it goes.
  GuestHandle guest_;
  InstanceLimits limits_;
  HandleTable handles_;
  std::unique_ptr<Death> death_;
  std::uint64_t fuel_used_ = 0;
  Duration start_left_;  // Until its deadline, over all calls until it has started.
};

// --- What runs for every message stands here to be inlined.

inline void Guest::begin(HostCalls& host, abi::Phase phase) {
  CHECK(!is_active_, "one guest runs on a thread at a time");
  CHECK(!is_dead(), "a dead guest is thrown away");
  is_active_ = true;
  host_ = &host;
  phase_ = phase;
  // Their places in memory hardly ever change, and they are far from all that comes before.
  if (last_argument_ != 0) __builtin_prefetch(held_.memory.base + last_argument_, 1);
  if (last_result_ != 0) __builtin_prefetch(held_.memory.base + last_result_, 1);
  if (guest_) set_budget();
}

// The first ticks are the guest's share of its turn; then overrun() is asked at each.
inline void Guest::set_budget() {
  resumed_.reset();
  shim_guest_set_budget(guest_.get(), budget_);
}

inline void Guest::end() {
  if (lines_ || module_.counts_fuel) [[unlikely]]
    settle();
  host_ = nullptr;
  is_active_ = false;
}

inline bool Guest::call(abi::Export export_, std::span<shim_value> values) {
  Report report;
  const auto number = static_cast<std::uint32_t>(export_);
  const std::uint32_t status =
      caller_ == nullptr
          ? shim_guest_call(guest_.get(), number, values.data(), values.size(), &report)
          : shim_caller_call(guest_.get(), caller_, number, values.data(), values.size(), &report);
  if (status == shim_returned) [[likely]]
    return true;
  bury(status, report);
  return false;
}

inline bool Guest::call_post(abi::Export export_, std::uint32_t result) {
  const auto post = static_cast<abi::Export>(static_cast<std::uint8_t>(export_) + 1);
  if (!module_.exports(post)) return true;
  shim_value values[] = {{.i32 = result}};
  const abi::Phase before = std::exchange(phase_, abi::Phase::glue);
  const bool returned = call(post, values);
  phase_ = before;
  return returned;
}

inline std::optional<std::uint32_t> Guest::allocate(std::uint32_t bytes, std::uint32_t alignment) {
  shim_value values[] = {{.i32 = 0}, {.i32 = 0}, {.i32 = alignment}, {.i32 = bytes}};
  const abi::Phase before = std::exchange(phase_, abi::Phase::glue);
  const bool returned = call(abi::Export::realloc, values);
  phase_ = before;
  if (!returned) [[unlikely]]
    return std::nullopt;
  const std::uint32_t at = values[0].i32;
  if (at == 0 || memory().area(at, bytes, alignment) == nullptr) [[unlikely]] {
    return bad_allocation(at, bytes, alignment);
  }
  // Room for nothing may be anywhere, also where the guest has never been: fetching that is slow.
  if (bytes != 0) last_argument_ = at;
  return at;
}

inline std::optional<std::uint32_t> Guest::copy_in(BytesView bytes, std::uint32_t alignment) {
  // Nothing that is passed to a guest comes near: payloads, texts and lists have limits.
  CHECK(bytes.size() <= UINT32_MAX);
  const auto at = allocate(static_cast<std::uint32_t>(bytes.size()), alignment);
  if (at && !bytes.empty()) std::memcpy(held_.memory.base + *at, bytes.data(), bytes.size());
  return at;
}

}  // namespace troupe::wasmtime
