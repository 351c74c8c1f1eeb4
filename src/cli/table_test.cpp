// Columns line up, whatever is in them.

#include "cli/table.hpp"

#include <gtest/gtest.h>

namespace troupe {
namespace {

const std::vector<Column> columns{{"NAME"}, {"LIVES", Align::right}, {"LAST"}};

TEST(Table, LinesUpItsColumns) {
  EXPECT_EQ(
      format_table(columns, std::vector<std::vector<std::string>>{{"bank/a", "1", "-"},
                                                                  {"bank/ledger", "12", "killed"}}),
      "NAME         LIVES  LAST\n"
      "bank/a           1  -\n"
      "bank/ledger     12  killed\n");
}

TEST(Table, ShowsItsTitlesAlone) { EXPECT_EQ(format_table(columns, {}), "NAME  LIVES  LAST\n"); }

TEST(Table, CountsCharactersNotBytes) {
  EXPECT_EQ(format_table(columns, std::vector<std::vector<std::string>>{{"añb", "1", "x"},
                                                                        {"abcde", "1", "x"}}),
            "NAME   LIVES  LAST\n"
            "añb        1  x\n"
            "abcde      1  x\n");
}

TEST(Table, CutsLinesThatAreTooLong) {
  const std::vector<std::vector<std::string>> rows{{"a", "1", "crashed(\"é é é\")"}};
  EXPECT_EQ(format_table(columns, rows, {.columns_max = 25}),
            "NAME  LIVES  LAST\n"
            "a         1  crashed(\"é …\n");
  EXPECT_EQ(format_table(columns, rows, {.columns_max = 28}),
            "NAME  LIVES  LAST\n"
            "a         1  crashed(\"é é é…\n");
  EXPECT_EQ(format_table(columns, rows, {.columns_max = 29}),
            "NAME  LIVES  LAST\n"
            "a         1  crashed(\"é é é\")\n");
}

}  // namespace
}  // namespace troupe
