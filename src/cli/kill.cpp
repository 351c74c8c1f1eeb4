#include "base/format.hpp"
#include "cli/commands.hpp"
#include "cli/nodes.hpp"

namespace troupe {

Tried<ExitCode> kill_command(Console& console, const KillCommand& command, const NodeName& node) {
  auto chosen = choose_node(node);
  if (!chosen) return std::unexpected(std::move(chosen).error());
  auto killed = chosen->client.kill(command.actor);
  if (!killed) return complain_of_actor(chosen->client, std::move(killed).error(), command.actor);
  if (console.is_json()) {
    console.print(fmt::format("{{\"killed\":\"{}\"}}\n", command.actor));
  } else {
    console.note(fmt::format("ended the present life of {}; its supervisor decides what follows",
                             command.actor));
  }
  return ExitCode::ok;
}

}  // namespace troupe
