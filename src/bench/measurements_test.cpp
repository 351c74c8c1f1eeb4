#include "bench/measurements.hpp"

#include <gtest/gtest.h>

namespace troupe::bench {
namespace {

TEST(RawRuns, AreRowsBetweenProbes) {
  const auto run = parse_raw_run(
      "{\"probes\":\"before\",\"ns\":{\"alu\":1}}\n{\"id\":\"a\",\"values\":[1]}\n\n"
      "{\"probes\":\"after\",\"ns\":{\"alu\":2}}");
  ASSERT_TRUE(run.has_value());
  EXPECT_EQ(run->rows.size(), 1U);
  EXPECT_EQ(run->before.ns.at("alu"), 1);
  EXPECT_EQ(run->after.ns.at("alu"), 2);
}

TEST(RawRuns, SayWhichLineIsWrong) {
  const auto run = parse_raw_run("{\"id\":\"a\",\"values\":[1]}\noops\n");
  EXPECT_NE(run.error().message.find("line 2"), std::string::npos);
  EXPECT_TRUE(parse_raw_run("")->rows.empty());
}

TEST(Measurements, KeepRowsAndProcessesApart) {
  Measurements all;
  add_run(all, 1, {.rows = {{.id = "a", .values = {3, 5, 4}, .count = 3}}}, {});
  add_run(all, 0,
          {.rows = {{.id = "a", .values = {1}, .count = 1},
                    {.id = "a", .peer = "go/1", .values = {9}}}},
          {"alu"});
  add_run(all, 2, {.rows = {{.id = "a", .failed = "lost"}}}, {});
  const Series& series = all.at({.id = "a"});
  EXPECT_EQ(series.figures, (std::vector<std::vector<double>>{{1}, {3, 5, 4}, {}}));
  EXPECT_EQ(series.count, 4U);
  EXPECT_EQ(series.failures, std::vector<std::string>{"lost"});
  EXPECT_EQ(series.moved, std::vector<std::string>{"alu"});
  EXPECT_EQ(medians(series), (std::vector<double>{1, 4}));
  EXPECT_EQ(all.at({.id = "a", .peer = "go/1"}).figures.size(), 1U);
}

TEST(Multiples, AreTakenWithinAProcess) {
  const Series above{.unit = "ns", .figures = {{2, 6}, {}, {8, 8}, {1}}};
  const Series below{.unit = "ns", .figures = {{1, 2}, {1}, {2}}};
  EXPECT_EQ(multiples(above, below), (std::vector<std::vector<double>>{{2, 3}, {}, {4}, {}}));
}

}  // namespace
}  // namespace troupe::bench
