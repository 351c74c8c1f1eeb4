#pragma once
// The machine's files.

#include "io/disk.hpp"

namespace troupe {

// Thread: any thread. Waits for the disk, so never on a worker.
class PosixDisk final : public Disk {
 public:
  [[nodiscard]] Result<Bytes> read_file(const std::filesystem::path& path,
                                        std::uint64_t bytes_max) override;
  [[nodiscard]] Result<std::vector<std::string>> list(const std::filesystem::path& folder) override;
  [[nodiscard]] Result<void> replace_file(const std::filesystem::path& path, BytesView content,
                                          Mode mode) override;
  [[nodiscard]] Result<void> append_file(const std::filesystem::path& path,
                                         BytesView content) override;
};

}  // namespace troupe
