// What is true of every row of this build, and that each block does what its list says.

#include "bench/rows/rows.hpp"

#include <algorithm>
#include <map>
#include <set>

#include <gtest/gtest.h>

#include "bench/measure.hpp"

namespace troupe::bench {
namespace {

TEST(Rows, HaveIdsOfTheirOwnAndBasesInTheirBlock) {
  std::set<std::string> ids;
  for (const Block* block : all_blocks()) {
    const auto rows = block->rows();
    EXPECT_FALSE(rows.empty()) << block->name;
    for (const RowInfo& row : rows) {
      EXPECT_TRUE(ids.insert(row.id).second) << row.id;
      EXPECT_FALSE(row.title.empty()) << row.id;
      EXPECT_EQ(row.unit == "x", !row.base.empty()) << row.id;
      EXPECT_FALSE(row.goal && row.peer_goal) << row.id;
      EXPECT_TRUE(!row.peer_goal || !row.peer_id.empty()) << row.id;
      if (row.base.empty()) continue;
      const auto base = std::ranges::find(rows, row.base, &RowInfo::id);
      ASSERT_NE(base, rows.end()) << row.id;
      EXPECT_EQ(base->unit == "x", !base->base.empty());
    }
  }
}

TEST(Blocks, AreFoundByTheirNames) {
  for (const Block* block : all_blocks()) EXPECT_EQ(find_block(block->name), block);
  EXPECT_EQ(find_block("loop"), &selftest_block());
  EXPECT_EQ(find_block("nothing"), nullptr);
}

// What a block of this build says, with hardly any effort. The program's own start needs the
// program, which this is not; the system tests run it.
class EveryBlock : public testing::TestWithParam<const Block*> {};

TEST_P(EveryBlock, MeasuresEachOfItsRowsOnceWithCountsThatAreRight) {
  const Block& block = *GetParam();
  Request request{.effort = {.warm_up = std::chrono::microseconds(10),
                             .measure = std::chrono::microseconds(100),
                             .samples = 2,
                             .is_smoke = true},
                  .ids = {}};
  std::map<std::string, int> seen;
  const auto measured = measure_block(block.name, request, [&](std::string_view line) {
    const auto parsed = parse_raw_line(line);
    ASSERT_TRUE(parsed.has_value()) << line;
    const auto* row = std::get_if<RawRow>(&*parsed);
    if (row == nullptr) return;
    EXPECT_TRUE(row->failed.empty()) << line;
    EXPECT_GT(row->count, 0U) << line;
    ++seen[row->id];
  });
  ASSERT_TRUE(measured.has_value());
  for (const RowInfo& row : block.rows()) EXPECT_EQ(seen[row.id], 1) << row.id;
  EXPECT_EQ(seen.size(), block.rows().size());
}

std::vector<const Block*> blocks_to_try() {
  std::vector<const Block*> blocks(all_blocks().begin(), all_blocks().end());
  blocks.push_back(&selftest_block());
  std::erase_if(blocks, [](const Block* block) { return block->name == "start"; });
  return blocks;
}

INSTANTIATE_TEST_SUITE_P(OfThisBuild, EveryBlock, testing::ValuesIn(blocks_to_try()),
                         [](const auto& block) {
                           std::string name(block.param->name);
                           std::ranges::replace(name, '-', '_');
                           return name;
                         });

TEST(Measuring, KnowsWhatThereIs) {
  const auto ignore = [](std::string_view) {};
  EXPECT_NE(measure_block("exchnage", {}, ignore).error().message.find("did you mean 'exchange'"),
            std::string::npos);
  EXPECT_NE(measure_block("exchange", {.effort = {}, .ids = {"W99"}}, ignore)
                .error()
                .message.find("no row 'W99'"),
            std::string::npos);
}

}  // namespace
}  // namespace troupe::bench
