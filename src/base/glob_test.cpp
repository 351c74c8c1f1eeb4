// What a pattern covers: a table of cases, and a comparison with the obvious recursion.

#include "base/glob.hpp"

#include <array>
#include <iostream>
#include <random>
#include <string>

#include <gtest/gtest.h>

namespace troupe {
namespace {

struct Case {
  std::string_view pattern;
  std::string_view text;
  bool matches;
};

TEST(Glob, CoversTheWholeText) {
  constexpr std::array cases{
      Case{"", "", true},
      Case{"", "a", false},
      Case{"*", "", true},
      Case{"**", "abc", true},
      Case{"?", "", false},
      Case{"?", "a", true},
      Case{"bank/*", "bank/ledger", true},
      Case{"bank/*", "bank2/ledger", false},
      Case{"*/ledger", "bank/ledger", true},
      Case{"*/ledger", "bank/ledger-2", false},
      Case{"account-?", "account-1", true},
      Case{"account-?", "account-12", false},
      Case{"a*b*c", "aXbXbXc", true},
      Case{"a*b*c", "aXbXbX", false},
      Case{"*aab", "aaaab", true},
  };
  for (const auto& [pattern, text, matches] : cases) {
    EXPECT_EQ(glob_matches(pattern, text), matches) << pattern << ' ' << text;
  }
}

bool matches_slowly(std::string_view pattern, std::string_view text) {
  if (pattern.empty()) return text.empty();
  if (pattern.front() == '*') {
    return matches_slowly(pattern.substr(1), text) ||
           (!text.empty() && matches_slowly(pattern, text.substr(1)));
  }
  return !text.empty() && (pattern.front() == '?' || pattern.front() == text.front()) &&
         matches_slowly(pattern.substr(1), text.substr(1));
}

TEST(Glob, AgreesWithTheObviousRecursion) {
  const std::uint64_t seed = std::mt19937_64::default_seed;
  std::cout << "seed " << seed << '\n';
  std::mt19937_64 random(seed);
  const auto some = [&random](std::string_view letters) {
    std::string text;
    for (std::uint64_t left = random() % 9; left > 0; --left) {
      text += letters[random() % letters.size()];
    }
    return text;
  };
  int matches = 0;
  for (int i = 0; i < 50'000; ++i) {
    const std::string pattern = some("ab*?");
    const std::string text = some("ab");
    const bool expected = matches_slowly(pattern, text);
    ASSERT_EQ(glob_matches(pattern, text), expected) << pattern << ' ' << text;
    if (expected) ++matches;
  }
  EXPECT_GT(matches, 1'000);
}

}  // namespace
}  // namespace troupe
