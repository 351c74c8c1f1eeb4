#include "bench/select.hpp"

#include <algorithm>
#include <utility>

namespace troupe::bench {

bool Request::wants(std::string_view id) const {
  return ids.empty() || std::ranges::find(ids, id) != ids.end();
}

bool matches(std::string_view filter, const Block& block, std::string_view id) {
  if (filter == block.name || filter == id) return true;
  if (filter.ends_with('/')) filter.remove_suffix(1);
  return id.starts_with(filter) && id.substr(filter.size()).starts_with('/');
}

std::vector<Selection> select(std::span<const Block* const> blocks,
                              std::span<const std::string> filters) {
  std::vector<Selection> selections;
  for (const Block* block : blocks) {
    Selection selection{.block = block, .rows = {}};
    for (RowInfo& row : block->rows()) {
      const bool is_wanted =
          filters.empty() || std::ranges::any_of(filters, [&](const std::string& filter) {
            return matches(filter, *block, row.id);
          });
      if (is_wanted) selection.rows.push_back(std::move(row));
    }
    if (!selection.rows.empty()) selections.push_back(std::move(selection));
  }
  return selections;
}

std::vector<std::string> ids_to_measure(const Selection& selection) {
  std::vector<std::string> ids;
  const auto add = [&ids](const std::string& id) {
    if (!id.empty() && std::ranges::find(ids, id) == ids.end()) ids.push_back(id);
  };
  for (const RowInfo& row : selection.rows) {
    add(row.base);
    add(row.id);
  }
  return ids;
}

}  // namespace troupe::bench
