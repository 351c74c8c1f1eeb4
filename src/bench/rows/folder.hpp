#pragma once
// A folder for what a node reads from files, gone with the object.

#include <filesystem>
#include <string_view>

#include "troupe/bytes.hpp"

namespace troupe::bench {

// Thread: one.
// Owns:   the folder, made under the one for temporary files.
// Errors: a folder or file that can't be written is a CHECK: nothing can be measured without it.
class Folder {
 public:
  Folder();
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  ~Folder();

  // The new file's path.
  [[nodiscard]] std::filesystem::path write(std::string_view name, BytesView content) const;
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

}  // namespace troupe::bench
