#pragma once
// The core-module protocol as a table: every function that a guest may import or export, with its
// core type and with when it may be called. The linker, the checks before compilation and
// docs/abi.md are made from it; tools/witabi checks it against wit/actor.wit.

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace troupe::abi {

// A core type: one letter per value, `i` i32, `I` i64, `f` f32, `F` f64, `v` v128, `r` a reference.
struct Signature {
  std::string_view params;
  std::string_view results;

  friend bool operator==(const Signature&, const Signature&) = default;
};
[[nodiscard]] std::string to_string(const Signature& signature);  // "(i32, i64) -> (i32)"

inline constexpr std::string_view host_module = "troupe:actor/host@0.1.0";
inline constexpr std::string_view wasi_module = "wasi_snapshot_preview1";

// What a guest is doing when it calls an import.
enum class Phase : std::uint8_t {
  boot,    // Start section, `_initialize`.
  handle,  // start, load, handle and every other handler.
  save,
  check,
  glue,  // cabi_realloc and cabi_post_.
};
inline constexpr std::size_t phase_count = 5;
[[nodiscard]] std::string_view to_string(Phase phase);  // "before start"

// In which phases a function works; elsewhere a call of it ends the guest.
enum class Allowed : std::uint8_t {
  in_handlers,          // Effects, and what belongs to a message.
  also_in_save,         // References that a saved state is made of.
  everywhere_but_glue,  // Logs, clocks, random numbers.
};
[[nodiscard]] bool is_allowed(Allowed allowed, Phase phase);

// When what the guest asked for happens.
enum class Timing : std::uint8_t { at_once, on_return };

enum class Import : std::uint8_t {
  send,
  send_with,
  request,
  request_with,
  watch,
  stop,
  clone,
  label,
  answer,
  fail,
  self,
  sender,
  received,
  message_id,
  answer_owed,
  time_left_ms,
  responder_for_later,
  find,
  spawn,
  children,
  exit,
  publish,
  subscribe,
  unsubscribe,
  start_timer,
  cancel_timer,
  cancel_request,
  unwatch,
  monotonic_now,
  wall_clock_now,
  random,
  log,
  drop_address,
  drop_responder,
};
inline constexpr std::size_t import_count = 34;

struct ImportRow {
  Import import;
  std::string_view name;
  Signature signature;
  Allowed allowed;
  Timing timing;
};

// In the order of the contract, which is that of the enumeration.
[[nodiscard]] std::span<const ImportRow> imports();
[[nodiscard]] const ImportRow& row_of(Import import);

// WASI preview 1, by name. All of it links; what is not known by name to engine/wasmtime/wasi.cpp
// answers ENOSYS or EBADF.
struct WasiRow {
  std::string_view name;
  Signature signature;
};
[[nodiscard]] std::span<const WasiRow> wasi_functions();

// Exports by number. The cabi_post_ of an export is the number behind it, where it has one.
enum class Export : std::uint8_t {
  realloc,
  initialize,
  start,
  post_start,
  handle,
  post_handle,
  answered,
  post_answered,
  fired,
  post_fired,
  event,
  post_event,
  exited,
  post_exited,
  check,
  post_check,
  stop,
  save,
  post_save,
  load,
  post_load,
};
inline constexpr std::size_t export_count = 21;

struct ExportRow {
  Export export_;
  std::string_view interface;  // "guest"; empty for what belongs to none.
  std::string_view function;
  Signature signature;
  // What follows is for people and checks.
  enum class Need : std::uint8_t {
    always,          // A module without it is refused.
    with_interface,  // Needed if any function of its interface is exported.
    never,           // cabi_post_, _initialize.
  } need;
  bool is_post = false;

  // "cabi_post_troupe:actor/guest@0.1.0#handle"
  [[nodiscard]] std::string name() const;
};
[[nodiscard]] std::span<const ExportRow> exports();
[[nodiscard]] const ExportRow& row_of(Export export_);

// The parts of a contract name: "troupe:actor/host@0.1.0" gives {"host", "0.1.0"}. None for names
// of other packages.
struct InterfaceName {
  std::string_view interface;
  std::string_view version;  // Empty if the name has none.

  // Versions are compatible on the track 0.1.
  [[nodiscard]] bool is_on_track() const;
};
[[nodiscard]] std::optional<InterfaceName> parse_interface(std::string_view name);

}  // namespace troupe::abi
