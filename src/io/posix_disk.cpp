#include "io/posix_disk.hpp"

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>

#include "base/format.hpp"
#include "base/limits.hpp"
#include "base/sanitize.hpp"
#include "io/disk_errors.hpp"
#include "io/file_descriptor.hpp"

namespace troupe {

Result<Bytes> PosixDisk::read_file(const std::filesystem::path& path, std::uint64_t bytes_max) {
  // Without O_NONBLOCK, opening a named pipe would wait for a writer.
  const FileDescriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!file.is_open()) return fail_with_errno(path, "open", errno);
  struct stat facts{};
  if (::fstat(file.number(), &facts) != 0) return fail_with_errno(path, "look at", errno);
  if (S_ISDIR(facts.st_mode)) return fail_is_a_folder(path);
  if (!S_ISREG(facts.st_mode)) {
    return fail(ErrorCode::invalid_argument,
                fmt::format("'{}' is not a regular file but a pipe, socket or device; copy its "
                            "content to a file first",
                            harmless(path.native())));
  }
  const auto size = static_cast<std::uint64_t>(facts.st_size);
  if (size > bytes_max) return fail_file_too_large(path, bytes_max);

  // The size is a hint: the file may grow or shrink while it is read. One byte more than expected
  // is asked for, so that the end is seen without another call.
  Bytes content(std::min(size, bytes_max) + 1);
  std::size_t filled = 0;
  while (true) {
    const ssize_t count = ::read(file.number(), content.data() + filled, content.size() - filled);
    if (count < 0) {
      if (errno == EINTR) continue;
      return fail_with_errno(path, "read", errno);
    }
    if (count == 0) break;
    filled += static_cast<std::size_t>(count);
    if (filled > bytes_max) return fail_file_too_large(path, bytes_max);
    if (filled == content.size()) content.resize(std::min(filled * 2, bytes_max + 1));
  }
  content.resize(filled);
  return content;
}

Result<std::vector<std::string>> PosixDisk::list(const std::filesystem::path& folder) {
  std::vector<std::string> names;
  std::error_code error;
  std::filesystem::directory_iterator entries(folder, error);
  while (!error && entries != std::filesystem::directory_iterator()) {
    if (names.size() == limits::disk_entries_max) break;
    names.push_back(entries->path().filename().native());
    entries.increment(error);
  }
  if (error) return fail_with_errno(folder, "list", error.value());
  std::ranges::sort(names);
  return names;
}

}  // namespace troupe
