#include <chrono>
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

Style style_of(const ActorStatus& actor) {
  switch (actor.state) {
    case ActorState::failed:
      return Style::red;
    case ActorState::stopping:
    case ActorState::ended:
      return Style::dim;
    case ActorState::creating:
    case ActorState::starting:
      return Style::yellow;
    case ActorState::ready:
      if (actor.health.status == HealthStatus::unhealthy) return Style::red;
      return actor.health.status == HealthStatus::degraded ? Style::yellow : Style::plain;
  }
  return Style::plain;
}

// Whole, in the largest unit that is at least 1.
std::string short_age(Duration age) {
  using std::chrono::duration_cast;
  if (const auto days = duration_cast<std::chrono::days>(age); days.count() > 0)
    return fmt::format("{}d", days.count());
  if (const auto hours = duration_cast<std::chrono::hours>(age); hours.count() > 0)
    return fmt::format("{}h", hours.count());
  if (const auto minutes = duration_cast<std::chrono::minutes>(age); minutes.count() > 0)
    return fmt::format("{}m", minutes.count());
  return fmt::format("{}s", duration_cast<std::chrono::seconds>(age).count());
}

// Between lives, and on the way in or out, its state says it all.
bool is_unwell(const ActorStatus& actor) {
  return actor.state == ActorState::ready && actor.health.status != HealthStatus::healthy;
}

std::vector<std::string> row_of(const ActorStatus& actor) {
  return {
      harmless(actor.name),
      is_unwell(actor)
          ? fmt::format("{}, {}", to_string(actor.state), to_string(actor.health.status))
          : std::string(to_string(actor.state)),
      fmt::format("{}", actor.lives),
      short_age(actor.age),
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
    const Style style = line == 0 ? Style::bold : style_of(actors[line - 1]);
    text += console.out_style(style, table.substr(0, end));
    text += '\n';
    table.remove_prefix(end + 1);
  }
  return text;
}

// What is not in the list goes to standard error: the list may be read by a program.
void tell_the_rest(Console& console, const ActorList& list, std::size_t limit) {
  if (list.more > 0 && console.is_json()) {
    console.note(fmt::format(R"({{"more":{}}})", list.more));
  } else if (list.more > 0) {
    console.note(fmt::format("{} more; a pattern shows fewer, --limit {} all of them", list.more,
                             limit + list.more));
  } else if (list.actors.empty() && !console.is_json()) {
    console.note("no actor fits");
  }
}

}  // namespace

Tried<ExitCode> ps_command(Console& console, const PsCommand& command, const NodeName& node) {
  auto chosen = choose_node(node);
  if (!chosen) return std::unexpected(std::move(chosen).error());
  const auto list = chosen->client.actors(command.query);
  if (!list) return complain(list.error());
  if (console.is_json()) {
    console.print(to_json(list->actors) + '\n');
    tell_the_rest(console, *list, command.query.limit);
    return ExitCode::ok;
  }
  const std::vector<Column> columns{{"NAME"},
                                    {"STATE"},
                                    {"LIVES", Align::right},
                                    {"AGE", Align::right},
                                    {"HANDLED", Align::right},
                                    {"QUEUED", Align::right},
                                    {"MEMORY", Align::right},
                                    {"LAST EXIT"}};
  std::vector<std::vector<std::string>> rows;
  rows.reserve(list->actors.size());
  for (const ActorStatus& actor : list->actors) rows.push_back(row_of(actor));
  const std::string table = format_table(columns, rows, {.columns_max = console.columns()});
  console.print(styled_lines(console, table, list->actors));
  tell_the_rest(console, *list, command.query.limit);
  return ExitCode::ok;
}

}  // namespace troupe
