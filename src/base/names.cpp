#include "base/names.hpp"

#include <algorithm>

#include "base/limits.hpp"

namespace troupe {
namespace {

bool is_letter_or_digit(char byte) {
  return (byte >= 'a' && byte <= 'z') || (byte >= '0' && byte <= '9');
}

}  // namespace

bool is_name(std::string_view text) {
  if (text.empty() || text.size() > limits::name_bytes_max) return false;
  return is_letter_or_digit(text.front()) && std::ranges::all_of(text, [](char byte) {
           return is_letter_or_digit(byte) || byte == '-' || byte == '_';
         });
}

bool is_actor_reference(std::string_view text) {
  const std::size_t slash = text.find('/');
  if (slash == std::string_view::npos) return is_name(text);
  return is_name(text.substr(0, slash)) && is_name(text.substr(slash + 1));
}

bool is_actor_pattern(std::string_view text) {
  if (text.empty() || text.size() > limits::query_pattern_bytes_max) return false;
  if (text.front() == '#') {
    return std::ranges::all_of(text.substr(1), [](char byte) {
      return (byte >= '0' && byte <= '9') || byte == '.' || byte == '*' || byte == '?';
    });
  }
  return std::ranges::count(text, '/') <= 1 && std::ranges::all_of(text, [](char byte) {
           return is_letter_or_digit(byte) || std::string_view("-_*?/").contains(byte);
         });
}

std::string make_name(std::string_view stem) {
  std::string name;
  for (char byte : stem) {
    if (byte >= 'A' && byte <= 'Z') byte = static_cast<char>(byte - 'A' + 'a');
    if (is_letter_or_digit(byte)) {
      name += byte;
    } else if (!name.empty() && name.back() != '-' && name.back() != '_') {
      name += byte == '_' ? '_' : '-';
    }
    if (name.size() == limits::name_bytes_max) break;
  }
  while (!name.empty() && !is_letter_or_digit(name.back())) name.pop_back();
  return name.empty() ? "app" : name;
}

}  // namespace troupe
