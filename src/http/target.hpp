#pragma once
// The target of an HTTP request, "/v1/actors/bank%2Fledger?x=1", taken apart. Pure: bytes in, parts
// or a reason out.

#include <string>
#include <string_view>
#include <vector>

#include "troupe/result.hpp"

namespace troupe {

struct QueryParameter {
  std::string key;
  std::string value;

  friend bool operator==(const QueryParameter&, const QueryParameter&) = default;
};

// Everything is percent-decoded after it was split, so "%2F" is part of a segment.
struct Target {
  std::vector<std::string> segments;
  std::vector<QueryParameter> query;

  friend bool operator==(const Target&, const Target&) = default;
};

// Bounds: limits::http_target_bytes_max, _segments_max, _parameters_max.
// Errors: invalid_argument: not a path, an empty segment, a bad escape, a control character.
[[nodiscard]] Result<Target> parse_target(std::string_view text);

// "%41" to "A". '+' stays '+'. Errors: invalid_argument.
[[nodiscard]] Result<std::string> percent_decode(std::string_view text);
// Escapes all but letters, digits and "-._~": the result is one segment or one value.
[[nodiscard]] std::string percent_encode(std::string_view text);

}  // namespace troupe
