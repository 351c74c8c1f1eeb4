#include <string>
#include <string_view>
#include <vector>

#include "base/format.hpp"
#include "base/sanitize.hpp"
#include "base/units.hpp"
#include "cli/commands.hpp"
#include "cli/nodes.hpp"
#include "cli/table.hpp"
#include "http/json.hpp"

namespace troupe {
namespace {

Style style_of(ActorState state) {
  switch (state) {
    case ActorState::failed:
      return Style::red;
    case ActorState::stopping:
    case ActorState::ended:
      return Style::dim;
    case ActorState::creating:
    case ActorState::starting:
      return Style::yellow;
    case ActorState::ready:
      return Style::plain;
  }
  return Style::plain;
}

std::vector<std::string> row_of(const ActorStatus& actor) {
  return {
      harmless(actor.name),
      std::string(to_string(actor.state)),
      fmt::format("{}", actor.lives),
      fmt::format("{}", actor.handled),
      fmt::format("{}", actor.queued),
      format_bytes(actor.memory_bytes),
      actor.last_exit ? harmless(to_string(*actor.last_exit)) : "-",
  };
}

// Lines are styled as a whole, after they were cut: escapes have no width.
std::string styled_lines(const Console& console, std::string_view table,
                         const std::vector<ActorStatus>& actors) {
  std::string text;
  for (std::size_t line = 0; !table.empty(); ++line) {
    const std::size_t end = table.find('\n');
    const Style style = line == 0 ? Style::bold : style_of(actors[line - 1].state);
    text += console.out_style(style, table.substr(0, end));
    text += '\n';
    table.remove_prefix(end + 1);
  }
  return text;
}

}  // namespace

Tried<ExitCode> ps_command(Console& console, const NodeName& node) {
  auto chosen = choose_node(node);
  if (!chosen) return std::unexpected(std::move(chosen).error());
  const auto actors = chosen->client.actors();
  if (!actors) return complain(actors.error());
  if (console.is_json()) {
    console.print(to_json(*actors) + '\n');
    return ExitCode::ok;
  }
  const std::vector<Column> columns{{"NAME"},
                                    {"STATE"},
                                    {"LIVES", Align::right},
                                    {"HANDLED", Align::right},
                                    {"QUEUED", Align::right},
                                    {"MEMORY", Align::right},
                                    {"LAST EXIT"}};
  std::vector<std::vector<std::string>> rows;
  rows.reserve(actors->size());
  for (const ActorStatus& actor : *actors) rows.push_back(row_of(actor));
  const std::string table = format_table(columns, rows, {.columns_max = console.columns()});
  console.print(styled_lines(console, table, *actors));
  return ExitCode::ok;
}

}  // namespace troupe
