#include "manifest/table_reader.hpp"

#include <algorithm>
#include <limits>
#include <utility>

#include "base/check.hpp"
#include "base/format.hpp"
#include "base/limits.hpp"
#include "base/sanitize.hpp"
#include "base/suggest.hpp"
#include "base/topic_filter.hpp"
#include "base/units.hpp"
#include "base/utf8.hpp"

namespace troupe {
namespace {

constexpr std::size_t quoted_bytes_max = 80;
constexpr std::size_t choices_shown_max = 20;

std::string quoted(std::string_view text) {
  const std::string_view shown = utf8_prefix(text, quoted_bytes_max);
  return fmt::format("'{}{}'", harmless(shown), shown.size() < text.size() ? "..." : "");
}

// "a string", with the value where it is short.
std::string described(const TomlValue& value) {
  switch (value.kind) {
    case TomlValue::Kind::integer:
      return fmt::format("the integer {}", value.integer);
    case TomlValue::Kind::string:
      return fmt::format("the string {}", quoted(value.text));
    case TomlValue::Kind::boolean:
      return value.boolean ? "the boolean true" : "the boolean false";
    case TomlValue::Kind::floating:
    case TomlValue::Kind::date:
    case TomlValue::Kind::array:
    case TomlValue::Kind::table:
      return std::string(to_string(value.kind));
  }
  CHECK(false, "a Kind has one of its named values");
}

bool is_bare(std::string_view key) { return is_topic(key) && !key.contains('.'); }

}  // namespace

std::string joined(std::string_view path, std::string_view key) {
  const std::string shown =
      is_bare(key) ? std::string(key)
                   : fmt::format("\"{}\"", harmless(utf8_prefix(key, quoted_bytes_max)));
  return path.empty() ? shown : fmt::format("{}.{}", path, shown);
}

TableReader::TableReader(const TomlValue& table, std::string path, Place place,
                         const TableSchema& schema, Diagnostics& diagnostics)
    : table_(table), path_(std::move(path)), schema_(schema), diagnostics_(diagnostics) {
  CHECK(table.kind == TomlValue::Kind::table);
  for (const TomlMember& member : table.members) {
    const bool is_known = std::ranges::find(schema.rows, std::string_view(member.key),
                                            &KeyRow::key) != schema.rows.end();
    if (!is_known) report_unknown(member);
  }
  for (const KeyRow& wanted : schema.rows) {
    if (wanted.fallback != required || table.find(wanted.key) != nullptr) continue;
    diagnostics.add({.place = place,
                     .key = path_,
                     .rule = fmt::format("'{}' is missing", wanted.key),
                     .help = {}});
  }
}

const KeyRow& TableReader::row(std::string_view key) const {
  const auto found = std::ranges::find(schema_.rows, key, &KeyRow::key);
  CHECK(found != schema_.rows.end(), "readers ask for keys of the schema");
  return *found;
}

const TomlMember* TableReader::find(std::string_view key) const {
  const auto found = std::ranges::find(table_.members, key, &TomlMember::key);
  return found == table_.members.end() ? nullptr : &*found;
}

const TomlMember* TableReader::find(std::string_view key, TomlValue::Kind kind) const {
  (void)row(key);
  const TomlMember* member = find(key);
  if (member == nullptr || member->value.kind == kind) return member;
  report(*member, fmt::format("expected {}, found {}", to_string(kind), described(member->value)));
  return nullptr;
}

void TableReader::report(const TomlMember& member, std::string rule, std::string help) const {
  // The value is what is wrong; a table has no better place than its key.
  const bool is_table = member.value.kind == TomlValue::Kind::table;
  const bool has_place = !is_table && member.value.place.line > 0;
  diagnostics_.add({.place = has_place ? member.value.place : member.place,
                    .key = joined(path_, member.key),
                    .rule = std::move(rule),
                    .help = std::move(help)});
}

void TableReader::report_unknown(const TomlMember& member) const {
  std::vector<std::string_view> keys;
  for (const KeyRow& known : schema_.rows) keys.push_back(known.key);
  diagnostics_.add({.place = member.place,
                    .key = joined(path_, member.key),
                    .rule = "unknown key",
                    .help = help({.word = member.key, .choices = {.what = "key", .names = keys}})});
}

std::string TableReader::help(const Wanted& wanted) const {
  // Not for errors that nobody will see: thousands of them, each with thousands of choices, take
  // minutes.
  if (diagnostics_.is_full()) return {};
  const auto& [what, names] = wanted.choices;
  if (const auto near = nearest(wanted.word, names))
    return fmt::format("did you mean '{}'?", *near);
  if (names.empty() || names.size() > choices_shown_max) return {};
  return fmt::format("known {}s: {}", what, fmt::join(names, ", "));
}

void TableReader::report_range(const TomlMember& member, const KeyRow& wanted,
                               std::string_view given) const {
  report(member, fmt::format("{} is out of range; allowed: {}", given, range_text(wanted)));
}

void TableReader::report_item(std::string_view key, const TomlValue& item, std::string rule,
                              std::string help) const {
  diagnostics_.add({.place = item.place,
                    .key = joined(path_, key),
                    .rule = std::move(rule),
                    .help = std::move(help)});
}

std::optional<std::string> TableReader::text(std::string_view key) const {
  const TomlMember* member = find(key, TomlValue::Kind::string);
  if (member == nullptr) return std::nullopt;
  return member->value.text;
}

std::optional<std::string> TableReader::text(std::string_view key, const TextRule& rule) const {
  const TomlMember* member = find(key, TomlValue::Kind::string);
  if (member == nullptr) return std::nullopt;
  if (rule.holds(member->value.text)) return member->value.text;
  report(*member,
         fmt::format("{} is not allowed; expected {}", quoted(member->value.text), rule.rule));
  return std::nullopt;
}

std::optional<std::string> TableReader::choice(std::string_view key, const Choices& choices) const {
  const TomlMember* member = find(key, TomlValue::Kind::string);
  if (member == nullptr) return std::nullopt;
  const std::string& text = member->value.text;
  if (std::ranges::find(choices.names, text) != choices.names.end()) return text;
  report(*member, fmt::format("there is no {} {}", choices.what, quoted(text)),
         help({.word = text, .choices = choices}));
  return std::nullopt;
}

std::optional<std::uint64_t> TableReader::number(std::string_view key) const {
  const KeyRow& wanted = row(key);
  const TomlMember* member = find(key);
  if (member == nullptr) return std::nullopt;
  const TomlValue& value = member->value;
  std::uint64_t number = 0;
  if (value.kind == TomlValue::Kind::integer) {
    if (value.integer < 0) {
      report_range(*member, wanted, fmt::format("{}", value.integer));
      return std::nullopt;
    }
    number = static_cast<std::uint64_t>(value.integer);
  } else if (value.kind == TomlValue::Kind::string && wanted.type == KeyType::size) {
    const auto parsed = parse_bytes(value.text);
    if (!parsed) {
      report(*member, parsed.error().message);
      return std::nullopt;
    }
    number = *parsed;
  } else {
    const std::string_view expected =
        wanted.type == KeyType::size ? "a size such as \"64KiB\"" : "an integer";
    report(*member, fmt::format("expected {}, found {}", expected, described(value)));
    return std::nullopt;
  }
  if (number < wanted.min || number > wanted.max) {
    const bool is_text = value.kind == TomlValue::Kind::string;
    report_range(*member, wanted, is_text ? quoted(value.text) : fmt::format("{}", value.integer));
    return std::nullopt;
  }
  return number;
}

std::optional<std::uint32_t> TableReader::number32(std::string_view key) const {
  CHECK(row(key).max <= std::numeric_limits<std::uint32_t>::max());
  const auto wide = number(key);
  if (!wide) return std::nullopt;
  return static_cast<std::uint32_t>(*wide);
}

std::optional<Duration> TableReader::duration(std::string_view key) const {
  const KeyRow& wanted = row(key);
  const TomlMember* member = find(key);
  if (member == nullptr) return std::nullopt;
  if (member->value.kind != TomlValue::Kind::string) {
    const bool is_integer = member->value.kind == TomlValue::Kind::integer;
    report(*member,
           fmt::format("expected a duration such as \"250ms\", found {}", described(member->value)),
           is_integer ? "put it in quotes, with its unit" : "");
    return std::nullopt;
  }
  const auto parsed = parse_duration(member->value.text);
  if (!parsed) {
    report(*member, parsed.error().message);
    return std::nullopt;
  }
  const Duration min = std::chrono::milliseconds(wanted.min);
  const Duration max = std::chrono::milliseconds(wanted.max);
  if (*parsed < min || *parsed > max) {
    report_range(*member, wanted, quoted(member->value.text));
    return std::nullopt;
  }
  return *parsed;
}

void TableReader::report_duplicates(std::string_view key) const {
  std::vector<std::string_view> seen;
  for (const TomlValue& item : find(key)->value.items) {
    if (item.kind != TomlValue::Kind::string) continue;
    if (std::ranges::find(seen, item.text) != seen.end()) {
      report_item(key, item, fmt::format("{} is listed twice", quoted(item.text)), {});
    }
    seen.push_back(item.text);
  }
}

std::vector<std::string> TableReader::list(std::string_view key, const TextRule& rule) const {
  const TomlMember* member = find(key, TomlValue::Kind::array);
  if (member == nullptr) return {};
  if (member->value.items.size() > limits::grants_max) {
    report(*member, fmt::format("{} entries; at most {} are allowed", member->value.items.size(),
                                limits::grants_max));
    return {};
  }
  std::vector<std::string> entries;
  for (const TomlValue& item : member->value.items) {
    if (item.kind != TomlValue::Kind::string) {
      report_item(key, item, fmt::format("expected a string, found {}", described(item)), {});
    } else if (!rule.holds(item.text)) {
      report_item(key, item,
                  fmt::format("{} is not allowed; expected {}", quoted(item.text), rule.rule), {});
    } else {
      entries.push_back(item.text);
    }
  }
  report_duplicates(key);
  return entries;
}

std::vector<std::string> TableReader::list(std::string_view key, const Choices& choices) const {
  const auto any = list(key, TextRule{.holds = [](std::string_view) { return true; }, .rule = {}});
  if (any.empty()) return any;
  for (const TomlValue& item : find(key)->value.items) {
    if (item.kind != TomlValue::Kind::string) continue;
    if (std::ranges::find(choices.names, item.text) != choices.names.end()) continue;
    report_item(key, item, fmt::format("there is no {} {}", choices.what, quoted(item.text)),
                help({.word = item.text, .choices = choices}));
  }
  return any;
}

std::optional<TableReader> TableReader::table(std::string_view key,
                                              const TableSchema& schema) const {
  const TomlMember* member = find(key, TomlValue::Kind::table);
  if (member == nullptr) return std::nullopt;
  return TableReader(member->value, joined(path_, key), member->place, schema, diagnostics_);
}

const std::vector<TomlMember>& TableReader::members(std::string_view key) const {
  static const std::vector<TomlMember> none;
  const TomlMember* member = find(key, TomlValue::Kind::table);
  return member == nullptr ? none : member->value.members;
}

}  // namespace troupe
