// The parser of request targets: what it takes, what it refuses, and its bounds.

#include "http/target.hpp"

#include <gtest/gtest.h>

#include "base/limits.hpp"

namespace troupe {
namespace {

std::vector<std::string> segments_of(std::string_view text) {
  const auto target = parse_target(text);
  EXPECT_TRUE(target.has_value()) << text;
  return target ? target->segments : std::vector<std::string>{};
}

TEST(Target, SplitsBeforeItDecodes) {
  EXPECT_EQ(segments_of("/"), std::vector<std::string>{});
  EXPECT_EQ(segments_of("/v1"), std::vector<std::string>{"v1"});
  EXPECT_EQ(segments_of("/v1/a%2Fb"), (std::vector<std::string>{"v1", "a/b"}));
  EXPECT_EQ(segments_of("/%41%7e+?"), std::vector<std::string>{"A~+"});
}

TEST(Target, ReadsTheQuery) {
  const auto target = parse_target("/v1?a=1&b=%26%3D&c&d==");
  ASSERT_TRUE(target.has_value());
  EXPECT_EQ(target->query,
            (std::vector<QueryParameter>{{"a", "1"}, {"b", "&="}, {"c", ""}, {"d", "="}}));
}

TEST(Target, RefusesWhatIsNotAPath) {
  for (const std::string_view text :
       {"", "v1", "*", "http://localhost/v1", "//", "/v1/", "/v1//node", "/%", "/%4", "/%4g",
        "/%g4", "/%00", "/%0a", "/a\x7f", "/a#b", "/v1?=1", "/v1?%zz=1", "/v1?a=%01"}) {
    EXPECT_FALSE(parse_target(text).has_value()) << text;
  }
}

TEST(Target, HasBounds) {
  const auto path = [](std::size_t parts) {
    std::string text;
    for (std::size_t i = 0; i < parts; ++i) text += "/a";
    return text;
  };
  EXPECT_TRUE(parse_target(path(limits::http_segments_max)).has_value());
  EXPECT_FALSE(parse_target(path(limits::http_segments_max + 1)).has_value());

  std::string query = "/?a";
  for (std::size_t i = 1; i < limits::http_parameters_max; ++i) query += "&a";
  EXPECT_TRUE(parse_target(query).has_value());
  EXPECT_FALSE(parse_target(query + "&a").has_value());

  const std::string longest = "/" + std::string(limits::http_target_bytes_max - 1, 'a');
  EXPECT_TRUE(parse_target(longest).has_value());
  EXPECT_FALSE(parse_target(longest + "a").has_value());
}

TEST(PercentEncoding, GoesThereAndBack) {
  std::string all;
  for (int c = 0x20; c < 0x100; ++c) {
    if (c != 0x7f) all.push_back(static_cast<char>(c));
  }
  const auto back = percent_decode(percent_encode(all));
  ASSERT_TRUE(back.has_value());
  EXPECT_EQ(*back, all);
  EXPECT_EQ(percent_encode("bank/#1.2"), "bank%2F%231.2");
}

}  // namespace
}  // namespace troupe
