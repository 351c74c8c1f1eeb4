#include "cli/cli.hpp"

#include <csignal>
#include <variant>

#include "cli/command_line.hpp"
#include "cli/commands.hpp"
#include "cli/console.hpp"

namespace troupe {
namespace {

template <typename... Cases>
struct Overloaded : Cases... {
  using Cases::operator()...;
};

Tried<ExitCode> execute(Console& console, const CommandLine& line) {
  return std::visit(
      Overloaded{
          [&](const HelpCommand& help) -> Tried<ExitCode> {
            console.print(help.text);
            return ExitCode::ok;
          },
          [&](const VersionCommand&) { return version_command(console); },
          [&](const RunCommand& run) { return run_command(console, run); },
          [&](const CheckCommand& check) { return check_command(console, check); },
          [&](const PsCommand& ps) { return ps_command(console, ps, line.node); },
          [&](const SendCommand& send) { return send_command(console, send, line.node); },
          [&](const RequestCommand& request) {
            return request_command(console, request, line.node);
          },
          [&](const StopCommand& stop) { return stop_command(console, stop, line.node); },
          [&](const RestartCommand& restart) {
            return restart_command(console, restart, line.node);
          },
          [&](const KillCommand& kill) { return kill_command(console, kill, line.node); },
          [&](const CrashesCommand& crashes) {
            return crashes_command(console, crashes, line.node);
          },
          [&](const EventsCommand& events) { return events_command(console, events, line.node); },
          [&](const InspectCommand& inspect) {
            return inspect_command(console, inspect, line.node);
          },
          [&](const WhyCommand& why) { return why_command(console, why, line.node); },
          [&](const TreeCommand& tree) { return tree_command(console, tree, line.node); },
          [&](const NodeCommand&) { return node_command(console, line.node); },
          [&](const BenchCommand& bench) { return bench_command(console, bench); },
      },
      line.command);
}

}  // namespace

int run_cli(std::span<const std::string> arguments) {
  // A reader that goes away is seen where it is written to, and ends nothing.
  static_cast<void>(std::signal(SIGPIPE, SIG_IGN));
  Console console(this_terminal());
  ConsoleOptions options;
  const auto line = parse_command_line(arguments, options);
  console.set(options);
  const auto code = line ? execute(console, *line) : Tried<ExitCode>(std::unexpected(line.error()));
  if (code) return static_cast<int>(*code);
  console.complain(code.error());
  return static_cast<int>(code.error().code);
}

}  // namespace troupe
