#pragma once
// What the user asked for, read from the arguments. Pure.

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "cli/bench_command_line.hpp"
#include "cli/console.hpp"
#include "cli/exit_code.hpp"
#include "troupe/actor_query.hpp"
#include "troupe/history_query.hpp"
#include "troupe/time.hpp"

namespace troupe {

struct RunCommand {
  std::string file;           // Empty: troupe.toml or app.toml of the current folder.
  std::string name;           // Empty: the app's.
  std::uint32_t workers = 0;  // 0: one for each core.
};
struct CheckCommand {
  std::vector<std::string> files;  // None: as above.
};
struct PsCommand {
  ActorQuery query;
};
struct SendCommand {
  std::string actor;
  std::string payload;  // "-": standard input.
};
struct RequestCommand {
  std::string actor;
  std::string payload;
  Duration timeout = std::chrono::seconds(1);
};
struct StopCommand {
  std::string actor;                    // Empty: the node.
  std::optional<Duration> budget = {};  // None: the actor's own.
};
struct RestartCommand {
  std::string actor;
  std::optional<Duration> budget = {};  // Likewise.
};
struct KillCommand {
  std::string actor;
};
struct CrashesCommand {
  HistoryQuery query;
  bool follows = false;  // Goes on with those that come.
  bool full = false;     // Whole reports.
};
struct EventsCommand {
  HistoryQuery query;
  bool follows = false;
};
struct InspectCommand {
  std::string actor;
};
struct WhyCommand {
  std::string actor;
};
struct TreeCommand {
  std::size_t limit = 0;       // Of actors.
  bool shows_history = false;  // Instead of them: what was decided.
};
struct NodeCommand {};
struct VersionCommand {};
struct HelpCommand {
  std::string text;
};

using Command =
    std::variant<HelpCommand, VersionCommand, RunCommand, CheckCommand, PsCommand, SendCommand,
                 RequestCommand, StopCommand, RestartCommand, KillCommand, CrashesCommand,
                 EventsCommand, InspectCommand, WhyCommand, TreeCommand, NodeCommand, BenchCommand>;

struct CommandLine {
  Command command;
  ConsoleOptions console;
  std::optional<std::string> node;  // --node NODE; none: the only one.
};

// `arguments` without the program's name. Errors: usage. `console` is set as far as it could be
// read, so that the error comes in the form asked for.
[[nodiscard]] Tried<CommandLine> parse_command_line(std::span<const std::string> arguments,
                                                    ConsoleOptions& console);

}  // namespace troupe
