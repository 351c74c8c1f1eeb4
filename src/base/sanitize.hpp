#pragma once
// Text of guests and files, made fit for a terminal and a log.

#include <string>
#include <string_view>

namespace troupe {

// The text on one line, with nothing in it that a terminal obeys: control characters (C0 but tab,
// DEL, C1, and so every escape sequence), line and paragraph separators, marks that turn the
// writing direction, and bytes that are not UTF-8 are written as "\n", "\x1b" or "\u202e". Other
// text is kept. Not reversible: a backslash stays one.
[[nodiscard]] std::string harmless(std::string_view text);

}  // namespace troupe
