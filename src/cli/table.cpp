#include "cli/table.hpp"

#include <algorithm>
#include <string_view>

#include "base/check.hpp"

namespace troupe {
namespace {

constexpr std::size_t gap = 2;

bool is_continuation(char c) { return (static_cast<unsigned char>(c) & 0xC0U) == 0x80U; }

std::size_t width_of(std::string_view text) {
  return static_cast<std::size_t>(
      std::ranges::count_if(text, [](char c) { return !is_continuation(c); }));
}

// The first `count` characters.
std::string_view prefix(std::string_view text, std::size_t count) {
  std::size_t end = 0;
  while (end < text.size() && (count > 0 || is_continuation(text[end]))) {
    if (!is_continuation(text[end])) --count;
    ++end;
  }
  return text.substr(0, end);
}

std::string cut(std::string line, std::optional<std::size_t> columns_max) {
  while (line.ends_with(' ')) line.pop_back();
  if (columns_max && width_of(line) > *columns_max && *columns_max > 0)
    line = std::string(prefix(line, *columns_max - 1)) + "…";
  line += '\n';
  return line;
}

}  // namespace

std::string format_table(std::span<const Column> columns,
                         std::span<const std::vector<std::string>> rows, TableOptions options) {
  std::vector<std::size_t> widths;
  for (const Column& column : columns) widths.push_back(width_of(column.title));
  for (const auto& row : rows) {
    CHECK(row.size() == columns.size(), "a row has a cell for each column");
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], width_of(row[i]));
  }
  const auto append = [&](std::string& line, std::size_t i, std::string_view cell) {
    const std::string padding(widths[i] - width_of(cell), ' ');
    if (i > 0) line.append(gap, ' ');
    if (columns[i].align == Align::right) line += padding;
    line += cell;
    if (columns[i].align == Align::left) line += padding;
  };
  std::string line;
  for (std::size_t i = 0; i < columns.size(); ++i) append(line, i, columns[i].title);
  std::string table = cut(std::move(line), options.columns_max);
  for (const auto& row : rows) {
    line.clear();
    for (std::size_t i = 0; i < row.size(); ++i) append(line, i, row[i]);
    table += cut(std::move(line), options.columns_max);
  }
  return table;
}

}  // namespace troupe
