#pragma once
// What app and component manifests have in common.

#include <functional>
#include <optional>

#include "manifest/manifest.hpp"
#include "manifest/table_reader.hpp"

namespace troupe {

[[nodiscard]] LimitsGiven read_limits(const TableReader& entry);
// `templates`: what may be spawned; null: any name.
[[nodiscard]] GrantLists read_grants(const TableReader& entry, const Choices* templates);
[[nodiscard]] std::vector<std::string> read_interfaces_off(const TableReader& entry);

// Checks size, syntax and schema, lets `read` look at the root table, and returns all errors.
Result<void> read_manifest(const ManifestText& manifest,
                           const std::function<void(const TableReader& root)>& read);

}  // namespace troupe
