#include "base/suggest.hpp"

#include <array>
#include <string>
#include <string_view>

#include <gtest/gtest.h>

namespace troupe {
namespace {

constexpr std::array<std::string_view, 6> keys = {"component", "config", "supervisor",
                                                  "restart",   "grants", "mailbox"};

TEST(Suggest, FindsAWordWithinTwoEdits) {
  EXPECT_EQ(nearest("componet", keys), "component");
  EXPECT_EQ(nearest("confgi", keys), "config");
  EXPECT_EQ(nearest("supervizer", keys), "supervisor");
  EXPECT_EQ(nearest("restrt", keys), "restart");
  EXPECT_EQ(nearest("mailbox", keys), "mailbox");
}

TEST(Suggest, FindsAWordByItsBeginning) {
  EXPECT_EQ(nearest("super", keys), "supervisor");
  EXPECT_EQ(nearest("grants_given", keys), "grants");
}

TEST(Suggest, StaysSilentWhenNothingIsNearOrTwoAre) {
  EXPECT_EQ(nearest("zebra", keys), std::nullopt);
  EXPECT_EQ(nearest("co", keys), std::nullopt) << "component and config both begin so";
  EXPECT_EQ(nearest("", keys), std::nullopt);
  EXPECT_EQ(nearest(std::string(100'000, 'c'), keys), std::nullopt);
  EXPECT_EQ(nearest("component", {}), std::nullopt);
}

TEST(Suggest, PrefersTheNearest) {
  constexpr std::array<std::string_view, 3> near = {"actors", "actor", "factor"};
  EXPECT_EQ(nearest("actor", near), "actor");
  EXPECT_EQ(nearest("acto", near), "actor");
}

TEST(Suggest, CountsEdits) {
  EXPECT_EQ(edit_distance("", "", 5), 0U);
  EXPECT_EQ(edit_distance("abc", "", 5), 3U);
  EXPECT_EQ(edit_distance("kitten", "sitting", 5), 3U);
  EXPECT_EQ(edit_distance("ab", "ba", 5), 1U);
  EXPECT_EQ(edit_distance("kitten", "sitting", 2), 3U) << "cut off just above the bound";
}

}  // namespace
}  // namespace troupe
