#pragma once
// How things end: why a call was refused, why no answer came, how an actor died.
//
// The three lists are the contract's (wit/actor.wit, interface types), in its order: the engine
// writes these numbers into guests' memories.

#include <array>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "troupe/bytes.hpp"

namespace troupe {

// Why something was not accepted. Nothing happened.
enum class Refusal : std::uint8_t {
  gone,
  denied,
  busy,
  too_large,
  over_quota,
  invalid,
  name_taken,
  no_subscriber,
  unsupported,
  unreachable,
  stopping,
  other,
};
inline constexpr std::size_t refusal_count = 12;
[[nodiscard]] std::string_view to_string(Refusal refusal);  // "too-large"

// Accepted with a value, or refused. A class rather than an alias, so that it is [[nodiscard]].
template <typename T>
class [[nodiscard]] Accepted : public std::expected<T, Refusal> {
 public:
  using std::expected<T, Refusal>::expected;
};
[[nodiscard]] inline std::unexpected<Refusal> refused(Refusal why) {
  return std::unexpected<Refusal>(why);
}

// How a request ended without an answer.
struct Failure {
  enum class Kind : std::uint8_t {
    timed_out,
    receiver_exited,
    dropped,
    cancelled,
    refused,  // `refusal` says why.
    failed,   // `text` is the receiver's error.
    other,    // `text` says what.
  };
  Kind kind = Kind::other;
  Refusal refusal = Refusal::other;
  std::string text = {};

  friend bool operator==(const Failure&, const Failure&) = default;
};
[[nodiscard]] std::string to_string(const Failure& failure);  // "refused: busy"

// What became of a request: the answer's bytes, or why there are none.
using Answer = std::expected<Bytes, Failure>;
// Likewise, good only while it is being handled.
using AnswerView = std::expected<BytesView, Failure>;

// How an actor's life ended.
struct Exit {
  enum class Kind : std::uint8_t {
    normal,
    killed,
    crashed,   // `text`: the kind of trap, or the actor's error.
    exceeded,  // `text`: the limit, such as "deadline", "fuel", "stack", "addresses".
    lost,
    other,
  };
  Kind kind = Kind::normal;
  std::string text = {};

  [[nodiscard]] static Exit normal() { return {}; }
  [[nodiscard]] static Exit killed() { return {.kind = Kind::killed, .text = {}}; }
  [[nodiscard]] static Exit crashed(std::string text) {
    return {.kind = Kind::crashed, .text = std::move(text)};
  }
  [[nodiscard]] static Exit exceeded(std::string limit) {
    return {.kind = Kind::exceeded, .text = std::move(limit)};
  }
  friend bool operator==(const Exit&, const Exit&) = default;
};
inline constexpr std::size_t exit_kind_count = 6;
[[nodiscard]] constexpr std::string_view to_string(Exit::Kind kind) {
  constexpr std::array<std::string_view, exit_kind_count> names{"normal",   "killed", "crashed",
                                                                "exceeded", "lost",   "other"};
  return names.at(static_cast<std::size_t>(std::to_underlying(kind)));
}
[[nodiscard]] std::string to_string(const Exit& exit);  // crashed("unreachable")

// Order among queued messages; low ones are never starved.
enum class Priority : std::uint8_t { low, normal, high, critical };
inline constexpr std::size_t priority_count = 4;

// How loud a line of an actor's log is.
enum class LogLevel : std::uint8_t { trace, debug, info, warn, error };
[[nodiscard]] std::string_view to_string(LogLevel level);

}  // namespace troupe
