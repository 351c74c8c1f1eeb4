#include "base/base64.hpp"
#include "base/format.hpp"
#include "cli/commands.hpp"
#include "cli/nodes.hpp"
#include "cli/payload.hpp"

namespace troupe {

Tried<ExitCode> request_command(Console& console, const RequestCommand& command,
                                const NodeName& node) {
  const auto payload = read_payload(command.payload);
  if (!payload) return std::unexpected(payload.error());
  auto chosen = choose_node(node);
  if (!chosen) return std::unexpected(std::move(chosen).error());
  auto answer = chosen->client.request(command.actor, *payload, command.timeout);
  if (!answer) return complain_of_actor(chosen->client, std::move(answer).error(), command.actor);
  if (console.is_json()) {
    console.print(fmt::format("{{\"answer_base64\":\"{}\"}}\n", base64_encode(*answer)));
  } else {
    console.print(BytesView(*answer));
  }
  return ExitCode::ok;
}

}  // namespace troupe
