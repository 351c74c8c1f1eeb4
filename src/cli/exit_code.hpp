#pragma once
// How the command ends, for scripts (docs/cli.md).

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>

#include "troupe/result.hpp"

namespace troupe {

enum class ExitCode : std::uint8_t {
  ok = 0,
  failed = 1,         // The operation failed; for a request: the actor's handler said so.
  usage = 2,          // The command line is wrong.
  not_found = 3,      // No such actor or file.
  denied = 4,         // Not permitted.
  timed_out = 5,      // No answer in time.
  unavailable = 6,    // No node, or the actor is gone or full for now.
  conflict = 7,       // The name is taken.
  invalid_input = 8,  // A file, a payload or a name is not valid.
  interrupted = 130,  // A second Ctrl-C.
  terminated = 143,   // A second SIGTERM.
};

[[nodiscard]] ExitCode exit_code(ErrorCode code);
// The word for it in --json: "not-found", "usage".
[[nodiscard]] std::string_view to_string(ExitCode code);

// What the user is told when a command fails.
struct Complaint {
  ExitCode code = ExitCode::failed;
  std::string message;  // What happened.
  std::string help;     // What to do; empty: the message says it.
};

template <typename T>
class [[nodiscard]] Tried : public std::expected<T, Complaint> {
 public:
  using std::expected<T, Complaint>::expected;
};

[[nodiscard]] inline std::unexpected<Complaint> complain(ExitCode code, std::string message,
                                                         std::string help = {}) {
  return std::unexpected(
      Complaint{.code = code, .message = std::move(message), .help = std::move(help)});
}
[[nodiscard]] std::unexpected<Complaint> complain(Error error, std::string help = {});

}  // namespace troupe
