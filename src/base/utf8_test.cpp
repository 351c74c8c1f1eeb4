#include "base/utf8.hpp"

#include <cstdint>
#include <string>
#include <string_view>

#include <gtest/gtest.h>

namespace troupe {
namespace {

using std::string_view_literals::operator""sv;

TEST(Utf8, AcceptsTheFirstAndLastCharacterOfEachLength) {
  for (const std::string_view text :
       {""sv, "\0"sv, "\x7F"sv, "\xC2\x80"sv, "\xDF\xBF"sv, "\xE0\xA0\x80"sv, "\xED\x9F\xBF"sv,
        "\xEE\x80\x80"sv, "\xEF\xBF\xBF"sv, "\xF0\x90\x80\x80"sv, "\xF4\x8F\xBF\xBF"sv}) {
    EXPECT_TRUE(is_utf8(text)) << testing::PrintToString(text);
  }
}

TEST(Utf8, RefusesWhatTheStandardForbids) {
  for (const std::string_view text : {"\x80"sv,              // A continuation byte alone.
                                      "\xBF"sv,              //
                                      "\xC0\x80"sv,          // Overlong, two bytes.
                                      "\xC1\xBF"sv,          //
                                      "\xE0\x80\x80"sv,      // Overlong, three bytes.
                                      "\xE0\x9F\xBF"sv,      //
                                      "\xF0\x80\x80\x80"sv,  // Overlong, four bytes.
                                      "\xF0\x8F\xBF\xBF"sv,  //
                                      "\xED\xA0\x80"sv,      // The first surrogate.
                                      "\xED\xBF\xBF"sv,      // The last.
                                      "\xF4\x90\x80\x80"sv,  // Above U+10FFFF.
                                      "\xF5\x80\x80\x80"sv,  // A byte that never occurs.
                                      "\xFE"sv,
                                      "\xFF"sv,  //
                                      "\xC2"sv,  // Cut off.
                                      "\xE2\x82"sv,
                                      "\xF0\x9F\x98"sv,
                                      "\xC2\x41"sv,  // No continuation.
                                      "\xE2\x82\x41"sv,
                                      "\xF0\x9F\x98\x41"sv}) {
    EXPECT_FALSE(is_utf8(text)) << testing::PrintToString(text);
  }
}

TEST(Utf8, FindsABadByteAtEveryPlaceOfALongText) {
  for (std::size_t size = 1; size <= 40; ++size) {
    const std::string good(size, 'a');
    EXPECT_TRUE(is_utf8(good));
    for (std::size_t at = 0; at < size; ++at) {
      std::string bad = good;
      bad[at] = '\xFF';
      EXPECT_FALSE(is_utf8(bad)) << size << " bytes, bad at " << at;
      std::string mixed = good;
      mixed.insert(at, "\xE2\x82\xAC");
      EXPECT_TRUE(is_utf8(mixed)) << size << " bytes, euro at " << at;
    }
  }
}

TEST(Utf8, AgreesWithItsDefinitionOnEveryCodePoint) {
  std::uint64_t valid = 0;
  for (std::uint32_t point = 0; point <= 0x1F'FFFF; ++point) {
    std::string text;
    if (point < 0x80) {
      text = {static_cast<char>(point)};
    } else if (point < 0x800) {
      text = {static_cast<char>(0xC0U | (point >> 6U)), static_cast<char>(0x80U | (point & 0x3FU))};
    } else if (point < 0x1'0000) {
      text = {static_cast<char>(0xE0U | (point >> 12U)),
              static_cast<char>(0x80U | ((point >> 6U) & 0x3FU)),
              static_cast<char>(0x80U | (point & 0x3FU))};
    } else {
      text = {static_cast<char>(0xF0U | (point >> 18U)),
              static_cast<char>(0x80U | ((point >> 12U) & 0x3FU)),
              static_cast<char>(0x80U | ((point >> 6U) & 0x3FU)),
              static_cast<char>(0x80U | (point & 0x3FU))};
    }
    const bool expected = point <= 0x10'FFFF && (point < 0xD800 || point > 0xDFFF);
    ASSERT_EQ(is_utf8(text), expected) << point;
    valid += expected ? 1 : 0;
  }
  EXPECT_EQ(valid, 0x11'0000U - 0x800U);
}

TEST(Utf8, CutsBetweenCharacters) {
  EXPECT_EQ(utf8_prefix("abc", 5), "abc");
  EXPECT_EQ(utf8_prefix("abc", 2), "ab");
  EXPECT_EQ(utf8_prefix("a\xE2\x82\xAC", 4), "a\xE2\x82\xAC");
  EXPECT_EQ(utf8_prefix("a\xE2\x82\xAC", 3), "a");
  EXPECT_EQ(utf8_prefix("a\xE2\x82\xAC", 2), "a");
  EXPECT_EQ(utf8_prefix("\xF0\x9F\x98\x80", 3), "");
  EXPECT_EQ(utf8_prefix("\x80\x80\x80\x80\x80\x80", 5), "\x80\x80\x80\x80\x80");
}

}  // namespace
}  // namespace troupe
