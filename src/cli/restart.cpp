#include "base/format.hpp"
#include "cli/commands.hpp"
#include "cli/nodes.hpp"

namespace troupe {

Tried<ExitCode> restart_command(Console& console, const RestartCommand& command,
                                const NodeName& node) {
  auto chosen = choose_node(node);
  if (!chosen) return std::unexpected(std::move(chosen).error());
  auto restarted = chosen->client.restart(command.actor, command.budget);
  if (!restarted)
    return complain_of_actor(chosen->client, std::move(restarted).error(), command.actor);
  if (console.is_json()) {
    console.print(fmt::format("{{\"restarted\":\"{}\"}}\n", command.actor));
  } else {
    console.note(fmt::format("{} is ready in its next life", command.actor));
  }
  return ExitCode::ok;
}

}  // namespace troupe
