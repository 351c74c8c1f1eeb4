#pragma once
// A folder for files that nobody needs afterwards, gone with the object: of tests and benchmarks.

#include <filesystem>
#include <string_view>

#include "troupe/bytes.hpp"

namespace troupe {

// Thread: one.
// Owns:   the folder, made under the one for temporary files.
// Errors: a folder or file that can't be written is a CHECK: there is nothing to do without it.
class TemporaryFolder {
 public:
  TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  ~TemporaryFolder();

  // The new file's path.
  [[nodiscard]] std::filesystem::path write(std::string_view name, BytesView content) const;
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

}  // namespace troupe
