// Whatever the bytes: the target parser and the router end with a route or a reason, and a name
// that was found is written back to the same name.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/check.hpp"
#include "http/routes.hpp"
#include "http/target.hpp"

namespace troupe {
namespace {

void try_target(std::string_view text) {
  const auto target = parse_target(text);
  if (!target) return;
  for (const std::string_view method : {"GET", "POST", "DELETE"}) {
    const auto route = find_route(method, *target);
    if (!route) {
      CHECK(route.error().status >= 400 && !route.error().detail.empty());
      continue;
    }
    const auto name = percent_decode(percent_encode(route->name));
    CHECK(name && *name == route->name);
  }
}

}  // namespace
}  // namespace troupe

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  troupe::try_target(text);
  troupe::try_target("/v1/actors/" + std::string(text));
  return 0;
}
