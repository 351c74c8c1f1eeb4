#pragma once
// Every key of schema 1, once: the reader, its error messages and docs/manifest.md go by this
// table.

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace troupe {

enum class KeyType : std::uint8_t {
  text,      // A string.
  integer,   // min .. max
  size,      // A string such as "64KiB", or an integer of bytes; min .. max bytes.
  duration,  // A string such as "250ms"; min .. max milliseconds.
  list,      // A list of strings.
  table,     // A table with keys of its own.
  config,    // A string or a table.
};

struct KeyRow {
  std::string_view key;  // Within its table.
  KeyType type = KeyType::text;
  std::string_view fallback;  // What holds without it, as docs show it; `required` if nothing does.
  std::uint64_t min = 0;
  std::uint64_t max = 0;
  std::string_view meaning;
};

inline constexpr std::string_view required = "required";

// A table of the file and the keys it may have. NAME stands for names the author chooses.
struct TableSchema {
  std::string_view path;  // "app.actors.NAME"
  std::span<const KeyRow> rows;
};

[[nodiscard]] const TableSchema& root_schema();
[[nodiscard]] const TableSchema& app_schema();
[[nodiscard]] const TableSchema& supervisor_schema();
[[nodiscard]] const TableSchema& actor_schema();
[[nodiscard]] const TableSchema& template_schema();
[[nodiscard]] const TableSchema& grants_schema();
[[nodiscard]] const TableSchema& mailbox_schema();
[[nodiscard]] const TableSchema& limits_schema();
[[nodiscard]] const TableSchema& health_schema();
[[nodiscard]] const TableSchema& children_schema();
[[nodiscard]] const TableSchema& component_schema();

// All of them, in the order in which docs show them.
[[nodiscard]] std::span<const TableSchema* const> all_schemas();

// "1 .. 1000", "1ms .. 5m", "1B .. 1GiB"; empty for types without a range.
[[nodiscard]] std::string range_text(const KeyRow& row);
// The row of docs/manifest.md: "| `memory` | size | 64MiB | 1B .. 4GiB | ... |"
[[nodiscard]] std::string markdown_row(const KeyRow& row);

}  // namespace troupe
