#include "loader/loader.hpp"

#include <algorithm>
#include <utility>
#include <vector>

#include "base/format.hpp"
#include "base/limits.hpp"
#include "base/sanitize.hpp"
#include "base/suggest.hpp"
#include "base/utf8.hpp"
#include "loader/sha256.hpp"

namespace troupe {
namespace {

using std::string_view_literals::operator""sv;

constexpr std::string_view magic = "\0asm"sv;
constexpr std::string_view module_version = "\1\0\0\0"sv;
constexpr std::size_t looked_at_bytes = 512;

// A file of words, as far as its beginning tells.
bool looks_like_text(std::string_view content) {
  const std::string_view start = utf8_prefix(content, looked_at_bytes);
  return is_utf8(start) && !start.contains('\0');
}

std::string_view without_space(std::string_view text) {
  const std::size_t start = text.find_first_not_of(" \t\r\n");
  return start == std::string_view::npos ? std::string_view() : text.substr(start);
}

}  // namespace

Result<void> check_is_core_module(std::string_view name, BytesView content) {
  const std::string_view text = as_text(content);
  const std::string shown = harmless(name);
  const auto refuse = [&](ErrorCode code, std::string_view why) {
    return fail(code, fmt::format("'{}' {}", shown, why));
  };
  if (text.empty()) {
    return refuse(ErrorCode::invalid_argument, "is empty; build it again");
  }
  if (!text.starts_with(magic)) {
    const std::string_view start = without_space(text);
    if (start.starts_with("(module") || start.starts_with("(component") ||
        start.starts_with(";;")) {
      return refuse(ErrorCode::invalid_argument,
                    "is WebAssembly text; make a module of it with: wat2wasm FILE.wat");
    }
    if (looks_like_text(text)) {
      return refuse(ErrorCode::invalid_argument,
                    "is a text file, not a WebAssembly module; name the .wasm file that your "
                    "compiler writes");
    }
    return refuse(ErrorCode::invalid_argument,
                  "is not a WebAssembly module: it does not begin with \"\\0asm\"; name the .wasm "
                  "file that your compiler writes");
  }
  const std::string_view version = text.substr(magic.size(), module_version.size());
  if (version == module_version) return {};
  if (version.size() < module_version.size()) {
    return refuse(ErrorCode::invalid_argument, "is cut off after a few bytes; build it again");
  }
  // Components have the layer number 1 where modules have 0 (component model, Binary.md).
  if (version[2] == 1 && version[3] == 0) {
    return refuse(ErrorCode::unsupported,
                  "is a component, and this version runs core modules only; hand over the module "
                  "that your toolchain wraps (leave out `wasm-tools component new`)");
  }
  return refuse(ErrorCode::unsupported,
                "has a WebAssembly version that is not known; build it for version 1");
}

Result<Bytes> Loader::read(const std::filesystem::path& path, std::uint64_t bytes_max) {
  auto content = disk_.read_file(path, bytes_max);
  if (content || content.error().code != ErrorCode::not_found) return content;
  const auto folder = path.has_parent_path() ? path.parent_path() : std::filesystem::path(".");
  const auto names = disk_.list(folder);
  if (!names) return content;
  const std::vector<std::string_view> views(names->begin(), names->end());
  if (const auto near = nearest(path.filename().native(), views)) {
    return fail(ErrorCode::not_found, fmt::format("{}; did you mean '{}'?", content.error().message,
                                                  harmless((path.parent_path() / *near).native())));
  }
  return content;
}

Result<ComponentManifest> Loader::read_manifest_file(const std::filesystem::path& path) {
  TRY_ASSIGN(const Bytes text, read(path, limits::manifest_bytes_max));
  return parse_component_manifest({.text = as_text(text), .file = path.native()});
}

Result<LoadedComponent> Loader::load(const std::filesystem::path& path, EngineClass engine_class) {
  const bool has_manifest = path.extension() == ".toml";
  ComponentManifest manifest;
  std::filesystem::path file = path;
  if (has_manifest) {
    TRY_ASSIGN(manifest, read_manifest_file(path));
    file = path.parent_path() / manifest.file;
  }
  TRY_ASSIGN(const Bytes wasm, read(file, limits::component_bytes_max));
  TRY(check_is_core_module(file.native(), wasm));
  TRY_ASSIGN(LoadedComponent loaded, load_bytes(file.native(), wasm, engine_class));
  if (has_manifest) {
    loaded.id = fmt::format("{}@{}", manifest.name, manifest.version);
    loaded.manifest = std::move(manifest);
  }
  return loaded;
}

Result<LoadedComponent> Loader::load_bytes(std::string_view name, BytesView wasm,
                                           EngineClass engine_class) {
  TRY(check_is_core_module(name, wasm));
  std::string digest = sha256_hex(wasm);
  auto code = compile(digest, wasm, engine_class);
  if (!code) {
    return fail(code.error().code, fmt::format("'{}': {}", harmless(name), code.error().message));
  }
  const std::string file = harmless(std::filesystem::path(name).filename().native());
  ComponentManifest manifest;
  manifest.name = fmt::format("local/{}", file);
  manifest.version = "0.0.0";
  manifest.file = name;
  return LoadedComponent{.id = fmt::format("{}@{}", manifest.name, manifest.version),
                         .digest_sha256_hex = std::move(digest),
                         .code = *std::move(code),
                         .manifest = std::move(manifest)};
}

std::shared_ptr<const Code> Loader::remembered(std::string_view digest, EngineClass engine_class) {
  const auto found = std::ranges::find_if(compiled_, [&](const Compiled& entry) {
    return entry.digest == digest && entry.engine_class == engine_class;
  });
  if (found == compiled_.end()) return nullptr;
  compiled_.splice(compiled_.begin(), compiled_, found);
  return found->code;
}

Result<std::shared_ptr<const Code>> Loader::compile(std::string_view digest, BytesView wasm,
                                                    EngineClass engine_class) {
  {
    const std::lock_guard lock(mutex_);
    if (auto code = remembered(digest, engine_class)) return code;
    ++compile_count_;
  }
  // Outside the lock: it takes long. Two threads may compile the same; the first result stays.
  TRY_ASSIGN(auto code, engine_.compile(wasm, engine_class));
  const std::lock_guard lock(mutex_);
  if (auto other = remembered(digest, engine_class)) return other;
  compiled_.push_front({.digest = std::string(digest), .engine_class = engine_class, .code = code});
  if (compiled_.size() > limits::compiled_components_max) compiled_.pop_back();
  return code;
}

std::uint64_t Loader::compile_count() const {
  const std::lock_guard lock(mutex_);
  return compile_count_;
}

}  // namespace troupe
