#pragma once
// What went wrong, as HTTP says it: problem+json (RFC 9457).

#include <optional>
#include <string>
#include <string_view>

#include "troupe/result.hpp"

namespace troupe {

// An error on its way to a client. `status` follows from the code, except where HTTP has a finer
// word (405, 413, 431).
struct Problem {
  int status = 500;
  ErrorCode code = ErrorCode::internal;
  std::string detail;
  std::string allow;  // For 405: the methods that would do.
};

// The HTTP status that says what `code` says. Total: each code has one.
[[nodiscard]] int http_status(ErrorCode code);
[[nodiscard]] Problem problem_of(Error error);

inline constexpr std::string_view problem_content_type = "application/problem+json";

// {"type","title","status","code","detail"}. Bytes of `detail` that aren't UTF-8 are replaced.
[[nodiscard]] std::string problem_json(const Problem& problem);

// Reads the body of an answer with an error status. None if it isn't one of ours.
[[nodiscard]] std::optional<Error> error_from_problem_json(std::string_view body);

}  // namespace troupe
