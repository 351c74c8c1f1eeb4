#include "manifest/json_text.hpp"

#include <cmath>
#include <cstdint>
#include <iterator>

#include "base/check.hpp"
#include "base/format.hpp"

namespace troupe {
namespace {

void append_string(std::string& out, std::string_view text) {
  out += '"';
  for (const char byte : text) {
    if (byte == '"' || byte == '\\') {
      out += '\\';
      out += byte;
    } else if (static_cast<std::uint8_t>(byte) < 0x20) {
      fmt::format_to(std::back_inserter(out), "\\u{:04x}", static_cast<std::uint8_t>(byte));
    } else {
      out += byte;
    }
  }
  out += '"';
}

Result<void> append(std::string& out, const TomlValue& value);

Result<void> append_items(std::string& out, const TomlValue& value) {
  out += '[';
  for (const TomlValue& item : value.items) {
    if (&item != &value.items.front()) out += ',';
    TRY(append(out, item));
  }
  out += ']';
  return {};
}

Result<void> append_members(std::string& out, const TomlValue& value) {
  out += '{';
  for (const TomlMember& member : value.members) {
    if (&member != &value.members.front()) out += ',';
    append_string(out, member.key);
    out += ':';
    TRY(append(out, member.value));
  }
  out += '}';
  return {};
}

Result<void> append(std::string& out, const TomlValue& value) {
  using Kind = TomlValue::Kind;
  switch (value.kind) {
    case Kind::string:
    case Kind::date:
      append_string(out, value.text);
      return {};
    case Kind::integer:
      fmt::format_to(std::back_inserter(out), "{}", value.integer);
      return {};
    case Kind::boolean:
      out += value.boolean ? "true" : "false";
      return {};
    case Kind::array:
      return append_items(out, value);
    case Kind::table:
      return append_members(out, value);
    case Kind::floating:
      if (!std::isfinite(value.floating)) {
        return fail(ErrorCode::invalid_argument,
                    "the guest gets this table as JSON, which has no infinities and no NaN");
      }
      // The shortest text that reads back as the same number.
      fmt::format_to(std::back_inserter(out), "{}", value.floating);
      return {};
  }
  CHECK(false, "a Kind has one of its named values");
}

}  // namespace

Result<std::string> to_json(const TomlValue& value) {
  std::string out;
  TRY(append(out, value));
  return out;
}

}  // namespace troupe
