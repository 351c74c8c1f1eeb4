#pragma once
// "did you mean ...?"

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace troupe {

// The candidate that `word` was probably meant to be: the nearest within two edits (insert, delete,
// replace, swap neighbours) and at most half of its letters, else the one and only candidate
// that begins with `word`, or that `word` begins with. None if nothing is near.
[[nodiscard]] std::optional<std::string> nearest(std::string_view word,
                                                 std::span<const std::string_view> candidates);

// Edits that turn one word into the other: the optimal string alignment distance. More than
// `at_most` is reported as `at_most + 1`.
[[nodiscard]] std::size_t edit_distance(std::string_view from, std::string_view into,
                                        std::size_t at_most);

}  // namespace troupe
