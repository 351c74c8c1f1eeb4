#pragma once
// A TOML table as JSON text, for guests that are configured by one.

#include <string>

#include "base/result.hpp"
#include "manifest/toml_document.hpp"

namespace troupe {

// Compact, members in the order of the file; dates as strings.
// Errors: invalid_argument for infinities and NaN, which JSON does not have.
[[nodiscard]] Result<std::string> to_json(const TomlValue& value);

}  // namespace troupe
