#pragma once
// The supervision tree as text: each supervisor with those below it, or with what it has decided.
// Pure.

#include <optional>
#include <span>
#include <string>

#include "troupe/status.hpp"
#include "troupe/supervisor_status.hpp"

namespace troupe {

// A table whose first column is the tree. Below a supervisor its actors come first, in the order in
// which they are given, each with those it has spawned. Who is below nobody known comes last.
[[nodiscard]] std::string tree_text(std::span<const SupervisorStatus> supervisors,
                                    std::span<const ActorStatus> actors,
                                    std::optional<std::size_t> columns_max);

// A table of what each supervisor has decided of late, oldest first.
[[nodiscard]] std::string decisions_text(std::span<const SupervisorStatus> supervisors,
                                         std::optional<std::size_t> columns_max);

}  // namespace troupe
