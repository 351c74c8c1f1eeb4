#pragma once
// What both disks say when something is wrong, so that tests on the simulated one see the words of
// the real one.

#include <cstdint>
#include <filesystem>

#include "base/result.hpp"

namespace troupe {

[[nodiscard]] std::unexpected<Error> fail_no_such_file(const std::filesystem::path& path);
[[nodiscard]] std::unexpected<Error> fail_is_a_folder(const std::filesystem::path& path);
[[nodiscard]] std::unexpected<Error> fail_file_too_large(const std::filesystem::path& path,
                                                         std::uint64_t bytes_max);
// From errno, as `doing` ("open", "read") left it.
[[nodiscard]] std::unexpected<Error> fail_with_errno(const std::filesystem::path& path,
                                                     const char* doing, int number);

}  // namespace troupe
