#pragma once
// Which node a command talks to.

#include <filesystem>
#include <optional>
#include <string>

#include "cli/exit_code.hpp"
#include "http/client.hpp"

namespace troupe {

// Where nodes have their sockets. Errors: those of io/runtime_dir.hpp.
[[nodiscard]] Tried<std::filesystem::path> socket_folder();

struct ChosenNode {
  std::string name;
  NodeClient client;
};

// The node of that name; none: the only one that runs.
// Errors: unavailable: no such node; usage: several run.
[[nodiscard]] Tried<ChosenNode> choose_node(const std::optional<std::string>& name);

// The complaint for what a node said about an actor, with the name that was perhaps meant.
[[nodiscard]] std::unexpected<Complaint> complain_of_actor(NodeClient& client, Error error,
                                                           const std::string& actor);

}  // namespace troupe
