#pragma once
// The program, from its arguments to its exit code.

#include <span>
#include <string>

namespace troupe {

// `arguments` without the program's name.
[[nodiscard]] int run_cli(std::span<const std::string> arguments);

}  // namespace troupe
