#include "manifest/toml_document.hpp"

#include <algorithm>
#include <array>
#include <exception>
#include <optional>
#include <sstream>
#include <tuple>

#include <toml++/toml.h>

#include "base/check.hpp"
#include "base/format.hpp"
#include "base/limits.hpp"
#include "base/sanitize.hpp"

namespace troupe {
namespace {

Place place_of(const toml::source_region& region) {
  Place place{.line = region.begin.line, .column = region.begin.column, .width = 1};
  if (region.end.line == region.begin.line && region.end.column > region.begin.column) {
    place.width = region.end.column - region.begin.column;
  }
  return place;
}

// Finds where brackets or dotted keys nest too deeply, without recursion: toml++ and our own tree
// are built and destroyed recursively, and `a.a.a...` of a megabyte would overflow the stack.
class DepthScanner {
 public:
  explicit DepthScanner(std::string_view text) : text_(text) {}

  std::optional<Place> find() {
    while (at_ < text_.size()) {
      const char byte = text_[at_];
      if (byte == '#') {
        skip_comment();
      } else if (byte == '"' || byte == '\'') {
        skip_string(byte);
      } else if (!take(byte)) {
        return place();
      }
    }
    return std::nullopt;
  }

 private:
  // False where it is too deep.
  bool take(char byte) {
    switch (byte) {
      case '.':
        ++dots_;
        break;
      case '[':
      case '{':
        ++brackets_;
        dots_ = 0;
        break;
      case ']':
      case '}':
        if (brackets_ > 0) --brackets_;
        dots_ = 0;
        break;
      case '=':
      case ',':
      case '\n':
        dots_ = 0;
        break;
      default:
        break;
    }
    if (dots_ > limits::manifest_depth_max || brackets_ > limits::manifest_depth_max) return false;
    ++at_;
    return true;
  }

  void skip_comment() { at_ = std::min(text_.find('\n', at_), text_.size()); }

  void skip_string(char quote) {
    const std::string triple(3, quote);
    const bool is_long = text_.substr(at_).starts_with(triple);
    at_ += is_long ? 3 : 1;
    while (at_ < text_.size()) {
      const char byte = text_[at_];
      if (byte == '\\' && quote == '"') {
        at_ += 2;
      } else if (is_long && text_.substr(at_).starts_with(triple)) {
        at_ += 3;
        return;
      } else if (!is_long && (byte == quote || byte == '\n')) {
        // A line's end ends the string too: that is not TOML, and the parser says so.
        at_ += byte == quote ? 1 : 0;
        return;
      } else {
        ++at_;
      }
    }
  }

  [[nodiscard]] Place place() const {
    const std::string_view before = text_.substr(0, at_);
    const std::size_t line_start = before.rfind('\n') + 1;
    const auto line = std::ranges::count(before, '\n') + 1;
    const auto column = std::ranges::count_if(before.substr(line_start), [](char byte) {
      return (static_cast<std::uint8_t>(byte) & 0xC0U) != 0x80U;
    });
    return {.line = static_cast<std::uint32_t>(line),
            .column = static_cast<std::uint32_t>(column + 1),
            .width = 1};
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::size_t dots_ = 0;
  std::size_t brackets_ = 0;
};

struct Hint {
  std::string_view description;  // Part of what toml++ says.
  std::string_view hint;
};

// The slips that everybody makes.
constexpr std::array<Hint, 4> hints = {
    {{"could not determine value type", "a string needs quotes"},
     {"parsing decimal integer: expected digit", "a number with a unit needs quotes: \"10s\""},
     {"control characters other than TAB", "is a closing quote missing?"},
     {"dangling comma", "an inline table ends without a comma"}}};

// In our words, as far as toml++'s are known: it says "Error while parsing key-value pair: cannot
// redefine existing string 'name'".
std::string reworded(std::string_view description) {
  constexpr std::string_view twice = "cannot redefine existing ";
  if (const std::size_t at = description.find(twice); at != std::string_view::npos) {
    return fmt::format("duplicate key: there is the {} already; keep one of them",
                       harmless(description.substr(at + twice.size())));
  }
  const auto hint = std::ranges::find_if(
      hints, [&](const Hint& known) { return description.contains(known.description); });
  constexpr std::string_view prefix = "Error while parsing ";
  if (description.starts_with(prefix)) description.remove_prefix(prefix.size());
  return fmt::format("not valid TOML: {}{}{}", harmless(description),
                     hint == hints.end() ? "" : "; ", hint == hints.end() ? "" : hint->hint);
}

template <typename Date>
std::string printed(const Date& date) {
  std::ostringstream out;
  out << date;
  return out.str();
}

TomlValue copy(const toml::node& node);

void copy_members(const toml::table& table, TomlValue& value) {
  value.members.reserve(table.size());
  for (const auto& [key, member] : table) {
    value.members.push_back(
        {.key = std::string(key.str()), .place = place_of(key.source()), .value = copy(member)});
  }
  // toml++ sorts by key; what a manifest means depends on the order of the file.
  std::ranges::sort(value.members, {}, [](const TomlMember& member) {
    return std::tuple(member.place.line, member.place.column, std::string_view(member.key));
  });
}

// REQUIRES: nested no deeper than DepthScanner allows.
TomlValue copy(const toml::node& node) {
  using Kind = TomlValue::Kind;
  TomlValue value;
  value.place = place_of(node.source());
  if (const auto* table = node.as_table()) {
    value.kind = Kind::table;
    copy_members(*table, value);
  } else if (const auto* array = node.as_array()) {
    value.kind = Kind::array;
    value.items.reserve(array->size());
    for (const auto& item : *array) value.items.push_back(copy(item));
  } else if (const auto* text = node.as_string()) {
    value.kind = Kind::string;
    value.text = text->get();
  } else if (const auto* integer = node.as_integer()) {
    value.kind = Kind::integer;
    value.integer = integer->get();
  } else if (const auto* floating = node.as_floating_point()) {
    value.kind = Kind::floating;
    value.floating = floating->get();
  } else if (const auto* boolean = node.as_boolean()) {
    value.kind = Kind::boolean;
    value.boolean = boolean->get();
  } else {
    value.kind = Kind::date;
    if (const auto* date = node.as_date()) value.text = printed(date->get());
    if (const auto* time = node.as_time()) value.text = printed(time->get());
    if (const auto* both = node.as_date_time()) value.text = printed(both->get());
  }
  return value;
}

}  // namespace

const TomlValue* TomlValue::find(std::string_view key) const {
  const auto found = std::ranges::find(members, key, &TomlMember::key);
  return found == members.end() ? nullptr : &found->value;
}

std::string_view to_string(TomlValue::Kind kind) {
  switch (kind) {
    case TomlValue::Kind::string:
      return "a string";
    case TomlValue::Kind::integer:
      return "an integer";
    case TomlValue::Kind::floating:
      return "a fraction";
    case TomlValue::Kind::boolean:
      return "a boolean";
    case TomlValue::Kind::date:
      return "a date or time";
    case TomlValue::Kind::array:
      return "a list";
    case TomlValue::Kind::table:
      return "a table";
  }
  CHECK(false, "a Kind has one of its named values");
}

std::variant<TomlValue, TomlProblem> parse_toml(std::string_view text) {
  if (const auto place = DepthScanner(text).find()) {
    return TomlProblem{
        .place = *place,
        .what = fmt::format("nested deeper than {} levels", limits::manifest_depth_max)};
  }
  // The distribution's toml++ reports by exception; it ends here.
  try {
    const toml::table root = toml::parse(text);
    return copy(root);
  } catch (const toml::parse_error& error) {
    return TomlProblem{.place = place_of(error.source()), .what = reworded(error.description())};
  } catch (const std::exception& error) {
    return TomlProblem{.place = {},
                       .what = fmt::format("not valid TOML: {}", harmless(error.what()))};
  }
}

}  // namespace troupe
