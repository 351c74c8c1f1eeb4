#include "io/disk_errors.hpp"

#include <cerrno>
#include <system_error>

#include "base/format.hpp"
#include "base/sanitize.hpp"
#include "base/units.hpp"

namespace troupe {

std::unexpected<Error> fail_no_such_file(const std::filesystem::path& path) {
  return fail(ErrorCode::not_found,
              fmt::format("there is no file '{}'; check the path", harmless(path.native())));
}

std::unexpected<Error> fail_is_a_folder(const std::filesystem::path& path) {
  return fail(
      ErrorCode::invalid_argument,
      fmt::format("'{}' is a folder, not a file; name a file in it", harmless(path.native())));
}

std::unexpected<Error> fail_file_too_large(const std::filesystem::path& path,
                                           std::uint64_t bytes_max) {
  return fail(ErrorCode::invalid_argument,
              fmt::format("'{}' is larger than {}, the most that is read; is it the right file?",
                          harmless(path.native()), format_bytes(bytes_max)));
}

std::unexpected<Error> fail_with_errno(const std::filesystem::path& path, const char* doing,
                                       int number) {
  if (number == ENOENT || number == ENOTDIR) return fail_no_such_file(path);
  if (number == EISDIR) return fail_is_a_folder(path);
  const std::string why = std::generic_category().message(number);
  if (number == EACCES || number == EPERM) {
    return fail(ErrorCode::denied,
                fmt::format("can't {} '{}': {}; check the permissions of the file and its folders",
                            doing, harmless(path.native()), why));
  }
  if (number == ELOOP || number == ENAMETOOLONG) {
    return fail(ErrorCode::invalid_argument, fmt::format("can't {} '{}': {}; check the path", doing,
                                                         harmless(path.native()), why));
  }
  return fail(ErrorCode::internal,
              fmt::format("can't {} '{}': {}", doing, harmless(path.native()), why));
}

}  // namespace troupe
