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
namespace {

Result<void> make_folders(const std::filesystem::path& path) {
  const std::filesystem::path folder = path.parent_path();
  std::error_code error;
  if (!folder.empty()) std::filesystem::create_directories(folder, error);
  if (error) return fail_with_errno(folder, "make", error.value());
  return {};
}

// 0, or an errno.
int write_all(const FileDescriptor& file, BytesView content) {
  while (!content.empty()) {
    const ssize_t count = ::write(file.number(), content.data(), content.size());
    if (count < 0 && errno != EINTR) return errno;
    if (count > 0) content = content.subspan(static_cast<std::size_t>(count));
  }
  return 0;
}

}  // namespace

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

Result<void> PosixDisk::replace_file(const std::filesystem::path& path, BytesView content,
                                     Mode mode) {
  if (auto made = make_folders(path); !made) return made;
  // Beside the file, since only within a file system one name can take another's place at once.
  std::string beside = path.native() + ".XXXXXX";
  const FileDescriptor file(::mkostemp(beside.data(), O_CLOEXEC));
  if (!file.is_open()) return fail_with_errno(path, "write", errno);
  const mode_t mask = ::umask(0);
  ::umask(mask);
  int error = write_all(file, content);
  if (error == 0 && ::fchmod(file.number(), (mode == Mode::program ? 0755 : 0644) & ~mask) != 0)
    error = errno;
  if (error == 0 && ::fsync(file.number()) != 0) error = errno;
  if (error == 0 && ::rename(beside.c_str(), path.c_str()) != 0) error = errno;
  if (error == 0) return {};
  ::unlink(beside.c_str());
  return fail_with_errno(path, "write", error);
}

Result<void> PosixDisk::append_file(const std::filesystem::path& path, BytesView content) {
  if (auto made = make_folders(path); !made) return made;
  const FileDescriptor file(::open(path.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0644));
  if (!file.is_open()) return fail_with_errno(path, "write", errno);
  if (const int error = write_all(file, content); error != 0)
    return fail_with_errno(path, "write", error);
  return {};
}

}  // namespace troupe
