// docs/api.md shows every route with a curl line, and every error code.

#include <fstream>
#include <iterator>
#include <string>

#include <gtest/gtest.h>

#include "base/format.hpp"
#include "http/problem.hpp"
#include "http/routes.hpp"

namespace troupe {
namespace {

std::string api_document() {
  std::ifstream file(TROUPE_SOURCE_DIR "/docs/api.md");
  return {std::istreambuf_iterator<char>(file), {}};
}

TEST(ApiDocument, ShowsEveryRouteWithACurlLine) {
  const std::string text = api_document();
  for (const RouteRow& row : route_table()) {
    const auto heading = text.find(fmt::format("### `{} {}`\n", row.method, row.path));
    ASSERT_NE(heading, std::string::npos) << row.method << ' ' << row.path;
    const std::string section = text.substr(heading, text.find("\n##", heading) - heading);
    EXPECT_TRUE(section.contains("curl --unix-socket")) << section;
    for (const std::string_view parameter : row.parameters) {
      EXPECT_TRUE(section.contains(fmt::format("`{}`", parameter))) << parameter << section;
    }
  }
}

TEST(ApiDocument, ShowsEveryErrorCodeWithItsStatus) {
  const std::string text = api_document();
  for (int i = 0; i <= static_cast<int>(ErrorCode::internal); ++i) {
    const auto code = static_cast<ErrorCode>(i);
    EXPECT_TRUE(text.contains(fmt::format("| `{}` | {}", to_string(code), http_status(code))))
        << to_string(code);
  }
}

}  // namespace
}  // namespace troupe
