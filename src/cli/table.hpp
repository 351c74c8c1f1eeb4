#pragma once
// A table in a terminal: columns as wide as they must be.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace troupe {

enum class Align : std::uint8_t { left, right };

struct Column {
  std::string title;
  Align align = Align::left;
};

struct TableOptions {
  // Longer lines lose their end, marked by "…". None: lines are as long as they are.
  std::optional<std::size_t> columns_max = std::nullopt;
};

// One line for the titles, one for each row, each with a newline. A row has a cell for each column.
// Cells are text on one line; a character counts as one column.
[[nodiscard]] std::string format_table(std::span<const Column> columns,
                                       std::span<const std::vector<std::string>> rows,
                                       TableOptions options = {});

}  // namespace troupe
