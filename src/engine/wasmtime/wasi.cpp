// WASI preview 1, as much of it as languages need to start and to print: clock, random, standard
// output and error, exit. No files, no arguments, no waiting. It works in every phase: a guest's
// library may read the clock while it makes room.

#include <algorithm>
#include <array>

#include "engine/wasmtime/import_call.hpp"

namespace troupe::wasmtime {
namespace {

// Preview 1's numbers.
enum class Errno : std::uint16_t {
  success = 0,
  badf = 8,
  fault = 21,
  inval = 28,
  nosys = 52,
};
constexpr std::uint32_t clock_realtime = 0;
constexpr std::uint32_t clock_monotonic = 1;
constexpr std::uint64_t clock_resolution_ns = 1'000'000;
constexpr std::uint32_t vectors_max = 1'024;
constexpr std::uint32_t subscriptions_max = 1'024;

bool is_standard(std::uint32_t descriptor) { return descriptor <= 2; }

// A function's arguments, and memory to answer into; WASI reports bad pointers instead of dying.
class WasiCall {
 public:
  WasiCall(Guest& guest, shim_value* values) : guest_(guest), values_(values) {}
  [[nodiscard]] Guest& guest() { return guest_; }
  [[nodiscard]] HostCalls& host() { return guest_.host(); }
  [[nodiscard]] std::uint32_t u32(unsigned index) const { return values_[index].i32; }
  // Null if it is outside memory. WASI does not ask for alignment.
  [[nodiscard]] std::uint8_t* area(std::uint32_t at, std::uint64_t bytes) const {
    return guest_.memory().area(at, bytes, 1);
  }
  template <typename T>
  Errno put(unsigned index, T value) {
    std::uint8_t* at = area(u32(index), sizeof value);
    if (at == nullptr) return Errno::fault;
    store(at, value);
    return Errno::success;
  }

 private:
  Guest& guest_;
  shim_value* values_;
};

// --- What works.

Errno put_two_zeros(WasiCall& call) {
  const Errno first = call.put<std::uint32_t>(0, 0);
  return first == Errno::success ? call.put<std::uint32_t>(1, 0) : first;
}
Errno do_nothing(WasiCall&) { return Errno::success; }

Errno clock_res_get(WasiCall& call) {
  if (call.u32(0) > clock_monotonic) return Errno::inval;
  return call.put<std::uint64_t>(1, clock_resolution_ns);
}

Errno clock_time_get(WasiCall& call) {
  switch (call.u32(0)) {
    case clock_realtime:
      return call.put<std::uint64_t>(2, call.host().wall_clock_now() * 1'000'000);
    case clock_monotonic:
      return call.put<std::uint64_t>(2, call.host().monotonic_now());
    default:
      return Errno::inval;
  }
}

Errno random_get(WasiCall& call) {
  const std::uint32_t length = call.u32(1);
  // More at once would be work that no deadline ends.
  if (length > limits::random_bytes_max) return Errno::inval;
  std::uint8_t* at = call.area(call.u32(0), length);
  if (at == nullptr) return Errno::fault;
  call.host().random({at, length});
  return Errno::success;
}

Errno fd_fdstat_get(WasiCall& call) {
  if (!is_standard(call.u32(0))) return Errno::badf;
  std::uint8_t* stat = call.area(call.u32(1), 24);
  if (stat == nullptr) return Errno::fault;
  constexpr std::uint8_t character_device = 2;
  constexpr std::uint64_t right_to_read = 1U << 1U;
  constexpr std::uint64_t right_to_write = 1U << 6U;
  std::fill_n(stat, 24, std::uint8_t{0});
  stat[0] = character_device;
  store(stat + 8, call.u32(0) == 0 ? right_to_read : right_to_write);
  return Errno::success;
}

Errno fd_write(WasiCall& call) {
  const std::uint32_t descriptor = call.u32(0);
  if (descriptor != 1 && descriptor != 2) return Errno::badf;
  const std::uint32_t count = call.u32(2);
  if (count > vectors_max) return Errno::inval;
  if (call.area(call.u32(1), std::uint64_t{count} * 8) == nullptr) return Errno::fault;
  // Whole vectors while they fit: the rest is for the next call, as with any short write.
  std::uint32_t written = 0;
  for (std::uint32_t index = 0; index < count && written < limits::log_line_bytes_max; ++index) {
    const std::uint8_t* vector = call.area(call.u32(1), std::uint64_t{count} * 8) + index * 8;
    const auto at = load<std::uint32_t>(vector);
    const auto length = load<std::uint32_t>(vector + 4);
    const auto text = call.guest().memory().view(at, length);
    if (!text) return Errno::fault;
    const auto room = static_cast<std::uint32_t>(limits::log_line_bytes_max) - written;
    const std::uint32_t bytes = std::min(length, room);
    call.guest().write(descriptor == 1 ? Guest::Stream::output : Guest::Stream::error,
                       as_text(text->first(bytes)));
    written += bytes;
  }
  return call.put<std::uint32_t>(3, written);
}

// Nothing waits: clocks have run down at once, output can be written, nothing else exists.
Errno poll_oneoff(WasiCall& call) {
  constexpr std::uint64_t subscription_bytes = 48;
  constexpr std::uint64_t event_bytes = 32;
  const std::uint32_t count = call.u32(2);
  if (count == 0 || count > subscriptions_max) return Errno::inval;
  const std::uint8_t* from = call.area(call.u32(0), count * subscription_bytes);
  std::uint8_t* into = call.area(call.u32(1), count * event_bytes);
  if (from == nullptr || into == nullptr) return Errno::fault;
  for (std::uint32_t index = 0; index < count; ++index) {
    const auto user_data = load<std::uint64_t>(from);
    const std::uint8_t type = from[8];
    constexpr std::uint8_t clock_event = 0;
    constexpr std::uint8_t write_event = 2;
    const auto descriptor = load<std::uint32_t>(from + 16);
    const bool is_ready =
        type == clock_event || (type == write_event && (descriptor == 1 || descriptor == 2));
    std::array<std::uint8_t, event_bytes> event = {};
    store(event.data(), user_data);
    store(event.data() + 8, std::to_underlying(is_ready ? Errno::success : Errno::badf));
    event[10] = type;
    std::copy(event.begin(), event.end(), into);
    from += subscription_bytes;
    into += event_bytes;
  }
  return call.put<std::uint32_t>(3, count);
}

// --- What does not.

Errno not_there(WasiCall&) { return Errno::nosys; }
// Functions whose first argument is a descriptor: only the standard ones exist.
Errno no_such_descriptor(WasiCall& call) {
  return is_standard(call.u32(0)) ? Errno::nosys : Errno::badf;
}

template <Errno (*Body)(WasiCall&)>
std::uint32_t wasi_import(void* context, shim_caller* caller, shim_value* values) noexcept {
  auto& guest = *static_cast<Guest*>(context);
  const Guest::Importing importing(guest, caller);
  WasiCall call(guest, values);
  values[0].i64 = std::to_underlying(Body(call));
  return ImportCall::go_on;
}

// Ends the life without the handler's return: what it asked for never happens.
std::uint32_t proc_exit(void* context, shim_caller*, shim_value* values) noexcept {
  auto& guest = *static_cast<Guest*>(context);
  const std::uint32_t code = values[0].i32;
  guest.die(code == 0 ? Exit::normal() : Exit::crashed(fmt::format("exit code {}", code)));
  return ImportCall::stop;
}

struct Known {
  std::string_view name;
  shim_host_function function;
};
constexpr auto known = std::to_array<Known>({
    {"args_get", wasi_import<do_nothing>},
    {"args_sizes_get", wasi_import<put_two_zeros>},
    {"clock_res_get", wasi_import<clock_res_get>},
    {"clock_time_get", wasi_import<clock_time_get>},
    {"environ_get", wasi_import<do_nothing>},
    {"environ_sizes_get", wasi_import<put_two_zeros>},
    {"fd_fdstat_get", wasi_import<fd_fdstat_get>},
    {"fd_write", wasi_import<fd_write>},
    {"poll_oneoff", wasi_import<poll_oneoff>},
    {"proc_exit", proc_exit},
    {"random_get", wasi_import<random_get>},
    {"sched_yield", wasi_import<do_nothing>},
});

}  // namespace

shim_host_function wasi_function(std::string_view name) {
  const auto* const found = std::ranges::find(known, name, &Known::name);
  if (found != known.end()) return found->function;
  const auto rows = abi::wasi_functions();
  if (std::ranges::find(rows, name, &abi::WasiRow::name) == rows.end()) return nullptr;
  // Nothing is open, so no descriptor of a file or socket, nor one to find a path from, is good.
  if (name.starts_with("path_symlink") || name == "proc_raise") return wasi_import<not_there>;
  return wasi_import<no_such_descriptor>;
}

}  // namespace troupe::wasmtime
