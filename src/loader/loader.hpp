#pragma once
// From a file to code that can be run: read, look at, digest, compile, remember.

#include <cstdint>
#include <filesystem>
#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "engine/engine.hpp"
#include "io/disk.hpp"
#include "manifest/manifest.hpp"
#include "troupe/bytes.hpp"

namespace troupe {

// A component, ready to be instantiated. A value, cheap to copy but for its manifest.
struct LoadedComponent {
  std::string id;                 // "namespace/name@1.2.3"; of a bare file "local/FILE@0.0.0".
  std::string digest_sha256_hex;  // Of the .wasm file.
  std::shared_ptr<const Code> code;
  ComponentManifest manifest;  // Of a bare file: nothing but its name.
};

// Thread: any thread; waits for the disk and the compiler, so never on a worker.
// Bounds: limits::component_bytes_max for a file; limits::compiled_components_max compiled ones are
//         remembered, and forgotten in the order of their last use. What is in use lives on.
// Errors: each names the file and what to do: not_found (and the name that was probably meant),
//         denied, invalid_argument, unsupported.
class Loader {
 public:
  // Both outlive the loader.
  Loader(Disk& disk, Engine& engine) : disk_(disk), engine_(engine) {}

  // A .wasm file, or a component manifest (.toml), whose `file` is looked for beside it.
  Result<LoadedComponent> load(const std::filesystem::path& path, EngineClass engine_class);
  // What is in memory already; `name` stands for the file's.
  Result<LoadedComponent> load_bytes(std::string_view name, BytesView wasm,
                                     EngineClass engine_class);

  // How often the engine was asked, for tests and statistics.
  [[nodiscard]] std::uint64_t compile_count() const;

 private:
  struct Compiled {
    std::string digest;
    EngineClass engine_class;
    std::shared_ptr<const Code> code;
  };

  Result<Bytes> read(const std::filesystem::path& path, std::uint64_t bytes_max);
  Result<ComponentManifest> read_manifest_file(const std::filesystem::path& path);
  Result<std::shared_ptr<const Code>> compile(std::string_view digest, BytesView wasm,
                                              EngineClass engine_class);
  [[nodiscard]] std::shared_ptr<const Code> remembered(std::string_view digest,
                                                       EngineClass engine_class);

  Disk& disk_;
  Engine& engine_;
  // tidy: allow(mutex) spawn() of any thread loads, and nobody waits while it is held
  mutable std::mutex mutex_;
  std::list<Compiled> compiled_;  // Last used first.
  std::uint64_t compile_count_ = 0;
};

// What the first bytes of a file say it is.
// Errors: invalid_argument, unsupported; the message begins with `name`.
Result<void> check_is_core_module(std::string_view name, BytesView content);

}  // namespace troupe
