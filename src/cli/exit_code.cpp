#include "cli/exit_code.hpp"

#include <utility>

#include "base/check.hpp"

namespace troupe {

ExitCode exit_code(ErrorCode code) {
  switch (code) {
    case ErrorCode::invalid_argument:
    case ErrorCode::corrupt:
      return ExitCode::invalid_input;
    case ErrorCode::not_found:
      return ExitCode::not_found;
    case ErrorCode::already_exists:
      return ExitCode::conflict;
    case ErrorCode::denied:
      return ExitCode::denied;
    case ErrorCode::overloaded:
    case ErrorCode::unavailable:
      return ExitCode::unavailable;
    case ErrorCode::timed_out:
      return ExitCode::timed_out;
    case ErrorCode::cancelled:
    case ErrorCode::unsupported:
    case ErrorCode::internal:
      return ExitCode::failed;
  }
  CHECK(false, "an ErrorCode has one of its named values");
}

std::string_view to_string(ExitCode code) {
  switch (code) {
    case ExitCode::ok:
      return "ok";
    case ExitCode::failed:
      return "failed";
    case ExitCode::usage:
      return "usage";
    case ExitCode::not_found:
      return "not-found";
    case ExitCode::denied:
      return "denied";
    case ExitCode::timed_out:
      return "timed-out";
    case ExitCode::unavailable:
      return "unavailable";
    case ExitCode::conflict:
      return "conflict";
    case ExitCode::invalid_input:
      return "invalid-input";
    case ExitCode::interrupted:
      return "interrupted";
    case ExitCode::terminated:
      return "terminated";
  }
  CHECK(false, "an ExitCode has one of its named values");
}

std::unexpected<Complaint> complain(Error error, std::string help) {
  return complain(exit_code(error.code), std::move(error.message), std::move(help));
}

}  // namespace troupe
