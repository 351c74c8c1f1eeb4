#include "cli/payload.hpp"

#include <array>
#include <cerrno>
#include <system_error>
#include <unistd.h>

#include "base/format.hpp"
#include "base/limits.hpp"
#include "base/units.hpp"

namespace troupe {

Tried<Bytes> read_payload(const std::string& argument) {
  if (argument != "-") return to_bytes(argument);
  Bytes payload;
  std::array<std::uint8_t, 64 * limits::KiB> part{};
  while (true) {
    const ssize_t size = ::read(STDIN_FILENO, part.data(), part.size());
    if (size < 0 && errno == EINTR) continue;
    if (size < 0) {
      return complain(ExitCode::failed, fmt::format("can't read standard input: {}",
                                                    std::generic_category().message(errno)));
    }
    if (size == 0) return payload;
    payload.insert(payload.end(), part.begin(), part.begin() + size);
    if (payload.size() > limits::http_body_bytes_max) {
      return complain(ExitCode::invalid_input,
                      fmt::format("the payload on standard input is longer than {}",
                                  format_bytes(limits::http_body_bytes_max)),
                      "send it in parts");
    }
  }
}

}  // namespace troupe
