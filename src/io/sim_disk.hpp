#pragma once
// A disk in memory, whose files can be made unreadable.

#include <map>
#include <mutex>
#include <string>

#include "io/disk.hpp"

namespace troupe {

// Folders exist by the files in them. Paths are compared after std::filesystem's lexically_normal.
// Thread: any thread.
class SimDisk final : public Disk {
 public:
  // Makes or replaces a file.
  void write(const std::filesystem::path& path, Bytes content);
  void remove(const std::filesystem::path& path);
  // Every read of `path` fails so until it is written again.
  void fail_reads(const std::filesystem::path& path, Error error);

  [[nodiscard]] Result<Bytes> read_file(const std::filesystem::path& path,
                                        std::uint64_t bytes_max) override;
  [[nodiscard]] Result<std::vector<std::string>> list(const std::filesystem::path& folder) override;
  [[nodiscard]] Result<void> replace_file(const std::filesystem::path& path, BytesView content,
                                          Mode mode) override;
  [[nodiscard]] Result<void> append_file(const std::filesystem::path& path,
                                         BytesView content) override;

 private:
  std::mutex mutex_;
  std::map<std::filesystem::path, Result<Bytes>> files_;
};

}  // namespace troupe
