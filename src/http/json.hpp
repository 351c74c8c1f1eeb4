#pragma once
// The JSON of the API: written by the node, read by the client. Text only. Bytes that aren't UTF-8
// are replaced when written; names and numbers come back as they were.

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "http/node_view.hpp"
#include "troupe/outcome.hpp"
#include "troupe/result.hpp"

namespace troupe {

[[nodiscard]] std::string to_json(const NodeStatus& node);
[[nodiscard]] std::string to_json(const ActorStatus& actor);
[[nodiscard]] std::string to_json(const ActorDetails& actor);
[[nodiscard]] std::string to_json(std::span<const ActorStatus> actors);

// Errors: corrupt, with what is missing. Unknown members are skipped.
[[nodiscard]] Result<NodeStatus> node_from_json(std::string_view text);
[[nodiscard]] Result<ActorStatus> actor_from_json(std::string_view text);
[[nodiscard]] Result<ActorDetails> details_from_json(std::string_view text);
[[nodiscard]] Result<std::vector<ActorStatus>> actors_from_json(std::string_view text);

// Of "#slot.generation", as actors without a name are shown.
[[nodiscard]] std::optional<Address> address_from_text(std::string_view text);

}  // namespace troupe
