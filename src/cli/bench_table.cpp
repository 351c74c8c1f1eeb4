#include "cli/bench_table.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <set>
#include <utility>
#include <vector>

#include "base/format.hpp"
#include "base/sanitize.hpp"
#include "cli/table.hpp"

namespace troupe {
namespace {

using bench::Contest;
using bench::ResultRow;
using bench::Stability;

// Three digits that count.
std::string digits(double value) {
  const double size = std::abs(value);
  if (size >= 100 || size == 0) return fmt::format("{:.0f}", value);
  if (size >= 10) return fmt::format("{:.1f}", value);
  return size >= 1 ? fmt::format("{:.2f}", value) : fmt::format("{:.3f}", value);
}

struct Step {
  double size;
  std::string_view name;
};

std::string scaled(double value, std::span<const Step> steps) {
  const Step* step = &steps.front();
  for (const Step& larger : steps)
    if (std::abs(value) >= larger.size) step = &larger;
  return fmt::format("{} {}", digits(value / step->size), step->name);
}

constexpr std::array times = {Step{1, "ns"}, Step{1e3, "us"}, Step{1e6, "ms"}, Step{1e9, "s"}};
constexpr std::array sizes = {Step{1, "B"}, Step{1024, "KiB"}, Step{1024.0 * 1024, "MiB"},
                              Step{1024.0 * 1024 * 1024, "GiB"}};
constexpr std::array rates = {Step{1, "/s"}, Step{1e3, "k/s"}, Step{1e6, "M/s"}};

std::string_view status_text(const ResultRow& row) {
  switch (row.status) {
    case Stability::stable:
      return "stable";
    case Stability::unstable:
      return "unstable";
    case Stability::unknown:
      break;
  }
  return row.processes < 2 ? "one run" : "unknown";
}

std::string value_text(const ResultRow& row) {
  std::string text = figure_text(row.value, row.unit);
  if (row.ns) text += fmt::format(" ({})", figure_text(*row.ns, "ns"));
  return text;
}

std::string verdict_text(const ResultRow& row) {
  if (!row.goal && !row.peer_goal) return "";
  return fmt::format("{} {} {}", row.better == bench::Better::lower ? "<=" : ">=",
                     goal_text({.own = row.goal, .of_peer = row.peer_goal, .unit = row.unit}),
                     bench::verdict_on_goal(row));
}

std::string name_of(const ResultRow& row) {
  return row.peer.empty() ? row.id : fmt::format("{} by {}", row.id, harmless(row.peer));
}

std::string remarks_on(const ResultRow& row) {
  std::string text;
  const auto add = [&](std::string_view what) {
    text += fmt::format("  {}: {}\n", name_of(row), what);
  };
  if (!row.failed.empty()) add(fmt::format("FAILED: {}", harmless(row.failed)));
  if (row.beside) {
    add(fmt::format("{} times {} [{}, {}]", digits(row.beside->times), harmless(row.beside->peer),
                    digits(row.beside->low), digits(row.beside->high)));
  }
  if (row.cache_lines)
    add(fmt::format("{} times a cache line's round trip", digits(*row.cache_lines)));
  if (row.has_modes) add("its samples have more than one mode; no single number describes them");
  return text;
}

// One line, however many rows: a machine that moves does so beside most of them.
std::string moved_text(std::span<const ResultRow> rows) {
  std::size_t count = 0;
  std::set<std::string> probes;
  for (const ResultRow& row : rows) {
    if (!row.moved.empty()) ++count;
    probes.insert(row.moved.begin(), row.moved.end());
  }
  if (count == 0) return {};
  return fmt::format("  {} of {} rows: the machine did not hold still beside them ({})\n", count,
                     rows.size(), fmt::join(probes, ", "));
}

Style style_of(const ResultRow& row) {
  if (bench::verdict_on_goal(row) == "missed") return Style::red;
  return row.status == Stability::unstable ? Style::yellow : Style::plain;
}

// "tokio" of "tokio/current-thread".
std::string language_of(std::string_view peer) { return harmless(peer.substr(0, peer.find('/'))); }

std::string to_upper(std::string text) {
  for (char& letter : text)
    if (letter >= 'a' && letter <= 'z') letter = static_cast<char>(letter - 'a' + 'A');
  return text;
}

Style style_of(Contest::Outcome outcome) {
  switch (outcome) {
    case Contest::Outcome::worse:
      return Style::red;
    case Contest::Outcome::better:
      return Style::green;
    case Contest::Outcome::unstable:
    case Contest::Outcome::missing:
      return Style::yellow;
    case Contest::Outcome::same:
      break;
  }
  return Style::plain;
}

// Lines are styled as a whole, after they were cut: escapes have no width.
std::string styled(const Console& console, std::string_view table,
                   const std::vector<Style>& styles) {
  std::string text;
  for (std::size_t line = 0; !table.empty(); ++line) {
    const std::size_t end = table.find('\n');
    text += console.out_style(line == 0 ? Style::bold : styles[line - 1], table.substr(0, end));
    text += '\n';
    table.remove_prefix(end + 1);
  }
  return text;
}

}  // namespace

std::string figure_text(double value, std::string_view unit) {
  if (unit == "ns") return scaled(value, times);
  if (unit == "bytes") return scaled(value, sizes);
  if (unit == "1/s") return scaled(value, rates);
  if (unit == "x") return digits(value) + "x";
  return fmt::format("{} {}", digits(value), unit);
}

std::string goal_text(const Goal& goal) {
  if (goal.own) return figure_text(*goal.own, goal.unit);
  return goal.of_peer ? digits(*goal.of_peer) + "x peer" : "";
}

std::string percent_text(double share) { return fmt::format("{:.1f} %", share * 100); }

std::string result_table(const Console& console, std::span<const ResultRow> rows) {
  const std::vector<Column> columns{{"ROW"},
                                    {"VALUE", Align::right},
                                    {"95 % INTERVAL", Align::right},
                                    {"SPREAD", Align::right},
                                    {"STATUS"},
                                    {"GOAL"}};
  std::vector<std::vector<std::string>> cells;
  std::vector<Style> styles;
  std::string remarks;
  for (const ResultRow& row : rows) {
    remarks += remarks_on(row);
    if (!row.failed.empty()) continue;
    cells.push_back(
        {name_of(row), value_text(row),
         fmt::format("[{}, {}]", figure_text(row.low, row.unit), figure_text(row.high, row.unit)),
         row.spread ? percent_text(*row.spread) : "", std::string(status_text(row)),
         verdict_text(row)});
    styles.push_back(style_of(row));
  }
  remarks += moved_text(rows);
  std::string text =
      styled(console, format_table(columns, cells, {.columns_max = console.columns()}), styles);
  if (!remarks.empty()) text += '\n' + remarks;
  return text;
}

std::string peer_table(const Console& console, std::span<const ResultRow> rows) {
  std::set<std::string> names;
  for (const ResultRow& row : rows)
    for (const bench::PeerFigure& figure : row.peers) names.insert(language_of(figure.peer));
  if (names.empty()) return {};
  std::vector<Column> columns{{"ROW"}, {"OURS", Align::right}};
  for (const std::string& name : names) columns.push_back({to_upper(name), Align::right});
  columns.push_back({"TIMES", Align::right});
  columns.push_back({"THE BEST"});
  columns.push_back({"GOAL"});
  std::vector<std::vector<std::string>> cells;
  std::vector<Style> styles;
  for (const ResultRow& row : rows) {
    if (row.peers.empty() || !row.failed.empty()) continue;
    // A multiple of something of ours is none of a peer's: its time is what compares.
    const std::string_view unit = row.ns ? "ns" : std::string_view(row.unit);
    std::vector<std::string> line{row.id, figure_text(row.ns.value_or(row.value), unit)};
    for (const std::string& name : names) {
      const auto found = std::ranges::find(
          row.peers, name, [](const auto& figure) { return language_of(figure.peer); });
      line.push_back(found == row.peers.end() ? "" : figure_text(found->value, unit));
    }
    line.push_back(row.beside ? digits(row.beside->times) + "x" : "");
    line.push_back(row.beside ? harmless(row.beside->peer) : "");
    // TIMES stands beside it, and is no multiple of that.
    line.push_back(row.goal && row.ns ? fmt::format("{} (of {})", verdict_text(row), row.base)
                                      : verdict_text(row));
    cells.push_back(std::move(line));
    styles.push_back(style_of(row));
  }
  return styled(console, format_table(columns, cells, {.columns_max = console.columns()}), styles);
}

std::string contest_table(const Console& console, std::span<const Contest> contests) {
  const std::vector<Column> columns{{"ROW"},
                                    {"TIMES", Align::right},
                                    {"95 % INTERVAL", Align::right},
                                    {"P", Align::right},
                                    {"OUTCOME"}};
  std::vector<std::vector<std::string>> cells;
  std::vector<Style> styles;
  for (const Contest& one : contests) {
    styles.push_back(style_of(one.outcome));
    if (one.outcome == Contest::Outcome::missing) {
      cells.push_back({one.id, "", "", "", fmt::format("missing: {}", harmless(one.why))});
      continue;
    }
    cells.push_back({one.id, fmt::format("{:.3f}", one.times),
                     fmt::format("[{:.3f}, {:.3f}]", one.low, one.high),
                     fmt::format("{:.3f}", one.p_value), std::string(to_string(one.outcome))});
  }
  return styled(console, format_table(columns, cells, {.columns_max = console.columns()}), styles);
}

}  // namespace troupe
