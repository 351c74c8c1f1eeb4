#include "engine/wasmtime/module_check.hpp"

#include <algorithm>
#include <map>
#include <span>
#include <utility>

#include "base/format.hpp"
#include "base/limits.hpp"
#include "base/result.hpp"
#include "base/suggest.hpp"
#include "engine/wasmtime/import_call.hpp"

namespace troupe::wasmtime {
namespace {

constexpr std::string_view new_mangling = "cm32p2|";

std::unexpected<Error> invalid(std::string message) {
  return fail(ErrorCode::invalid_argument, std::move(message));
}
std::unexpected<Error> unsupported(std::string message) {
  return fail(ErrorCode::unsupported, std::move(message));
}

std::string_view kind_name(std::uint8_t kind) {
  switch (static_cast<shim_kind>(kind)) {
    case shim_kind_function:
      return "a function";
    case shim_kind_table:
      return "a table";
    case shim_kind_memory:
      return "a memory";
    case shim_kind_global:
      return "a global";
    case shim_kind_tag:
      return "a tag";
  }
  return "something else";
}

abi::Signature signature_of(const shim_item& item) {
  return {.params = to_text(item.params), .results = to_text(item.results)};
}

std::string did_you_mean(std::string_view name, std::span<const std::string_view> candidates) {
  const auto near = nearest(name, candidates);
  return near ? fmt::format(" Did you mean '{}'?", *near) : std::string();
}

// --- The file.

Result<void> check_header(BytesView wasm) {
  constexpr std::array<std::uint8_t, 4> magic = {0x00, 'a', 's', 'm'};
  constexpr std::array<std::uint8_t, 4> module_version = {1, 0, 0, 0};
  constexpr std::array<std::uint8_t, 4> component_version = {0x0d, 0, 1, 0};
  if (wasm.size() > limits::component_bytes_max) {
    return invalid(
        fmt::format("the file has {} bytes; a module may have {}. Strip debug "
                    "information, or split the component.",
                    wasm.size(), limits::component_bytes_max));
  }
  if (wasm.size() < 8 || !std::ranges::equal(wasm.first(4), magic)) {
    if (as_text(wasm).starts_with("(module") || as_text(wasm).starts_with("(component"))
      return invalid("the file is WebAssembly text. Convert it with wat2wasm.");
    return invalid(
        "the file is no WebAssembly module: it does not begin with \\0asm. Give the "
        ".wasm file that the compiler wrote.");
  }
  const BytesView version = wasm.subspan(4, 4);
  if (std::ranges::equal(version, component_version)) {
    return unsupported(
        "the file is a component; this build runs core modules. Give the module "
        "that the toolchain made before 'wasm-tools component new'.");
  }
  if (!std::ranges::equal(version, module_version)) {
    return unsupported(
        fmt::format("the file has WebAssembly version {:02x} {:02x} {:02x} {:02x}; "
                    "this build reads 01 00 00 00.",
                    version[0], version[1], version[2], version[3]));
  }
  return {};
}

Result<ScanHandle> scan(BytesView wasm) {
  std::uint32_t fault = shim_fault_none;
  shim_text error = {};
  ScanHandle scanned(shim_scan_new(to_view(wasm), &fault, &error));
  if (scanned) return scanned;
  const std::string text = take(error);
  if (fault == shim_fault_unsupported) {
    return unsupported(
        fmt::format("the module needs a feature that is not accepted: {}. Compile "
                    "it for WebAssembly 2.0 without that feature.",
                    text));
  }
  return invalid(fmt::format("the module is malformed: {}. Build it again.", text));
}

// --- Imports.

Result<void> check_type(std::string_view what, const shim_item& item,
                        const abi::Signature& expected) {
  if (item.kind != shim_kind_function) {
    return invalid(fmt::format("{}: expected a function of type {}, found {}.", what,
                               abi::to_string(expected), kind_name(item.kind)));
  }
  const abi::Signature found = signature_of(item);
  if (found == expected) return {};
  return invalid(
      fmt::format("{}: expected type {}, found {}. Make the bindings anew from "
                  "wit/actor.wit, or see docs/abi.md.",
                  what, abi::to_string(expected), abi::to_string(found)));
}

Result<shim_host_function> find_host_import(const shim_item& item, std::string_view what) {
  const std::string_view name = to_text(item.name);
  std::vector<std::string_view> names;
  for (const abi::ImportRow& row : abi::imports()) {
    if (row.name == name) {
      TRY(check_type(what, item, row.signature));
      return host_function(row.import);
    }
    names.push_back(row.name);
  }
  return invalid(
      fmt::format("{}: the contract has no such function.{}", what, did_you_mean(name, names)));
}

Result<shim_host_function> find_wasi_import(const shim_item& item, std::string_view what) {
  const std::string_view name = to_text(item.name);
  std::vector<std::string_view> names;
  for (const abi::WasiRow& row : abi::wasi_functions()) {
    if (row.name == name) {
      TRY(check_type(what, item, row.signature));
      return wasi_function(name);
    }
    names.push_back(row.name);
  }
  return invalid(
      fmt::format("{}: WASI preview 1 has no such function.{}", what, did_you_mean(name, names)));
}

Result<void> check_version(std::string_view what, const abi::InterfaceName& name) {
  if (name.is_on_track()) return {};
  return unsupported(
      fmt::format("{}: version '{}' of the contract; this build speaks 0.1. Make "
                  "the bindings anew from this build's wit/actor.wit.",
                  what, name.version));
}

Result<void> check_mangling(std::string_view name) {
  if (!name.starts_with(new_mangling)) return {};
  return unsupported(
      fmt::format("'{}': names that begin with '{}' are not read. Let the "
                  "toolchain emit the names of docs/abi.md.",
                  name, new_mangling));
}

Result<shim_host_function> find_import(const shim_item& item) {
  const std::string_view module = to_text(item.module);
  TRY(check_mangling(module));
  const std::string what = fmt::format("import '{}' '{}'", module, to_text(item.name));
  if (module == abi::wasi_module) return find_wasi_import(item, what);
  const auto interface = abi::parse_interface(module);
  if (interface && interface->interface == "host") {
    TRY(check_version(what, *interface));
    return find_host_import(item, what);
  }
  constexpr std::array modules = {abi::host_module, abi::wasi_module};
  return invalid(
      fmt::format("{}: nothing provides this module.{} A guest may import '{}' and "
                  "'{}'.",
                  what, did_you_mean(module, modules), abi::host_module, abi::wasi_module));
}

// --- Exports.

// An export of the contract, in the two parts that do not depend on its version.
struct ExportKey {
  bool is_post = false;
  std::string_view interface;
  std::string_view function;
  auto operator<=>(const ExportKey&) const = default;
};

using ExportRows = std::map<ExportKey, const abi::ExportRow*>;
ExportRows rows_by_key() {
  ExportRows rows;
  for (const abi::ExportRow& row : abi::exports())
    rows[{row.is_post, row.interface, row.function}] = &row;
  return rows;
}

Result<void> check_function_export(const shim_item& item, const abi::ExportRow& row,
                                   CheckedModule& checked) {
  const std::string_view name = to_text(item.name);
  TRY(check_type(fmt::format("export '{}'", name), item, row.signature));
  std::string& known = checked.exports[std::to_underlying(row.export_)];
  if (!known.empty()) {
    return invalid(
        fmt::format("exports '{}' and '{}' are the same function of the contract. "
                    "Export one version.",
                    known, name));
  }
  known = name;
  return {};
}

Result<void> check_export(const shim_item& item, const ExportRows& rows, CheckedModule& checked) {
  constexpr std::string_view post_prefix = "cabi_post_";
  std::string_view name = to_text(item.name);
  TRY(check_mangling(name));
  const std::string what = fmt::format("export '{}'", name);
  ExportKey key;
  key.is_post = name.starts_with(post_prefix);
  if (key.is_post) name.remove_prefix(post_prefix.size());
  const std::size_t hash = name.find('#');
  const auto interface =
      hash == std::string_view::npos ? std::nullopt : abi::parse_interface(name.substr(0, hash));
  if (interface) {
    key.interface = interface->interface;
    key.function = name.substr(hash + 1);
  } else {
    key.is_post = false;
    key.function = to_text(item.name);
  }
  const auto row = rows.find(key);
  if (row != rows.end()) {
    if (interface) TRY(check_version(what, *interface));
    return check_function_export(item, *row->second, checked);
  }
  // What is not of this package is the guest's own business.
  if (!interface) return {};
  TRY(check_version(what, *interface));
  std::vector<std::string> names;
  for (const abi::ExportRow& candidate : abi::exports()) names.push_back(candidate.name());
  const std::vector<std::string_view> views(names.begin(), names.end());
  return invalid(fmt::format("{}: the contract has no such function.{}", what,
                             did_you_mean(to_text(item.name), views)));
}

// Interfaces are exported whole or not at all.
Result<void> check_needed(const CheckedModule& checked) {
  const auto has = [&](const abi::ExportRow& row) {
    return !checked.exports[std::to_underlying(row.export_)].empty();
  };
  for (const abi::ExportRow& row : abi::exports()) {
    if (has(row) || row.need == abi::ExportRow::Need::never) continue;
    const auto begun = std::ranges::find_if(abi::exports(), [&](const abi::ExportRow& other) {
      return other.interface == row.interface && has(other);
    });
    if (row.need == abi::ExportRow::Need::always) {
      return invalid(
          fmt::format("the export '{}' of type {} is missing; every actor has it. See "
                      "docs/abi.md.",
                      row.name(), abi::to_string(row.signature)));
    }
    if (begun != abi::exports().end()) {
      return invalid(
          fmt::format("the export '{}' of type {} is missing, but '{}' is there. Export "
                      "the interface '{}' whole or not at all.",
                      row.name(), abi::to_string(row.signature), begun->name(), row.interface));
    }
  }
  return {};
}

GuestInterfaces interfaces_of(const CheckedModule& checked) {
  const auto has = [&](abi::Export export_) {
    return !checked.exports[std::to_underlying(export_)].empty();
  };
  using abi::Export;
  return {.answers = has(Export::answered),
          .timers = has(Export::fired),
          .events = has(Export::event),
          .exits = has(Export::exited),
          .health = has(Export::check),
          .stopping = has(Export::stop),
          .state = has(Export::save)};
}

Result<void> check_memory(const shim_scan& scanned, std::span<const shim_item> exports) {
  const auto is_memory = [](const shim_item& item) { return to_text(item.name) == "memory"; };
  const auto found = std::ranges::find_if(exports, is_memory);
  if (found == exports.end()) {
    return invalid(
        "the export 'memory' is missing; the host passes messages through it. Export "
        "the module's memory under that name.");
  }
  if (found->kind != shim_kind_memory) {
    return invalid(
        fmt::format("export 'memory': expected a memory, found {}.", kind_name(found->kind)));
  }
  if (scanned.memory_min_bytes > limits::memory_bytes_max) {
    return invalid(fmt::format("the memory begins with {} bytes; a guest may have {}.",
                               scanned.memory_min_bytes, limits::memory_bytes_max));
  }
  return {};
}

Result<void> check_counts(const shim_scan& scanned) {
  if (scanned.import_count > limits::component_imports_max) {
    return invalid(fmt::format("the module has {} imports; it may have {}.", scanned.import_count,
                               limits::component_imports_max));
  }
  if (scanned.export_count > limits::component_exports_max) {
    return invalid(
        fmt::format("the module has {} exports; it may have {}. Hide what only the "
                    "module itself calls.",
                    scanned.export_count, limits::component_exports_max));
  }
  return {};
}

}  // namespace

Result<CheckedModule> check_module(BytesView wasm) {
  TRY(check_header(wasm));
  TRY_ASSIGN(const ScanHandle scanned, scan(wasm));
  TRY(check_counts(*scanned));
  if (scanned->is_command) {
    return unsupported(
        "the module is linked as a command; its constructors would run at every call. Link it with "
        "-mexec-model=reactor.");
  }
  CheckedModule checked;
  for (const shim_item& item : std::span(scanned->imports, scanned->import_count)) {
    TRY_ASSIGN(const shim_host_function function, find_import(item));
    checked.functions.push_back(function);
  }
  const std::span exports(scanned->exports, scanned->export_count);
  const ExportRows rows = rows_by_key();
  for (const shim_item& item : exports) TRY(check_export(item, rows, checked));
  TRY(check_needed(checked));
  TRY(check_memory(*scanned, exports));
  checked.interfaces = interfaces_of(checked);
  checked.memory_min_bytes = scanned->memory_min_bytes;
  checked.table_elements = scanned->table_elements;
  checked.has_debug_info = scanned->has_debug_info;
  return checked;
}

}  // namespace troupe::wasmtime
