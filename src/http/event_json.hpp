#pragma once
// The JSON of a node's events: written by the node, read by the client.

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "troupe/node_event.hpp"
#include "troupe/result.hpp"

namespace troupe {

[[nodiscard]] std::string to_json(const NodeEvent& event);
[[nodiscard]] std::string to_json(std::span<const NodeEvent> events);

// Errors: corrupt, with what is missing. Unknown members are skipped.
[[nodiscard]] Result<std::vector<NodeEvent>> events_from_json(std::string_view text);

}  // namespace troupe
