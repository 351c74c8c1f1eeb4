#include "cli/commands.hpp"
#include "cli/nodes.hpp"
#include "cli/payload.hpp"

namespace troupe {

Tried<ExitCode> send_command(Console& console, const SendCommand& command, const NodeName& node) {
  const auto payload = read_payload(command.payload);
  if (!payload) return std::unexpected(payload.error());
  auto chosen = choose_node(node);
  if (!chosen) return std::unexpected(std::move(chosen).error());
  auto sent = chosen->client.send(command.actor, *payload);
  if (!sent) return complain_of_actor(chosen->client, std::move(sent).error(), command.actor);
  if (console.is_json()) console.print("{\"accepted\":true}\n");
  return ExitCode::ok;
}

}  // namespace troupe
