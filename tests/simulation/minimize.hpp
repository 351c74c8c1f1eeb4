#pragma once
// Which few of many faults are enough for a run to fail.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <utility>
#include <vector>

namespace troupe::simulation {

// A list of which none can be left out, with some luck a short one. REQUIRES: `fails(numbers)`.
// Method: A. Zeller, R. Hildebrandt, "Simplifying and isolating failure-inducing input", 2002:
//         ddmin, by complements; then the same with single faults until nothing changes.
[[nodiscard]] inline std::vector<std::uint32_t> minimized(
    std::vector<std::uint32_t> numbers,
    const std::function<bool(const std::vector<std::uint32_t>&)>& fails) {
  std::size_t parts = 2;
  while (!numbers.empty()) {
    const std::size_t size = std::max<std::size_t>(1, (numbers.size() + parts - 1) / parts);
    bool is_smaller = false;
    for (std::size_t from = 0; from < numbers.size(); from += size) {
      const auto begin = numbers.begin() + static_cast<std::ptrdiff_t>(from);
      const auto end =
          numbers.begin() + static_cast<std::ptrdiff_t>(std::min(numbers.size(), from + size));
      std::vector<std::uint32_t> rest(numbers.begin(), begin);
      rest.insert(rest.end(), end, numbers.end());
      if (!fails(rest)) continue;
      numbers = std::move(rest);
      parts = std::max<std::size_t>(2, parts - 1);
      is_smaller = true;
      break;
    }
    if (is_smaller) continue;
    if (size == 1) break;
    parts = std::min(numbers.size(), parts * 2);
  }
  return numbers;
}

}  // namespace troupe::simulation
