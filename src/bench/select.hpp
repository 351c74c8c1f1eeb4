#pragma once
// Which rows are meant: `W1` is W1 and W1/..., but not W10.

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "bench/row.hpp"

namespace troupe::bench {

// Rows of one block that are wanted, in the block's order.
struct Selection {
  const Block* block = nullptr;
  std::vector<RowInfo> rows;
};

// Whether `filter` means this row: its id, the beginning of its id up to a '/', or its block.
[[nodiscard]] bool matches(std::string_view filter, const Block& block, std::string_view id);

// No filter: all rows.
[[nodiscard]] std::vector<Selection> select(std::span<const Block* const> blocks,
                                            std::span<const std::string> filters);

// Those rows, and those that they are multiples of.
[[nodiscard]] std::vector<std::string> ids_to_measure(const Selection& selection);

}  // namespace troupe::bench
