#include "manifest/toml_document.hpp"

#include <string>

#include <gtest/gtest.h>

#include "base/format.hpp"
#include "manifest/json_text.hpp"

namespace troupe {
namespace {

TomlValue parsed(std::string_view text) { return std::get<TomlValue>(parse_toml(text)); }

TEST(TomlDocument, KeepsTheOrderOfTheFile) {
  const TomlValue root = parsed("z = 1\na.y = 2\n[m]\n[b]\nx = 3\n[a.c]\n");
  std::string order;
  for (const TomlMember& member : root.members) order += member.key;
  EXPECT_EQ(order, "zamb");
}

TEST(TomlDocument, KnowsThePlacesOfKeysAndValues) {
  const TomlValue root = parsed("[table]\n  key = \"value\"\n");
  const TomlMember& table = root.members.at(0);
  EXPECT_EQ(table.place, (Place{.line = 1, .column = 2, .width = 5}));
  const TomlMember& member = table.value.members.at(0);
  EXPECT_EQ(member.place, (Place{.line = 2, .column = 3, .width = 3}));
  EXPECT_EQ(member.value.place, (Place{.line = 2, .column = 9, .width = 7}));
}

TEST(TomlDocument, CountsColumnsInCharacters) {
  const auto result = parse_toml("\"\xE2\x82\xAC\" = [[[[[[[[[[[[[[[[[");
  EXPECT_EQ(std::get<TomlProblem>(result).place, (Place{.line = 1, .column = 23, .width = 1}));
}

TEST(TomlDocument, AllowsSixteenLevelsAndNoMore) {
  const auto nested = [](std::size_t depth) {
    return parse_toml("x = " + std::string(depth, '[') + std::string(depth, ']'));
  };
  EXPECT_TRUE(std::holds_alternative<TomlValue>(nested(15)));
  EXPECT_TRUE(std::holds_alternative<TomlValue>(nested(16)));
  EXPECT_TRUE(std::holds_alternative<TomlProblem>(nested(17)));
}

TEST(TomlDocument, DoesNotCountWhatIsInStringsAndComments) {
  const std::string many(40, '[');
  const std::string dots(40, '.');
  for (const std::string& text :
       {fmt::format("# {}{}\nx = 1", many, dots), fmt::format("x = \"{}\\\"{}\"", many, dots),
        fmt::format("x = '{}{}'", many, dots), fmt::format("x = '''\n{}''\n{}'''", many, dots),
        fmt::format("x = \"\"\"\n{}\\\"\"\"\n{}\"\"\"", many, dots)}) {
    EXPECT_TRUE(std::holds_alternative<TomlValue>(parse_toml(text))) << text;
  }
}

TEST(JsonText, WritesEveryKindOfValue) {
  const TomlValue root = parsed(R"(
text = "a\"\\\n\u0001\u20ac"
number = -5
fraction = 1.5
yes = true
day = 1979-05-27
moment = 1979-05-27T07:32:00Z
list = [1, [2, "x"], {}]
table = { b = 1, a = 2 }
)");
  EXPECT_EQ(to_json(root).value(),
            "{\"text\":\"a\\\"\\\\\\u000a\\u0001\xE2\x82\xAC\",\"number\":-5,\"fraction\":1.5,"
            "\"yes\":true,\"day\":\"1979-05-27\",\"moment\":\"1979-05-27T07:32:00Z\","
            "\"list\":[1,[2,\"x\"],{}],\"table\":{\"b\":1,\"a\":2}}");
}

TEST(JsonText, RefusesWhatJsonDoesNotHave) {
  for (const char* text : {"x = inf", "x = -inf", "x = nan", "x = [{ y = nan }]"}) {
    EXPECT_FALSE(to_json(parsed(text)).has_value()) << text;
  }
}

}  // namespace
}  // namespace troupe
