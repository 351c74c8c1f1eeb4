#pragma once
// The commands, one file each. Each returns the code to end with, or what to complain of.

#include <optional>
#include <string>

#include "cli/command_line.hpp"
#include "cli/console.hpp"
#include "cli/exit_code.hpp"

namespace troupe {

using NodeName = std::optional<std::string>;

[[nodiscard]] Tried<ExitCode> run_command(Console& console, const RunCommand& command);
[[nodiscard]] Tried<ExitCode> check_command(Console& console, const CheckCommand& command);
[[nodiscard]] Tried<ExitCode> ps_command(Console& console, const PsCommand& command,
                                         const NodeName& node);
[[nodiscard]] Tried<ExitCode> send_command(Console& console, const SendCommand& command,
                                           const NodeName& node);
[[nodiscard]] Tried<ExitCode> request_command(Console& console, const RequestCommand& command,
                                              const NodeName& node);
[[nodiscard]] Tried<ExitCode> stop_command(Console& console, const StopCommand& command,
                                           const NodeName& node);
[[nodiscard]] Tried<ExitCode> restart_command(Console& console, const RestartCommand& command,
                                              const NodeName& node);
[[nodiscard]] Tried<ExitCode> kill_command(Console& console, const KillCommand& command,
                                           const NodeName& node);
[[nodiscard]] Tried<ExitCode> crashes_command(Console& console, const CrashesCommand& command,
                                              const NodeName& node);
[[nodiscard]] Tried<ExitCode> events_command(Console& console, const EventsCommand& command,
                                             const NodeName& node);
[[nodiscard]] Tried<ExitCode> inspect_command(Console& console, const InspectCommand& command,
                                              const NodeName& node);
[[nodiscard]] Tried<ExitCode> why_command(Console& console, const WhyCommand& command,
                                          const NodeName& node);
[[nodiscard]] Tried<ExitCode> tree_command(Console& console, const TreeCommand& command,
                                           const NodeName& node);
[[nodiscard]] Tried<ExitCode> node_command(Console& console, const NodeName& node);
[[nodiscard]] Tried<ExitCode> version_command(Console& console);
[[nodiscard]] Tried<ExitCode> bench_command(Console& console, const BenchCommand& command);

}  // namespace troupe
