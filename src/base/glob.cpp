#include "base/glob.hpp"

#include <cstddef>

namespace troupe {

bool glob_matches(std::string_view pattern, std::string_view text) {
  constexpr std::size_t none = std::string_view::npos;
  std::size_t at = 0;
  std::size_t star = none;  // The last `*`,
  std::size_t resumed = 0;  // and the byte of the text behind what it covers.
  for (std::size_t read = 0; read < text.size();) {
    if (at < pattern.size() && pattern[at] == '*') {
      star = at++;
      resumed = read;
    } else if (at < pattern.size() && (pattern[at] == '?' || pattern[at] == text[read])) {
      ++at;
      ++read;
    } else if (star != none) {
      at = star + 1;
      read = ++resumed;
    } else {
      return false;
    }
  }
  return pattern.find_first_not_of('*', at) == none;
}

}  // namespace troupe
