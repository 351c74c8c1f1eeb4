#include "io/runtime_dir.hpp"

#include <cerrno>
#include <cstdlib>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>

#include "base/format.hpp"
#include "base/sanitize.hpp"

namespace troupe {
namespace {

// The folder may also be a link where `links` says so: $XDG_RUNTIME_DIR is the user's own setting.
enum class Links : std::uint8_t { refused, followed };

Result<void> is_ours(const std::filesystem::path& folder, uid_t user, Links links) {
  const std::string shown = harmless(folder.native());
  struct stat facts{};
  const int result =
      links == Links::followed ? ::stat(folder.c_str(), &facts) : ::lstat(folder.c_str(), &facts);
  if (result != 0) {
    return fail(ErrorCode::not_found, fmt::format("can't look at the folder '{}': {}", shown,
                                                  std::generic_category().message(errno)));
  }
  if (!S_ISDIR(facts.st_mode)) {
    return fail(
        ErrorCode::invalid_argument,
        fmt::format("'{}', where nodes put their sockets, is not a folder; remove it, or set "
                    "XDG_RUNTIME_DIR to a folder of yours",
                    shown));
  }
  if (facts.st_uid != user) {
    return fail(ErrorCode::denied,
                fmt::format("'{}', where nodes put their sockets, belongs to user {}, and this is "
                            "user {}; set XDG_RUNTIME_DIR to a folder of yours",
                            shown, facts.st_uid, user));
  }
  if ((facts.st_mode & 022U) != 0) {
    return fail(ErrorCode::denied,
                fmt::format("'{}', where nodes put their sockets, may be written by others (mode "
                            "{:04o}); run: chmod 700 '{}'",
                            shown, facts.st_mode & 07777U, shown));
  }
  return {};
}

Result<std::filesystem::path> make_folder(const std::filesystem::path& folder, uid_t user) {
  if (::mkdir(folder.c_str(), 0700) != 0 && errno != EEXIST) {
    const int number = errno;
    const bool is_denied = number == EACCES || number == EPERM || number == EROFS;
    return fail(is_denied ? ErrorCode::denied : ErrorCode::internal,
                fmt::format("can't make the folder '{}' for the sockets of nodes: {}; set "
                            "XDG_RUNTIME_DIR to a folder of yours",
                            harmless(folder.native()), std::generic_category().message(number)));
  }
  TRY(is_ours(folder, user, Links::refused));
  return folder;
}

}  // namespace

RuntimePlaces runtime_places() {
  RuntimePlaces places;
  places.user = ::geteuid();
  // NOLINTBEGIN(concurrency-mt-unsafe): nothing in this program changes its environment.
  if (const char* folder = std::getenv("XDG_RUNTIME_DIR"); folder != nullptr && *folder != '\0') {
    places.xdg_runtime_dir = folder;
  }
  if (const char* folder = std::getenv("TMPDIR"); folder != nullptr && *folder == '/') {
    places.temporary = folder;
  }
  // NOLINTEND(concurrency-mt-unsafe): see above.
  return places;
}

Result<std::filesystem::path> runtime_dir(const RuntimePlaces& places) {
  if (places.xdg_runtime_dir) {
    if (!places.xdg_runtime_dir->is_absolute()) {
      return fail(ErrorCode::invalid_argument,
                  fmt::format("XDG_RUNTIME_DIR is '{}', which is not an absolute path; set it to a "
                              "folder of yours, or unset it",
                              harmless(places.xdg_runtime_dir->native())));
    }
    if (auto ours = is_ours(*places.xdg_runtime_dir, places.user, Links::followed); !ours) {
      return fail(ours.error().code, ours.error().message + " (XDG_RUNTIME_DIR names it)");
    }
    return make_folder(*places.xdg_runtime_dir / "troupe", places.user);
  }
  const auto of_user = places.run_user / fmt::format("{}", places.user);
  if (is_ours(of_user, places.user, Links::refused)) {
    return make_folder(of_user / "troupe", places.user);
  }
  return make_folder(places.temporary / fmt::format("troupe-{}", places.user), places.user);
}

}  // namespace troupe
