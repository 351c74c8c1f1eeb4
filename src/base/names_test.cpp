#include "base/names.hpp"

#include <string>
#include <string_view>

#include <gtest/gtest.h>

#include "base/limits.hpp"

namespace troupe {
namespace {

using std::string_view_literals::operator""sv;

TEST(Names, FollowTheRule) {
  for (const std::string_view name : {"a"sv, "0"sv, "account-7"sv, "a_b"sv, "a--"sv, "9lives"sv}) {
    EXPECT_TRUE(is_name(name)) << name;
  }
  for (const std::string_view text :
       {""sv, "-a"sv, "_a"sv, "A"sv, "a b"sv, "a.b"sv, "a/b"sv, "\xC3\xA9"sv, "a\0"sv, "a\n"sv}) {
    EXPECT_FALSE(is_name(text)) << testing::PrintToString(text);
  }
}

TEST(Names, HaveAtMost63Bytes) {
  EXPECT_TRUE(is_name(std::string(62, 'a')));
  EXPECT_TRUE(is_name(std::string(63, 'a')));
  EXPECT_FALSE(is_name(std::string(64, 'a')));
}

TEST(Names, ReferToActorsOfThisOrAnotherApp) {
  EXPECT_TRUE(is_actor_reference("ledger"));
  EXPECT_TRUE(is_actor_reference("bank/ledger"));
  for (const std::string_view text : {""sv, "/"sv, "a/"sv, "/a"sv, "a/b/c"sv, "A/b"sv}) {
    EXPECT_FALSE(is_actor_reference(text)) << text;
  }
}

TEST(Names, AreMadeFromFileStems) {
  EXPECT_EQ(make_name("counter"), "counter");
  EXPECT_EQ(make_name("My Counter.v2"), "my-counter-v2");
  EXPECT_EQ(make_name("__private__"), "private");
  EXPECT_EQ(make_name("a_b"), "a_b");
  EXPECT_EQ(make_name("\xC3\xA9t\xC3\xA9"), "t");
  EXPECT_EQ(make_name(""), "app");
  EXPECT_EQ(make_name("..."), "app");
  EXPECT_EQ(make_name(std::string(80, 'x')), std::string(63, 'x'));
}

TEST(Names, MadeFromAnyBytesFollowTheRule) {
  for (unsigned first = 0; first < 256; ++first) {
    for (unsigned second = 0; second < 256; ++second) {
      const std::string stem = {static_cast<char>(first), static_cast<char>(second)};
      ASSERT_TRUE(is_name(make_name(stem))) << first << " " << second;
    }
  }
}

TEST(Names, KnowWhatMayBeAPatternOfThem) {
  for (const std::string_view text :
       {"ledger", "bank/ledger", "*", "*/*", "a?", "acc*-1", "#7.1", "#*", "_x"}) {
    EXPECT_TRUE(is_actor_pattern(text)) << text;
  }
  for (const std::string_view text : {"", "Bank", "a/b/c", "a b", "#x", "7.1", "a#1", "[a]"}) {
    EXPECT_FALSE(is_actor_pattern(text)) << text;
  }
  EXPECT_TRUE(is_actor_pattern(std::string(limits::query_pattern_bytes_max, '*')));
  EXPECT_FALSE(is_actor_pattern(std::string(limits::query_pattern_bytes_max + 1, '*')));
}

}  // namespace
}  // namespace troupe
