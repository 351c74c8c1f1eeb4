#pragma once
// Reads one table of a manifest by its schema, and reports what does not fit.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "manifest/diagnostics.hpp"
#include "manifest/schema.hpp"
#include "manifest/toml_document.hpp"
#include "troupe/time.hpp"

namespace troupe {

// A key path and one more key; quoted where the key is not a bare one.
[[nodiscard]] std::string joined(std::string_view path, std::string_view key);

// What a text must be.
struct TextRule {
  bool (*holds)(std::string_view);
  std::string_view rule;  // "1 to 63 characters: ..."
};

// Names that a key may refer to.
struct Choices {
  std::string_view what;  // "component", "supervisor"
  const std::vector<std::string_view>& names;
};

// Keys that are missing, of the wrong type or out of range read as none; each is reported once.
//
// Thread: one at a time.
class TableReader {
 public:
  // Reports unknown keys and missing ones that are required. `table` is a table and, like the rest,
  // outlives the reader.
  TableReader(const TomlValue& table, std::string path, Place place, const TableSchema& schema,
              Diagnostics& diagnostics);

  [[nodiscard]] std::optional<std::string> text(std::string_view key) const;
  [[nodiscard]] std::optional<std::string> text(std::string_view key, const TextRule& rule) const;
  // A text that is one of the choices; reported with the nearest.
  [[nodiscard]] std::optional<std::string> choice(std::string_view key,
                                                  const Choices& choices) const;
  // For rows of type integer and size.
  [[nodiscard]] std::optional<std::uint64_t> number(std::string_view key) const;
  [[nodiscard]] std::optional<std::uint32_t> number32(std::string_view key) const;
  [[nodiscard]] std::optional<Duration> duration(std::string_view key) const;
  // Each entry once, at most limits::grants_max.
  [[nodiscard]] std::vector<std::string> list(std::string_view key, const TextRule& rule) const;
  [[nodiscard]] std::vector<std::string> list(std::string_view key, const Choices& choices) const;
  // The reader of a table below; none if the key is not there.
  [[nodiscard]] std::optional<TableReader> table(std::string_view key,
                                                 const TableSchema& schema) const;
  // Members of a table whose keys the author chooses; none if the key is not there.
  [[nodiscard]] const std::vector<TomlMember>& members(std::string_view key) const;

  // The member as it is; null if it is not there.
  [[nodiscard]] const TomlMember* find(std::string_view key) const;
  void report(const TomlMember& member, std::string rule, std::string help = {}) const;

  [[nodiscard]] const std::string& path() const { return path_; }
  [[nodiscard]] Diagnostics& diagnostics() const { return diagnostics_; }

 private:
  [[nodiscard]] const KeyRow& row(std::string_view key) const;
  [[nodiscard]] const TomlMember* find(std::string_view key, TomlValue::Kind kind) const;
  void report_unknown(const TomlMember& member) const;
  // "did you mean 'x'?", or the choices where nothing is near and they are few. Empty if there is
  // nothing to say.
  struct Wanted {
    std::string_view word;
    const Choices& choices;
  };
  [[nodiscard]] std::string help(const Wanted& wanted) const;
  void report_range(const TomlMember& member, const KeyRow& wanted, std::string_view given) const;
  void report_item(std::string_view key, const TomlValue& item, std::string rule,
                   std::string help) const;
  void report_duplicates(std::string_view key) const;

  const TomlValue& table_;
  std::string path_;
  const TableSchema& schema_;
  Diagnostics& diagnostics_;
};

}  // namespace troupe
