#include "bench/select.hpp"

#include <array>

#include <gtest/gtest.h>

namespace troupe::bench {
namespace {

const Block& calls() {
  static constexpr Block block = {
      .name = "calls",
      .title = "",
      .rows =
          [] {
            return std::vector<RowInfo>{
                {.id = "W1/native", .title = ""},
                {.id = "W10/no-op", .title = ""},
                {.id = "W10/sdk", .title = "", .unit = "x", .base = "W10/no-op"}};
          },
      .measure = [](const Request&, RawSink&) {}};
  return block;
}

std::vector<std::string> chosen(const std::vector<std::string>& filters) {
  const std::array blocks = {&calls()};
  std::vector<std::string> ids;
  for (const Selection& selection : select(blocks, filters))
    for (const RowInfo& row : selection.rows) ids.push_back(row.id);
  return ids;
}

using Ids = std::vector<std::string>;

TEST(Select, TakesAllWithoutAFilter) {
  EXPECT_EQ(chosen({}), (Ids{"W1/native", "W10/no-op", "W10/sdk"}));
}

TEST(Select, KnowsAWorkloadFromOneThatBeginsAlike) {
  EXPECT_EQ(chosen({"W1"}), (Ids{"W1/native"}));
  EXPECT_EQ(chosen({"W10"}), (Ids{"W10/no-op", "W10/sdk"}));
  EXPECT_EQ(chosen({"W10/"}), (Ids{"W10/no-op", "W10/sdk"}));
  EXPECT_EQ(chosen({"W10/sdk"}), (Ids{"W10/sdk"}));
  EXPECT_EQ(chosen({"W10/sd"}), Ids{});
}

TEST(Select, TakesABlockByItsName) { EXPECT_EQ(chosen({"calls"}).size(), 3U); }

TEST(Select, TakesEachRowOnce) { EXPECT_EQ(chosen({"W1", "W1/native"}), (Ids{"W1/native"})); }

TEST(Select, MeasuresWhatARowIsAMultipleOf) {
  const std::array blocks = {&calls()};
  const std::vector<std::string> filters = {"W10/sdk"};
  const auto selections = select(blocks, filters);
  ASSERT_EQ(selections.size(), 1U);
  EXPECT_EQ(ids_to_measure(selections.front()), (Ids{"W10/no-op", "W10/sdk"}));
}

TEST(Request, WantsAllUnlessTold) {
  EXPECT_TRUE(Request{}.wants("anything"));
  EXPECT_TRUE((Request{.effort = {}, .ids = {"a"}}).wants("a"));
  EXPECT_FALSE((Request{.effort = {}, .ids = {"a"}}).wants("b"));
}

}  // namespace
}  // namespace troupe::bench
