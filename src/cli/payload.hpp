#pragma once
// A payload from the command line or from standard input.

#include <string>

#include "cli/exit_code.hpp"
#include "troupe/bytes.hpp"

namespace troupe {

// The argument's bytes; for "-" all of standard input, up to limits::http_body_bytes_max.
// Errors: invalid_input: too long; failed: standard input can't be read.
[[nodiscard]] Tried<Bytes> read_payload(const std::string& argument);

}  // namespace troupe
