#include <algorithm>
#include <string_view>

#include "base/names.hpp"
#include "base/sanitize.hpp"
#include "manifest/manifest.hpp"
#include "manifest/shared_tables.hpp"

namespace troupe {
namespace {

bool is_component_name(std::string_view text) {
  return is_actor_reference(text) && text.contains('/');
}

// A number without leading zeros.
bool is_version_number(std::string_view text) {
  return !text.empty() && text.size() <= 9 && (text == "0" || text[0] != '0') &&
         std::ranges::all_of(text, [](char byte) { return byte >= '0' && byte <= '9'; });
}

// Dot-separated identifiers, as after '-' and '+'.
bool is_version_suffix(std::string_view text) {
  return !text.empty() && text.front() != '.' && text.back() != '.' && !text.contains("..") &&
         std::ranges::all_of(text, [](char byte) {
           return (byte >= '0' && byte <= '9') || (byte >= 'a' && byte <= 'z') ||
                  (byte >= 'A' && byte <= 'Z') || byte == '-' || byte == '.';
         });
}

// semver.org 2.0.0, at most 64 characters; numeric pre-release parts may have leading zeros.
bool is_version(std::string_view text) {
  if (text.size() > 64) return false;
  if (const std::size_t plus = text.find('+'); plus != std::string_view::npos) {
    if (!is_version_suffix(text.substr(plus + 1))) return false;
    text = text.substr(0, plus);
  }
  if (const std::size_t minus = text.find('-'); minus != std::string_view::npos) {
    if (!is_version_suffix(text.substr(minus + 1))) return false;
    text = text.substr(0, minus);
  }
  const std::size_t first = text.find('.');
  if (first == std::string_view::npos) return false;
  const std::size_t second = text.find('.', first + 1);
  if (second == std::string_view::npos) return false;
  return is_version_number(text.substr(0, first)) &&
         is_version_number(text.substr(first + 1, second - first - 1)) &&
         is_version_number(text.substr(second + 1));
}

bool is_wasm_path(std::string_view text) {
  return text.size() <= 4096 && text.ends_with(".wasm") && harmless(text) == text;
}

}  // namespace

Result<ComponentManifest> parse_component_manifest(const ManifestText& manifest) {
  ComponentManifest parsed;
  TRY(read_manifest(manifest, [&](const TableReader& root) {
    const auto component = root.table("component", component_schema());
    if (!component) {
      if (root.find("component") == nullptr) {
        root.diagnostics().add({.place = {},
                                .key = {},
                                .rule = "there is no [component]",
                                .help = "a component manifest begins: schema = 1, [component], "
                                        "name = \"namespace/name\""});
      }
      return;
    }
    parsed.name = component
                      ->text("name", {.holds = is_component_name,
                                      .rule = "`namespace/name`, each of lower-case letters, "
                                              "digits, '-' and '_'"})
                      .value_or("");
    parsed.version =
        component
            ->text("version", {.holds = is_version, .rule = "a semantic version such as 1.2.3"})
            .value_or("");
    parsed.file =
        component->text("file", {.holds = is_wasm_path, .rule = "the path of a .wasm file"})
            .value_or("");
    parsed.grants = read_grants(*component, nullptr);
    parsed.limits = read_limits(*component);
    parsed.interfaces_off = read_interfaces_off(*component);
  }));
  return parsed;
}

}  // namespace troupe
