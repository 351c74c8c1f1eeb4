// The crash reports that a node keeps, and those that follow.

#include <chrono>
#include <thread>
#include <utility>
#include <vector>

#include "base/format.hpp"
#include "cli/commands.hpp"
#include "cli/crash_text.hpp"
#include "cli/nodes.hpp"
#include "cli/table.hpp"
#include "http/crash_json.hpp"

namespace troupe {
namespace {

constexpr auto look_again_after = std::chrono::milliseconds(250);

// As a program or a person reads them one after the other.
void print_each(Console& console, const CrashesCommand& command,
                const std::vector<ExitEvent>& crashes) {
  for (const ExitEvent& crash : crashes) {
    if (console.is_json()) {
      console.print(to_json(crash) + '\n');
    } else if (command.full) {
      console.print(crash_report(console, crash) + '\n');
    } else {
      console.print(crash_line(crash) + '\n');
    }
  }
}

void print_table(Console& console, const std::vector<ExitEvent>& crashes) {
  std::vector<std::vector<std::string>> rows;
  rows.reserve(crashes.size());
  for (const ExitEvent& crash : crashes) rows.push_back(crash_cells(crash));
  console.print(format_table(crash_columns(), rows, {.columns_max = console.columns()}));
}

// Returns when the node has ended, or the user has had enough.
Tried<ExitCode> follow(Console& console, const CrashesCommand& command, NodeClient& client,
                       CrashQuery query) {
  while (true) {
    auto crashes = client.crashes(query);
    if (!crashes && crashes.error().code == ErrorCode::unavailable) return ExitCode::ok;
    if (!crashes) return complain(std::move(crashes).error());
    print_each(console, command, *crashes);
    if (!crashes->empty()) query.after = crashes->back().number;
    if (crashes->size() < query.limit) std::this_thread::sleep_for(look_again_after);
  }
}

}  // namespace

Tried<ExitCode> crashes_command(Console& console, const CrashesCommand& command,
                                const NodeName& node) {
  auto chosen = choose_node(node);
  if (!chosen) return std::unexpected(std::move(chosen).error());
  if (command.follows) return follow(console, command, chosen->client, command.query);
  const auto crashes = chosen->client.crashes(command.query);
  if (!crashes) return complain(crashes.error());
  if (console.is_json()) {
    console.print(to_json(*crashes) + '\n');
  } else if (crashes->empty()) {
    console.note("no crashes");
  } else if (command.full) {
    print_each(console, command, *crashes);
  } else {
    print_table(console, *crashes);
  }
  return ExitCode::ok;
}

}  // namespace troupe
