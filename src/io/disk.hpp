#pragma once
// Files enter by constructor, as clocks and randomness do.

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "troupe/bytes.hpp"

namespace troupe {

// Thread: any thread.
// Errors: each names the path and the remedy. not_found; denied (permissions); invalid_argument (a
//         folder where a file is wanted, too large, not a regular file); internal (the machine).
class Disk {
 public:
  Disk() = default;
  Disk(const Disk&) = delete;
  Disk& operator=(const Disk&) = delete;
  virtual ~Disk() = default;

  // The whole of a regular file of at most `bytes_max` bytes; a larger one is not read.
  [[nodiscard]] virtual Result<Bytes> read_file(const std::filesystem::path& path,
                                                std::uint64_t bytes_max) = 0;

  // The names in a folder, sorted: files and folders alike, at most limits::disk_entries_max.
  [[nodiscard]] virtual Result<std::vector<std::string>> list(
      const std::filesystem::path& folder) = 0;

  enum class Mode : std::uint8_t { data, program };  // 0644 and 0755, less the umask.
  // Makes or replaces a file and the folders on its way; a reader sees all of it or what was there.
  [[nodiscard]] virtual Result<void> replace_file(const std::filesystem::path& path,
                                                  BytesView content, Mode mode) = 0;
  // Adds to the end of a file, in one piece; makes the file and the folders on its way.
  [[nodiscard]] virtual Result<void> append_file(const std::filesystem::path& path,
                                                 BytesView content) = 0;
};

}  // namespace troupe
