#include "base/sanitize.hpp"

#include <algorithm>
#include <string>
#include <string_view>

#include <gtest/gtest.h>

#include "base/utf8.hpp"

namespace troupe {
namespace {

using std::string_view_literals::operator""sv;

TEST(Sanitize, KeepsText) {
  EXPECT_EQ(harmless("plain"), "plain");
  EXPECT_EQ(harmless("a\tb \\ \xC3\xA9 \xE2\x82\xAC \xF0\x9F\x98\x80"),
            "a\tb \\ \xC3\xA9 \xE2\x82\xAC \xF0\x9F\x98\x80");
  EXPECT_EQ(harmless(""), "");
}

TEST(Sanitize, DisarmsTerminalSequences) {
  EXPECT_EQ(harmless("\x1B[2J\x1B]0;title\x07"), "\\x1b[2J\\x1b]0;title\\x07");
  EXPECT_EQ(harmless("\xC2\x9B"
                     "31m"),
            "\\u009b31m");
  EXPECT_EQ(harmless("\x9B"
                     "31m"),
            "\\x9b31m")
      << "a raw C1 byte is not UTF-8, but some terminals obey it";
}

TEST(Sanitize, KeepsALineALine) {
  EXPECT_EQ(harmless("a\nb\r\n"), "a\\nb\\r\\n");
  EXPECT_EQ(harmless("a\xE2\x80\xA8z"), "a\\u2028z");
  EXPECT_EQ(harmless("\0"sv), "\\x00");
  EXPECT_EQ(harmless("\x7F"), "\\x7f");
}

TEST(Sanitize, ShowsMarksThatTurnTheWritingDirection) {
  EXPECT_EQ(harmless("\xE2\x80\xAE"), "\\u202e");
  EXPECT_EQ(harmless("\xE2\x81\xA6"), "\\u2066");
}

TEST(Sanitize, GivesPrintableUtf8ForAnyTwoBytes) {
  for (unsigned first = 0; first < 256; ++first) {
    for (unsigned second = 0; second < 256; ++second) {
      const std::string text = {static_cast<char>(first), static_cast<char>(second)};
      const std::string safe = harmless(text);
      ASSERT_TRUE(is_utf8(safe));
      ASSERT_TRUE(std::ranges::none_of(
          safe,
          [](char byte) { return (byte >= 0 && byte < 0x20 && byte != '\t') || byte == 0x7F; }))
          << first << " " << second;
      ASSERT_EQ(harmless(safe), safe) << "what is harmless stays as it is";
    }
  }
}

}  // namespace
}  // namespace troupe
