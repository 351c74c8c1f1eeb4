#include "http/target.hpp"

#include <cstddef>
#include <utility>

#include "base/format.hpp"
#include "base/limits.hpp"
#include "base/result.hpp"

namespace troupe {
namespace {

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

bool is_control(unsigned char byte) { return byte < 0x20 || byte == 0x7f; }

bool is_unreserved(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
         c == '.' || c == '_' || c == '~';
}

std::unexpected<Error> invalid(std::string message) {
  return fail(ErrorCode::invalid_argument, std::move(message));
}

// Takes what stands before `separator` off the front of `rest`.
std::string_view take_until(std::string_view& rest, char separator) {
  const std::size_t end = rest.find(separator);
  const std::string_view part = rest.substr(0, end);
  rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
  return part;
}

Result<std::vector<std::string>> parse_path(std::string_view path) {
  std::vector<std::string> segments;
  bool more = path.size() > 1;
  path.remove_prefix(1);
  while (more) {
    if (segments.size() == limits::http_segments_max)
      return invalid(fmt::format("the path has more than {} parts", limits::http_segments_max));
    more = path.contains('/');
    TRY_ASSIGN(std::string segment, percent_decode(take_until(path, '/')));
    if (segment.empty()) return invalid("the path has an empty part; take out the extra '/'");
    segments.push_back(std::move(segment));
  }
  return segments;
}

Result<std::vector<QueryParameter>> parse_query(std::string_view query) {
  std::vector<QueryParameter> parameters;
  while (!query.empty()) {
    if (parameters.size() == limits::http_parameters_max) {
      return invalid(
          fmt::format("the query has more than {} parameters", limits::http_parameters_max));
    }
    std::string_view value = take_until(query, '&');
    const std::string_view key = take_until(value, '=');
    if (key.empty()) return invalid("the query has a parameter without a name");
    QueryParameter parameter;
    TRY_ASSIGN(parameter.key, percent_decode(key));
    TRY_ASSIGN(parameter.value, percent_decode(value));
    parameters.push_back(std::move(parameter));
  }
  return parameters;
}

}  // namespace

Result<std::string> percent_decode(std::string_view text) {
  std::string decoded;
  decoded.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    char c = text[i];
    if (c == '%') {
      const int high = i + 1 < text.size() ? hex_value(text[i + 1]) : -1;
      const int low = i + 2 < text.size() ? hex_value(text[i + 2]) : -1;
      if (high < 0 || low < 0)
        return invalid(fmt::format("'%' at position {} is not followed by two hex digits", i));
      c = static_cast<char>(high * 16 + low);
      i += 2;
    }
    if (is_control(static_cast<unsigned char>(c)))
      return invalid("the target contains a control character");
    decoded.push_back(c);
  }
  return decoded;
}

std::string percent_encode(std::string_view text) {
  std::string encoded;
  encoded.reserve(text.size());
  for (const char c : text) {
    if (is_unreserved(c)) {
      encoded.push_back(c);
    } else {
      fmt::format_to(std::back_inserter(encoded), "%{:02X}", static_cast<unsigned char>(c));
    }
  }
  return encoded;
}

Result<Target> parse_target(std::string_view text) {
  if (text.size() > limits::http_target_bytes_max) {
    return invalid(
        fmt::format("the target is longer than {} bytes", limits::http_target_bytes_max));
  }
  if (!text.starts_with('/')) return invalid("the target is not a path; it begins with '/'");
  if (text.contains('#')) return invalid("the target contains '#'; write it as %23");
  std::string_view query = text;
  const std::string_view path = take_until(query, '?');
  Target target;
  TRY_ASSIGN(target.segments, parse_path(path));
  TRY_ASSIGN(target.query, parse_query(query));
  return target;
}

}  // namespace troupe
