#include "engine/abi.hpp"

#include <array>
#include <utility>

#include "base/format.hpp"

namespace troupe::abi {
namespace {

constexpr std::string_view package_prefix = "troupe:actor/";
constexpr std::string_view version_written = "0.1.0";

using enum Allowed;
using enum Timing;

constexpr std::array<ImportRow, import_count> import_rows = {{
    {Import::send, "[method]address.send", {"iiii", ""}, in_handlers, on_return},
    {Import::send_with, "[method]address.send-with", {"iiiiiiiii", ""}, in_handlers, on_return},
    {Import::request, "[method]address.request", {"iiiii", ""}, in_handlers, on_return},
    {Import::request_with,
     "[method]address.request-with",
     {"iiiiiiiiii", ""},
     in_handlers,
     on_return},
    {Import::watch, "[method]address.watch", {"ii", ""}, in_handlers, on_return},
    {Import::stop, "[method]address.stop", {"iii", ""}, in_handlers, on_return},
    {Import::clone, "[method]address.clone", {"i", "i"}, also_in_save, at_once},
    {Import::label, "[method]address.label", {"ii", ""}, also_in_save, at_once},
    {Import::answer, "[static]responder.answer", {"iiiii", ""}, in_handlers, on_return},
    {Import::fail, "[static]responder.fail", {"iii", ""}, in_handlers, on_return},
    {Import::self, "self", {"", "i"}, also_in_save, at_once},
    {Import::sender, "sender", {"i", ""}, in_handlers, at_once},
    {Import::received, "received", {"i", ""}, in_handlers, at_once},
    {Import::message_id, "message-id", {"", "I"}, in_handlers, at_once},
    {Import::answer_owed, "answer-owed", {"", "i"}, in_handlers, at_once},
    {Import::time_left_ms, "time-left-ms", {"i", ""}, in_handlers, at_once},
    {Import::responder_for_later, "responder-for-later", {"i", ""}, in_handlers, at_once},
    {Import::find, "find", {"iii", ""}, in_handlers, at_once},
    {Import::spawn, "spawn", {"iiiiiiii", ""}, in_handlers, on_return},
    {Import::children, "children", {"i", ""}, in_handlers, at_once},
    {Import::exit, "exit", {"iii", ""}, in_handlers, on_return},
    {Import::publish, "publish", {"iiiii", ""}, in_handlers, on_return},
    {Import::subscribe, "subscribe", {"iii", ""}, in_handlers, on_return},
    {Import::unsubscribe, "unsubscribe", {"I", ""}, in_handlers, at_once},
    {Import::start_timer, "start-timer", {"IiIi", ""}, in_handlers, on_return},
    {Import::cancel_timer, "cancel-timer", {"I", ""}, in_handlers, at_once},
    {Import::cancel_request, "cancel-request", {"I", ""}, in_handlers, at_once},
    {Import::unwatch, "unwatch", {"I", ""}, in_handlers, at_once},
    {Import::monotonic_now, "monotonic-now", {"", "I"}, everywhere_but_glue, at_once},
    {Import::wall_clock_now, "wall-clock-now", {"", "I"}, everywhere_but_glue, at_once},
    {Import::random, "random", {"ii", ""}, everywhere_but_glue, at_once},
    {Import::log, "log", {"iii", ""}, everywhere_but_glue, at_once},
    // Who may call `self` in `save` must be able to let go of what it got.
    {Import::drop_address, "[resource-drop]address", {"i", ""}, also_in_save, at_once},
    {Import::drop_responder, "[resource-drop]responder", {"i", ""}, in_handlers, on_return},
}};

constexpr std::array wasi_rows = std::to_array<WasiRow>({
    {"args_get", {"ii", "i"}},
    {"args_sizes_get", {"ii", "i"}},
    {"clock_res_get", {"ii", "i"}},
    {"clock_time_get", {"iIi", "i"}},
    {"environ_get", {"ii", "i"}},
    {"environ_sizes_get", {"ii", "i"}},
    {"fd_advise", {"iIIi", "i"}},
    {"fd_allocate", {"iII", "i"}},
    {"fd_close", {"i", "i"}},
    {"fd_datasync", {"i", "i"}},
    {"fd_fdstat_get", {"ii", "i"}},
    {"fd_fdstat_set_flags", {"ii", "i"}},
    {"fd_fdstat_set_rights", {"iII", "i"}},
    {"fd_filestat_get", {"ii", "i"}},
    {"fd_filestat_set_size", {"iI", "i"}},
    {"fd_filestat_set_times", {"iIIi", "i"}},
    {"fd_pread", {"iiiIi", "i"}},
    {"fd_prestat_dir_name", {"iii", "i"}},
    {"fd_prestat_get", {"ii", "i"}},
    {"fd_pwrite", {"iiiIi", "i"}},
    {"fd_read", {"iiii", "i"}},
    {"fd_readdir", {"iiiIi", "i"}},
    {"fd_renumber", {"ii", "i"}},
    {"fd_seek", {"iIii", "i"}},
    {"fd_sync", {"i", "i"}},
    {"fd_tell", {"ii", "i"}},
    {"fd_write", {"iiii", "i"}},
    {"path_create_directory", {"iii", "i"}},
    {"path_filestat_get", {"iiiii", "i"}},
    {"path_filestat_set_times", {"iiiiIIi", "i"}},
    {"path_link", {"iiiiiii", "i"}},
    {"path_open", {"iiiiiIIii", "i"}},
    {"path_readlink", {"iiiiii", "i"}},
    {"path_remove_directory", {"iii", "i"}},
    {"path_rename", {"iiiiii", "i"}},
    {"path_symlink", {"iiiii", "i"}},
    {"path_unlink_file", {"iii", "i"}},
    {"poll_oneoff", {"iiii", "i"}},
    {"proc_exit", {"i", ""}},
    {"proc_raise", {"i", "i"}},
    {"random_get", {"ii", "i"}},
    {"sched_yield", {"", "i"}},
    {"sock_accept", {"iii", "i"}},
    {"sock_recv", {"iiiiii", "i"}},
    {"sock_send", {"iiiii", "i"}},
    {"sock_shutdown", {"ii", "i"}},
});

using Need = ExportRow::Need;

constexpr ExportRow post(Export export_, std::string_view interface, std::string_view function) {
  return {export_, interface, function, {"i", ""}, Need::never, true};
}

constexpr std::array<ExportRow, export_count> export_rows = {{
    {Export::realloc, "", "cabi_realloc", {"iiii", "i"}, Need::always},
    {Export::initialize, "", "_initialize", {"", ""}, Need::never},
    {Export::start, "guest", "start", {"ii", "i"}, Need::always},
    post(Export::post_start, "guest", "start"),
    {Export::handle, "guest", "handle", {"ii", "i"}, Need::always},
    post(Export::post_handle, "guest", "handle"),
    {Export::answered, "answers", "answered", {"Iiiii", "i"}, Need::with_interface},
    post(Export::post_answered, "answers", "answered"),
    {Export::fired, "timers", "fired", {"I", "i"}, Need::with_interface},
    post(Export::post_fired, "timers", "fired"),
    {Export::event, "events", "event", {"Iiiii", "i"}, Need::with_interface},
    post(Export::post_event, "events", "event"),
    {Export::exited, "exits", "exited", {"Iiii", "i"}, Need::with_interface},
    post(Export::post_exited, "exits", "exited"),
    {Export::check, "health", "check", {"", "i"}, Need::with_interface},
    post(Export::post_check, "health", "check"),
    {Export::stop, "stopping", "stop", {"i", ""}, Need::with_interface},
    {Export::save, "state", "save", {"i", "i"}, Need::with_interface},
    post(Export::post_save, "state", "save"),
    {Export::load, "state", "load", {"iiiiiiiiii", "i"}, Need::with_interface},
    post(Export::post_load, "state", "load"),
}};

template <typename Rows, typename IdOf>
constexpr bool is_in_order(const Rows& rows, IdOf id_of) {
  for (std::size_t index = 0; index < rows.size(); ++index)
    if (std::to_underlying(id_of(rows[index])) != index) return false;
  return true;
}
static_assert(is_in_order(import_rows, [](const ImportRow& row) { return row.import; }));
static_assert(is_in_order(export_rows, [](const ExportRow& row) { return row.export_; }));

std::string_view type_name(char letter) {
  switch (letter) {
    case 'i':
      return "i32";
    case 'I':
      return "i64";
    case 'f':
      return "f32";
    case 'F':
      return "f64";
    case 'v':
      return "v128";
    default:
      return "ref";
  }
}

std::string type_list(std::string_view letters) {
  std::string text = "(";
  for (const char letter : letters) {
    if (text.size() > 1) text += ", ";
    text += type_name(letter);
  }
  return text + ")";
}

}  // namespace

std::string to_string(const Signature& signature) {
  return fmt::format("{} -> {}", type_list(signature.params), type_list(signature.results));
}

std::string_view to_string(Phase phase) {
  switch (phase) {
    case Phase::boot:
      return "before start";
    case Phase::handle:
      return "in a handler";
    case Phase::save:
      return "in save";
    case Phase::check:
      return "in check";
    case Phase::glue:
      return "in cabi_realloc and cabi_post_";
  }
  return "?";
}

bool is_allowed(Allowed allowed, Phase phase) {
  switch (allowed) {
    case in_handlers:
      return phase == Phase::handle;
    case also_in_save:
      return phase == Phase::handle || phase == Phase::save;
    case everywhere_but_glue:
      return phase != Phase::glue;
  }
  return false;
}

std::span<const ImportRow> imports() { return import_rows; }
const ImportRow& row_of(Import import) { return import_rows[std::to_underlying(import)]; }
std::span<const WasiRow> wasi_functions() { return wasi_rows; }
std::span<const ExportRow> exports() { return export_rows; }
const ExportRow& row_of(Export export_) { return export_rows[std::to_underlying(export_)]; }

std::string ExportRow::name() const {
  if (interface.empty()) return std::string(function);
  return fmt::format("{}{}{}@{}#{}", is_post ? "cabi_post_" : "", package_prefix, interface,
                     version_written, function);
}

std::optional<InterfaceName> parse_interface(std::string_view name) {
  if (!name.starts_with(package_prefix)) return std::nullopt;
  name.remove_prefix(package_prefix.size());
  const std::size_t at = name.find('@');
  if (at == std::string_view::npos) return InterfaceName{.interface = name, .version = {}};
  return InterfaceName{.interface = name.substr(0, at), .version = name.substr(at + 1)};
}

bool InterfaceName::is_on_track() const {
  constexpr std::string_view track = "0.1.";
  if (!version.starts_with(track)) return false;
  const std::string_view patch = version.substr(track.size());
  // Pre-releases are their own contracts.
  return !patch.empty() && patch.find_first_not_of("0123456789") == std::string_view::npos;
}

}  // namespace troupe::abi
