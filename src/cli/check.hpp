#pragma once
// What `troupe check` shows of a file that is good: who would be started, and below whom. Pure.

#include <cstddef>
#include <optional>
#include <string>

#include "cli/run_plan.hpp"

namespace troupe {

// A line, and a table whose first column is the tree of supervisors: of each first its actors in
// the order of their start, then the supervisors below it; templates come last.
[[nodiscard]] std::string checked_text(const RunPlan& plan, std::optional<std::size_t> columns_max);

// The same as an object.
[[nodiscard]] std::string checked_json(const RunPlan& plan);

}  // namespace troupe
