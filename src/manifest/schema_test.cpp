#include "manifest/schema.hpp"

#include <fstream>
#include <iterator>
#include <set>
#include <string>

#include <gtest/gtest.h>

namespace troupe {
namespace {

TEST(Schema, IsInTheDocsRowByRow) {
  std::ifstream file(TROUPE_SOURCE_DIR "/docs/manifest.md");
  const std::string docs(std::istreambuf_iterator<char>(file), {});
  for (const TableSchema* schema : all_schemas()) {
    for (const KeyRow& row : schema->rows) {
      EXPECT_NE(docs.find(markdown_row(row) + "\n"), std::string::npos)
          << "docs/manifest.md lacks, under [" << schema->path << "], the row\n"
          << markdown_row(row);
    }
  }
}

TEST(Schema, NamesEachKeyOnce) {
  for (const TableSchema* schema : all_schemas()) {
    std::set<std::string_view> keys;
    for (const KeyRow& row : schema->rows) EXPECT_TRUE(keys.insert(row.key).second) << row.key;
  }
}

TEST(Schema, ShowsRangesInTheUnitsOfTheFile) {
  EXPECT_EQ(range_text(limits_schema().rows[0]), "1B .. 4GiB");
  EXPECT_EQ(range_text(limits_schema().rows[2]), "1ms .. 5m");
  EXPECT_EQ(range_text(mailbox_schema().rows[0]), "1 .. 1000000");
}

}  // namespace
}  // namespace troupe
