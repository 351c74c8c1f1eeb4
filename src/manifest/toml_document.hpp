#pragma once
// TOML text as a tree of plain values with their places in the file. The one user of toml++.

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace troupe {

// Lines and columns count from 1; columns count characters. 0: no place.
struct Place {
  std::uint32_t line = 0;
  std::uint32_t column = 0;
  std::uint32_t width = 1;  // Characters to be marked, on that line.

  friend bool operator==(const Place&, const Place&) = default;
};

struct TomlMember;

struct TomlValue {
  enum class Kind : std::uint8_t { string, integer, floating, boolean, date, array, table };

  Kind kind = Kind::table;
  Place place;
  std::string text;  // string; date: as written.
  std::int64_t integer = 0;
  double floating = 0;
  bool boolean = false;
  std::vector<TomlValue> items;     // array
  std::vector<TomlMember> members;  // table, in the order of the file.

  // The member of a table; null if there is none.
  [[nodiscard]] const TomlValue* find(std::string_view key) const;
};
// "a string", "a table"
[[nodiscard]] std::string_view to_string(TomlValue::Kind kind);

struct TomlMember {
  std::string key;
  Place place;  // Of the key, where it is first named.
  TomlValue value;
};

struct TomlProblem {
  Place place;
  std::string what;
};

// The root table, or the first thing that is not TOML.
// Bounds: refuses what is nested deeper than limits::manifest_depth_max.
[[nodiscard]] std::variant<TomlValue, TomlProblem> parse_toml(std::string_view text);

}  // namespace troupe
