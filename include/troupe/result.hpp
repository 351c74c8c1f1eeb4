#pragma once
// How a call that can fail says so: a value, or an Error named by what the caller should do next.

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>
#include <utility>

namespace troupe {

// What the caller should do. Closed and short: place and detail go into the message.
enum class ErrorCode : std::uint8_t {
  invalid_argument,  // Fix the call or the input.
  not_found,         // There is no such thing.
  already_exists,    // Choose another name, or use what is there.
  denied,            // Ask for a grant.
  overloaded,        // Back off, then try again.
  unavailable,       // Try later, or elsewhere.
  timed_out,         // No answer in time; the work may or may not have been done.
  cancelled,         // Somebody gave up on purpose.
  unsupported,       // Fall back: this build does not have it.
  corrupt,           // Stop trusting this data.
  internal,          // Report it: this is our bug or the machine's.
};

// The code as people and JSON read it: "not-found". Immutable, static storage.
[[nodiscard]] std::string_view to_string(ErrorCode code);

struct Error {
  ErrorCode code = ErrorCode::internal;
  // What happened, where, and the remedy: one sentence each, no trailing newline.
  std::string message;
};

// Either a T or an Error. A class rather than an alias, since only a class can be [[nodiscard]].
template <typename T>
class [[nodiscard]] Result : public std::expected<T, Error> {
 public:
  using std::expected<T, Error>::expected;
};

// Makes the error branch of any Result: `return fail(ErrorCode::not_found, "no actor named 'x'")`.
[[nodiscard]] inline std::unexpected<Error> fail(ErrorCode code, std::string message) {
  return std::unexpected<Error>(Error{.code = code, .message = std::move(message)});
}

}  // namespace troupe
