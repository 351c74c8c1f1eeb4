#include "base/result.hpp"

#include <memory>
#include <string>

#include <gtest/gtest.h>

namespace troupe {
namespace {

Result<int> half(int number) {
  if (number % 2 != 0) return fail(ErrorCode::invalid_argument, "odd");
  return number / 2;
}

Result<int> quarter(int number) {
  TRY_ASSIGN(const int once, half(number));
  TRY_ASSIGN(const int twice, half(once));
  return twice;
}

Result<void> is_even(int number) {
  TRY(half(number));
  return {};
}

Result<std::unique_ptr<int>> boxed(int number) {
  TRY_ASSIGN(auto box,
             [&]() -> Result<std::unique_ptr<int>> { return std::make_unique<int>(number); }());
  return box;
}

TEST(Result, CarriesAValueOrAnError) {
  EXPECT_EQ(quarter(8).value(), 2);
  EXPECT_EQ(quarter(6).error().code, ErrorCode::invalid_argument);
  EXPECT_EQ(quarter(6).error().message, "odd");
}

TEST(Result, PassesErrorsOfAnotherTypeOn) {
  EXPECT_TRUE(is_even(2).has_value());
  EXPECT_EQ(is_even(3).error().message, "odd");
}

TEST(Result, MovesWhatCanNotBeCopied) { EXPECT_EQ(**boxed(7), 7); }

TEST(Result, NamesItsCodesWithHyphens) {
  EXPECT_EQ(to_string(ErrorCode::not_found), "not-found");
  EXPECT_EQ(to_string(ErrorCode::invalid_argument), "invalid-argument");
  EXPECT_EQ(to_string(ErrorCode::internal), "internal");
}

}  // namespace
}  // namespace troupe
