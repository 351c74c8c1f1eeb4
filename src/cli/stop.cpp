#include <cerrno>
#include <chrono>
#include <poll.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/format.hpp"
#include "cli/commands.hpp"
#include "cli/nodes.hpp"
#include "io/file_descriptor.hpp"

namespace troupe {
namespace {

// A little more than a node takes to stop its actors.
constexpr auto node_patience = std::chrono::seconds(65);

// Holds on to a process, so that its end can be waited for even when its number is used again.
FileDescriptor open_process(pid_t pid) {
  if (pid <= 0) return {};
  return FileDescriptor(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
}

bool has_ended(const FileDescriptor& process) {
  pollfd wait{.fd = process.number(), .events = POLLIN, .revents = 0};
  const auto patience = static_cast<int>(std::chrono::milliseconds(node_patience).count());
  int ready = 0;
  do {
    ready = ::poll(&wait, 1, patience);
  } while (ready < 0 && errno == EINTR);
  return ready > 0;
}

Tried<ExitCode> stop_node(Console& console, ChosenNode& node) {
  const FileDescriptor process = open_process(node.client.pid());
  if (auto asked = node.client.stop_node(); !asked) return complain(std::move(asked).error());
  if (!process.is_open()) {
    console.note(fmt::format("asked node {} to stop", node.name));
  } else if (!has_ended(process)) {
    return complain(
        ExitCode::timed_out,
        fmt::format("node '{}' (process {}) has not ended yet", node.name, node.client.pid()),
        fmt::format("it may still be stopping its actors; kill {} ends it at once when "
                    "it is sent a second time",
                    node.client.pid()));
  }
  if (console.is_json()) {
    console.print(fmt::format("{{\"stopped\":\"{}\"}}\n", node.name));
  } else if (process.is_open()) {
    console.note(fmt::format("node {} has ended", node.name));
  }
  return ExitCode::ok;
}

}  // namespace

Tried<ExitCode> stop_command(Console& console, const StopCommand& command, const NodeName& node) {
  auto chosen = choose_node(node);
  if (!chosen) return std::unexpected(std::move(chosen).error());
  if (command.actor.empty()) return stop_node(console, *chosen);
  auto stopped = chosen->client.stop(command.actor, command.budget);
  if (!stopped) return complain_of_actor(chosen->client, std::move(stopped).error(), command.actor);
  if (console.is_json()) {
    console.print(fmt::format("{{\"stopped\":\"{}\"}}\n", command.actor));
  } else {
    console.note(fmt::format("{} has ended", command.actor));
  }
  return ExitCode::ok;
}

}  // namespace troupe
