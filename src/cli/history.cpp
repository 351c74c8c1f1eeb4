// What a node remembers, crashes and events, and what is added.

#include <chrono>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "base/format.hpp"
#include "base/sanitize.hpp"
#include "cli/commands.hpp"
#include "cli/crash_text.hpp"
#include "cli/nodes.hpp"
#include "cli/table.hpp"
#include "http/crash_json.hpp"
#include "http/event_json.hpp"

namespace troupe {
namespace {

constexpr auto look_again_after = std::chrono::milliseconds(250);

// Calls `print` with each record, now and when it comes. Returns when the node has ended.
template <typename Fetch, typename Print>
Tried<ExitCode> follow(HistoryQuery query, Fetch fetch, Print print) {
  while (true) {
    auto records = fetch(query);
    if (!records && records.error().code == ErrorCode::unavailable) return ExitCode::ok;
    if (!records) return complain(std::move(records).error());
    for (const auto& record : *records) print(record);
    if (!records->empty()) query.after = records->back().number;
    if (records->size() == query.limit) continue;  // There may be more.
    // tidy: allow(sleep) a node answers, and does not call
    std::this_thread::sleep_for(look_again_after);
  }
}

Style style_of(NodeEvent::Kind kind) {
  switch (kind) {
    case NodeEvent::Kind::crashed:
    case NodeEvent::Kind::escalated:
      return Style::red;
    case NodeEvent::Kind::limit:
    case NodeEvent::Kind::health:
    case NodeEvent::Kind::refused:
    case NodeEvent::Kind::hook:
    case NodeEvent::Kind::ending:
      return Style::yellow;
    case NodeEvent::Kind::started:
    case NodeEvent::Kind::restarted:
      return Style::green;
    case NodeEvent::Kind::stopped:
      return Style::dim;
  }
  return Style::plain;
}

std::string event_line(const Console& console, const NodeEvent& event) {
  std::string text = fmt::format(
      "{} {}", time_of_day(event.wall_ms),
      console.out_style(style_of(event.kind), fmt::format("{:<9}", to_string(event.kind))));
  if (!event.name.empty()) text += fmt::format(" {}", harmless(event.name));
  if (event.life > 0) text += fmt::format(" life {}", event.life);
  if (!event.text.empty()) text += fmt::format(": {}", harmless(event.text));
  return text;
}

}  // namespace

Tried<ExitCode> crashes_command(Console& console, const CrashesCommand& command,
                                const NodeName& node) {
  auto chosen = choose_node(node);
  if (!chosen) return std::unexpected(std::move(chosen).error());
  const auto print = [&](const ExitEvent& crash) {
    console.print((console.is_json() ? to_json(crash)
                   : command.full    ? crash_report(console, crash)
                                     : crash_line(crash)) +
                  '\n');
  };
  const auto fetch = [&](const HistoryQuery& query) { return chosen->client.crashes(query); };
  if (command.follows) return follow(command.query, fetch, print);
  const auto crashes = fetch(command.query);
  if (!crashes) return complain(crashes.error());
  if (console.is_json()) {
    console.print(to_json(*crashes) + '\n');
  } else if (crashes->empty()) {
    console.note("no crashes");
  } else if (command.full) {
    for (const ExitEvent& crash : *crashes) print(crash);
  } else {
    std::vector<std::vector<std::string>> rows;
    rows.reserve(crashes->size());
    for (const ExitEvent& crash : *crashes) rows.push_back(crash_cells(crash));
    console.print(format_table(crash_columns(), rows, {.columns_max = console.columns()}));
  }
  return ExitCode::ok;
}

Tried<ExitCode> events_command(Console& console, const EventsCommand& command,
                               const NodeName& node) {
  auto chosen = choose_node(node);
  if (!chosen) return std::unexpected(std::move(chosen).error());
  const auto print = [&](const NodeEvent& event) {
    console.print((console.is_json() ? to_json(event) : event_line(console, event)) + '\n');
  };
  const auto fetch = [&](const HistoryQuery& query) { return chosen->client.events(query); };
  if (command.follows) return follow(command.query, fetch, print);
  const auto events = fetch(command.query);
  if (!events) return complain(events.error());
  if (console.is_json()) {
    console.print(to_json(*events) + '\n');
  } else if (events->empty()) {
    console.note("no events");
  } else {
    for (const NodeEvent& event : *events) print(event);
  }
  return ExitCode::ok;
}

}  // namespace troupe
