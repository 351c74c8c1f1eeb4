#pragma once
// What -h prints.

#include <string_view>

namespace troupe {

// `command`: "run", "ps", ...; empty: the overview. REQUIRES: there is such a command.
[[nodiscard]] std::string_view help_text(std::string_view command);

}  // namespace troupe
