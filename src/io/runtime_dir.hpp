#pragma once
// The folder in which nodes put their sockets, and in which the command line looks for them.

#include <filesystem>
#include <optional>
#include <sys/types.h>

#include "base/result.hpp"

namespace troupe {

// Where the folder may be. Tests have their own.
struct RuntimePlaces {
  std::optional<std::filesystem::path> xdg_runtime_dir;  // $XDG_RUNTIME_DIR
  std::filesystem::path run_user = "/run/user";
  std::filesystem::path temporary = "/tmp";
  uid_t user = 0;
};

// Of this process: its environment and its effective user.
[[nodiscard]] RuntimePlaces runtime_places();

// Finds the folder and makes it, 0700, where it is missing: `troupe` in $XDG_RUNTIME_DIR, without
// that variable in /run/user/UID, without that folder `troupe-UID` in the temporary directory.
// A folder that somebody else owns, or that group or others may write, is refused: whoever can put
// a socket there can pose as a node. So is a symbolic link.
// Errors: denied, invalid_argument, internal, each with the remedy.
[[nodiscard]] Result<std::filesystem::path> runtime_dir(const RuntimePlaces& places);

}  // namespace troupe
