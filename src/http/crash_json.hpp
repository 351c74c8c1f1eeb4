#pragma once
// The JSON of crash reports: written by the node, read by the client.

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "troupe/exit_event.hpp"
#include "troupe/result.hpp"

namespace troupe {

[[nodiscard]] std::string to_json(const ExitEvent& crash);
[[nodiscard]] std::string to_json(std::span<const ExitEvent> crashes);

// Errors: corrupt, with what is missing. Unknown members are skipped.
[[nodiscard]] Result<std::vector<ExitEvent>> crashes_from_json(std::string_view text);

}  // namespace troupe
