#pragma once
// Patterns as people type them: `*` stands for any characters, `?` for one.

#include <string_view>

namespace troupe {

// Whether the pattern covers the whole text. Pure. Cost: at most the product of the lengths.
// Method: K. Krauss, "Matching wildcards: an algorithm", Dr. Dobb's, 2008: only the last `*` is
// ever
//         tried again.
[[nodiscard]] bool glob_matches(std::string_view pattern, std::string_view text);

[[nodiscard]] inline bool has_wildcard(std::string_view text) {
  return text.find_first_of("*?") != std::string_view::npos;
}

}  // namespace troupe
