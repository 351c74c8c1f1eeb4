// Whatever the bytes: a manifest is read or refused in printable text of bounded length, and what
// is read keeps its promises.

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "base/check.hpp"
#include "base/names.hpp"
#include "base/utf8.hpp"
#include "manifest/manifest.hpp"

namespace troupe {
namespace {

void check_error(const Error& error) {
  CHECK(!error.message.empty() && error.message.size() < 65'536);
  CHECK(is_utf8(error.message));
  CHECK(std::ranges::none_of(error.message, [](char byte) {
    return byte >= 0 && byte < 0x20 && byte != '\n' && byte != '\t';
  }));
}

void check_entry(const AppManifest& app, const ActorEntry& entry) {
  CHECK(is_name(entry.name));
  CHECK(app.components.contains(entry.component));
  CHECK(GrantSet::compile(entry.grants, app.name).has_value());
  for (const auto& spawned : entry.grants.spawn) {
    CHECK(std::ranges::find(app.templates, spawned, &ActorEntry::name) != app.templates.end());
  }
}

void try_text(std::string_view text) {
  const auto app = parse_app_manifest({.text = text, .file = "fuzz.toml"});
  if (app) {
    CHECK(is_name(app->name));
    for (const auto& entry : app->actors) check_entry(*app, entry);
    for (const auto& entry : app->templates) check_entry(*app, entry);
  } else {
    check_error(app.error());
  }
  const auto component = parse_component_manifest({.text = text, .file = "fuzz.toml"});
  if (!component) check_error(component.error());
}

}  // namespace
}  // namespace troupe

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  troupe::try_text({reinterpret_cast<const char*>(data), size});
  return 0;
}
