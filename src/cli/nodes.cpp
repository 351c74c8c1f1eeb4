#include "cli/nodes.hpp"

#include <string_view>
#include <utility>
#include <vector>

#include "base/format.hpp"
#include "base/suggest.hpp"
#include "http/node_socket.hpp"
#include "io/runtime_dir.hpp"

namespace troupe {
namespace {

constexpr std::string_view start_one = "start one: troupe run app.toml";

std::string names_of(const std::vector<RunningNode>& nodes) {
  std::vector<std::string_view> names;
  names.reserve(nodes.size());
  for (const RunningNode& node : nodes) names.emplace_back(node.name);
  return fmt::format("{}", fmt::join(names, ", "));
}

Tried<RunningNode> pick(std::vector<RunningNode> nodes, const std::optional<std::string>& name) {
  if (name) {
    for (RunningNode& node : nodes) {
      if (node.name == *name) return std::move(node);
    }
    return complain(
        ExitCode::unavailable, fmt::format("no node named '{}' is running", *name),
        nodes.empty() ? std::string(start_one) : fmt::format("running: {}", names_of(nodes)));
  }
  if (nodes.empty())
    return complain(ExitCode::unavailable, "no node is running", std::string(start_one));
  if (nodes.size() > 1) {
    return complain(ExitCode::usage, fmt::format("several nodes are running: {}", names_of(nodes)),
                    fmt::format("say which: --node {}", nodes.front().name));
  }
  return std::move(nodes.front());
}

}  // namespace

Tried<std::filesystem::path> socket_folder() {
  auto folder = runtime_dir(runtime_places());
  if (!folder) return complain(std::move(folder).error());
  return *std::move(folder);
}

Tried<ChosenNode> choose_node(const std::optional<std::string>& name) {
  const auto folder = socket_folder();
  if (!folder) return std::unexpected(folder.error());
  auto nodes = running_nodes(*folder);
  if (!nodes) return complain(std::move(nodes).error());
  auto node = pick(*std::move(nodes), name);
  if (!node) return std::unexpected(std::move(node).error());
  auto client = NodeClient::connect(node->socket);
  if (!client) return complain(std::move(client).error());
  return ChosenNode{.name = std::move(node->name), .client = *std::move(client)};
}

std::unexpected<Complaint> complain_of_actor(NodeClient& client, Error error,
                                             const std::string& actor) {
  switch (exit_code(error.code)) {
    case ExitCode::timed_out:
      return complain(std::move(error),
                      "--timeout 10s waits longer; `troupe ps` shows how it stands");
    case ExitCode::not_found:
      break;
    case ExitCode::unavailable:
      return complain(std::move(error), "`troupe ps` shows how it stands");
    case ExitCode::ok:
    case ExitCode::failed:
    case ExitCode::usage:
    case ExitCode::denied:
    case ExitCode::conflict:
    case ExitCode::invalid_input:
    case ExitCode::interrupted:
    case ExitCode::terminated:
      return complain(std::move(error));
  }
  const auto list = client.actors();
  std::vector<std::string_view> names;
  for (const ActorStatus& each : list ? std::span(list->actors) : std::span<const ActorStatus>()) {
    names.emplace_back(each.name);
    names.emplace_back(std::string_view(each.name).substr(each.name.find('/') + 1));
  }
  const auto meant = nearest(actor, names);
  return complain(std::move(error), meant ? fmt::format("did you mean '{}'?", *meant)
                                          : "`troupe ps` lists the actors");
}

}  // namespace troupe
