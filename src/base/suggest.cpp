#include "base/suggest.hpp"

#include <algorithm>
#include <vector>

namespace troupe {
namespace {

constexpr std::size_t edits_max = 2;
// Longer words get no suggestion: the table below is quadratic, and a typo is in a short word.
constexpr std::size_t word_bytes_max = 128;

std::optional<std::string> only_one_with_the_same_beginning(
    std::string_view word, std::span<const std::string_view> candidates) {
  if (word.size() < 2) return std::nullopt;
  std::optional<std::string> found;
  for (const std::string_view candidate : candidates) {
    const bool same =
        candidate.starts_with(word) || (candidate.size() > 2 && word.starts_with(candidate));
    if (!same) continue;
    if (found) return std::nullopt;
    found = candidate;
  }
  return found;
}

}  // namespace

std::size_t edit_distance(std::string_view from, std::string_view into, std::size_t at_most) {
  const std::size_t longer = std::max(from.size(), into.size());
  const std::size_t shorter = std::min(from.size(), into.size());
  if (longer - shorter > at_most || longer > word_bytes_max) return at_most + 1;
  // Three rows of the classic table; two back is for the swap.
  std::vector<std::size_t> before(into.size() + 1);
  std::vector<std::size_t> last(into.size() + 1);
  std::vector<std::size_t> row(into.size() + 1);
  for (std::size_t column = 0; column <= into.size(); ++column) last[column] = column;
  for (std::size_t line = 1; line <= from.size(); ++line) {
    row[0] = line;
    for (std::size_t column = 1; column <= into.size(); ++column) {
      const std::size_t replace = from[line - 1] == into[column - 1] ? 0 : 1;
      row[column] = std::min({last[column] + 1, row[column - 1] + 1, last[column - 1] + replace});
      const bool swapped = line > 1 && column > 1 && from[line - 1] == into[column - 2] &&
                           from[line - 2] == into[column - 1];
      if (swapped) row[column] = std::min(row[column], before[column - 2] + 1);
    }
    std::swap(before, last);
    std::swap(last, row);
  }
  return std::min(last[into.size()], at_most + 1);
}

std::optional<std::string> nearest(std::string_view word,
                                   std::span<const std::string_view> candidates) {
  std::optional<std::string> best;
  std::size_t best_distance = edits_max + 1;
  for (const std::string_view candidate : candidates) {
    const std::size_t distance = edit_distance(word, candidate, edits_max);
    // Two edits make any word of two letters into any other.
    if (distance * 2 > std::max(word.size(), candidate.size())) continue;
    if (distance < best_distance) {
      best = candidate;
      best_distance = distance;
    }
  }
  if (best) return best;
  return only_one_with_the_same_beginning(word, candidates);
}

}  // namespace troupe
