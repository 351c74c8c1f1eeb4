#pragma once
// The JSON of a node's supervisors: written by the node, read by the client.

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "troupe/result.hpp"
#include "troupe/supervisor_status.hpp"

namespace troupe {

[[nodiscard]] std::string to_json(std::span<const SupervisorStatus> supervisors);

// Errors: corrupt, with what is missing. Unknown members are skipped.
[[nodiscard]] Result<std::vector<SupervisorStatus>> supervisors_from_json(std::string_view text);

}  // namespace troupe
