#include "engine/wasmtime/guest.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

#include "base/check.hpp"
#include "base/limits.hpp"
#include "base/sanitize.hpp"
#include "base/utf8.hpp"

namespace troupe::wasmtime {
namespace {

// Bookkeeping of the engine for one instance, measured; tables come on top.
constexpr std::uint64_t store_bytes = 5'200;

// The guest whose memory is being made on this thread: the source of memory gets no other hint.
// NOLINTBEGIN(cppcoreguidelines-avoid-non-const-global-variables): see above.
thread_local HeldMemory* booting_memory = nullptr;
thread_local std::uint64_t booting_limit = 0;
// NOLINTEND(cppcoreguidelines-avoid-non-const-global-variables): see above.

shim_memory* acquire_memory(void* context, std::uint64_t min_bytes,
                            std::uint64_t max_bytes) noexcept {
  CHECK(booting_memory != nullptr, "memory is made by boot() only");
  auto slice = static_cast<ArenaSet*>(context)->acquire(
      {.min_bytes = min_bytes, .max_bytes = std::min(max_bytes, booting_limit)});
  if (!slice) return nullptr;
  booting_memory->slice = *slice;
  booting_memory->memory = {.base = slice->base, .size = min_bytes, .capacity = slice->capacity};
  return &booting_memory->memory;
}

void release_memory(void* context, shim_memory* memory) noexcept {
  auto* held = reinterpret_cast<HeldMemory*>(memory);
  static_cast<ArenaSet*>(context)->release(held->slice, memory->size);
  held->slice = {};
  *memory = {};
}

Exit exit_of(TrapKind kind) {
  switch (kind) {
    case TrapKind::deadline:
      return Exit::exceeded("deadline");
    case TrapKind::out_of_fuel:
      return Exit::exceeded("fuel");
    case TrapKind::stack_overflow:
      return Exit::exceeded("stack");
    case TrapKind::unreachable:
    case TrapKind::memory_out_of_bounds:
    case TrapKind::table_out_of_bounds:
    case TrapKind::indirect_call_to_null:
    case TrapKind::bad_signature:
    case TrapKind::integer_overflow:
    case TrapKind::integer_division_by_zero:
    case TrapKind::bad_conversion_to_integer:
    case TrapKind::other:
      break;
  }
  return Exit::crashed(std::string(to_string(kind)));
}

}  // namespace

shim_memory_source Guest::memory_source(ArenaSet& arena) {
  return {.context = &arena, .acquire = acquire_memory, .release = release_memory};
}

Guest::Guest(const GuestModule& module, const InstanceLimits& limits)
    : module_(module),
      budget_{.ticks = limits::share_ticks, .fuel = limits.fuel},
      limits_(limits),
      handles_(limits.addresses),
      start_left_(limits.start_timeout) {}

Guest::~Guest() = default;

bool Guest::boot() {
  CHECK(!guest_, "an instance boots once");
  if (module_.memory_min_bytes > limits_.memory_bytes) {
    die(Exit::exceeded("memory"), fmt::format("its memory begins with {} bytes; the limit is {}",
                                              module_.memory_min_bytes, limits_.memory_bytes));
    return false;
  }
  if (module_.table_elements > limits_.table_elements) {
    die(Exit::exceeded("table"), fmt::format("its tables begin with {} elements; the limit is {}",
                                             module_.table_elements, limits_.table_elements));
    return false;
  }
  const shim_guest_limits limits = {
      .memory_bytes = limits_.memory_bytes,
      .table_elements = limits_.table_elements,
      .overrun = [](void* guest) noexcept { return static_cast<Guest*>(guest)->overrun(); }};
  shim_text error = {};
  if (!guest_.make(module_.module.get(), this, limits, &error)) {
    die(Exit::crashed("engine"), take(error));
    return false;
  }
  set_budget();
  booting_memory = &held_;
  booting_limit = limits_.memory_bytes;
  Report report;
  const std::uint32_t status = shim_guest_boot(guest_.get(), &report);
  booting_memory = nullptr;
  if (status == shim_returned) [[likely]]
    return !module_.exports(abi::Export::initialize) || call(abi::Export::initialize, {});
  if (status == shim_refused) {
    // All that can be refused by now is memory.
    die(Exit::exceeded("memory"), take(std::exchange(report.message, {})));
    return false;
  }
  bury(status, report);
  return false;
}

std::uint32_t Guest::overrun() {
  const auto now = std::chrono::steady_clock::now();
  const std::uint64_t ticks = module_.ticker->ticks();
  // Time off the processor counts: others have it meanwhile. A pause of the whole machine hardly
  // does: the ticker makes up for little of it. Ticks alone don't tell, as those made up for come
  // all at once, and in the middle of them the guest may go on.
  Duration left;
  if (resumed_) {
    const Duration ticked = Ticker::period * static_cast<std::int64_t>(ticks - resumed_->tick + 1);
    left = resumed_->left - std::min<Duration>(now - resumed_->at, ticked);
  } else {
    // Of its share it has had what came after the first of the ticks that it has seen.
    constexpr Duration share = Ticker::period * static_cast<std::int64_t>(limits::share_ticks);
    left = (is_starting_ ? start_left_ : limits_.deadline) -
           std::min<Duration>(now - module_.ticker->last_but_one(), share);
  }
  if (is_starting_) start_left_ = left;
  if (left <= Duration(0)) return shim_deadline;
  switch (host_->overran()) {
    case HostCalls::Overrun::go_on:
      if (!resumed_) resumed_ = {.at = now, .tick = ticks, .left = left};
      return shim_go_on;
    case HostCalls::Overrun::waited:
      resumed_ = {
          .at = std::chrono::steady_clock::now(), .tick = module_.ticker->ticks(), .left = left};
      return shim_go_on;
    case HostCalls::Overrun::end:
      break;
  }
  die(Exit::killed());
  return shim_stop;
}

void Guest::settle() {
  if (lines_) {
    flush(Stream::output);
    flush(Stream::error);
  }
  if (module_.counts_fuel && guest_)
    fuel_used_ = budget_.fuel - std::min(budget_.fuel, shim_guest_fuel(guest_.get()));
}

std::nullopt_t Guest::bad_allocation(std::uint32_t at, std::uint32_t bytes,
                                     std::uint32_t alignment) {
  violate("cabi_realloc", fmt::format("returned {} for {} bytes aligned to {}, in a memory of {}",
                                      at, bytes, alignment, memory().size()));
  return std::nullopt;
}

void Guest::violate(std::string_view where, std::string_view rule) {
  die(Exit::crashed(fmt::format("abi: {}: {}", where, rule)));
}

void Guest::die(Exit exit, std::string detail) {
  if (has_died_) return;
  has_died_ = true;
  death_ = std::make_unique<Death>();
  death_->exit = std::move(exit);
  death_->detail = std::move(detail);
}

void Guest::bury(std::uint32_t status, Report& report) {
  if (status == shim_trapped) {
    const auto kind = static_cast<TrapKind>(
        std::min<std::uint32_t>(report.trap, std::to_underlying(TrapKind::other)));
    const bool is_late_to_start = kind == TrapKind::deadline && is_starting_;
    die(is_late_to_start ? Exit::exceeded("start-time") : exit_of(kind),
        take(std::exchange(report.message, {})));
    if (!death_->trap) death_->trap = kind;
  } else if (status == shim_stopped) {
    CHECK(death_ != nullptr, "an import that ends the guest says why");
  } else {
    die(Exit::crashed("engine"), take(std::exchange(report.message, {})));
  }
  if (!death_->backtrace.empty()) return;
  const std::span frames(report.frames, report.frame_count);
  death_->backtrace.reserve(frames.size());
  for (const shim_frame& frame : frames)
    death_->backtrace.push_back({frame.function_index, frame.module_offset});
}

void Guest::write(Stream stream, std::string_view text) {
  if (!lines_) lines_ = std::make_unique<std::array<std::string, 2>>();
  std::string& line = (*lines_)[std::to_underlying(stream)];
  while (!text.empty()) {
    const std::size_t room = limits::log_line_bytes_max - line.size();
    const std::size_t end = text.find('\n');
    const std::size_t bytes = std::min({end, text.size(), room});
    line += text.substr(0, bytes);
    text.remove_prefix(bytes);
    if (bytes != end && bytes != room) continue;
    if (bytes == end) {
      text.remove_prefix(1);
      // An empty line is a line too.
      if (line.empty()) host_->log(stream == Stream::output ? LogLevel::info : LogLevel::warn, "");
    }
    flush(stream);
  }
}

void Guest::flush(Stream stream) {
  std::string& line = (*lines_)[std::to_underlying(stream)];
  if (line.empty()) return;
  const LogLevel level = stream == Stream::output ? LogLevel::info : LogLevel::warn;
  if (is_utf8(line)) {
    host_->log(level, line);
  } else {
    host_->log(level, utf8_prefix(harmless(line), limits::log_line_bytes_max));
  }
  line.clear();
}

InstanceUsage Guest::usage() const {
  return {.memory_bytes = held_.memory.size,
          // Linear memory never shrinks.
          .memory_peak_bytes = held_.memory.size,
          .overhead_bytes = sizeof(Guest) + handles_.heap_bytes() +
                            (guest_ ? store_bytes + module_.table_elements * sizeof(void*) : 0),
          .fuel_used = fuel_used_,
          .handles = handles_.size()};
}

}  // namespace troupe::wasmtime
