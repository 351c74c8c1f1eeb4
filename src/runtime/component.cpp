#include <utility>

#include "base/format.hpp"
#include "base/limits.hpp"
#include "io/posix_disk.hpp"
#include "troupe/runtime.hpp"

namespace troupe {

Result<Component> Component::from_file(const std::filesystem::path& path) {
  PosixDisk disk;
  auto bytes = disk.read_file(path, limits::component_bytes_max);
  if (!bytes) return std::unexpected(bytes.error());
  return from_bytes(path.filename().string(), std::move(*bytes));
}

Component Component::from_bytes(std::string name, Bytes wasm) {
  Component component;
  component.name_ = std::move(name);
  component.wasm_ = std::make_shared<const Bytes>(std::move(wasm));
  return component;
}

Component Component::native(std::string name, std::function<std::unique_ptr<Actor>()> make) {
  Component component;
  component.name_ = std::move(name);
  component.make_ =
      std::make_shared<const std::function<std::unique_ptr<Actor>()>>(std::move(make));
  return component;
}

}  // namespace troupe
