#include "bench/report.hpp"

#include <gtest/gtest.h>

namespace troupe::bench {
namespace {

Figure figure(Summary value, std::optional<double> goal) {
  Figure figure;
  figure.value = value;
  figure.goal = goal;
  return figure;
}

TEST(Verdict, IsNoneWithoutAGoal) {
  EXPECT_EQ(verdict(figure({.median = 1, .mad = 0, .min = 1, .max = 1}, std::nullopt)), "");
}

TEST(Verdict, IsClearWhereAllSamplesAgree) {
  const Summary wild = {.median = 10, .mad = 5, .min = 2, .max = 20};
  EXPECT_EQ(verdict(figure(wild, 20)), "met");
  EXPECT_EQ(verdict(figure(wild, 1.9)), "missed");
}

TEST(Verdict, FollowsTheMedianOfSteadySamples) {
  const Summary steady = {.median = 10, .mad = 0.5, .min = 9, .max = 13};
  EXPECT_EQ(verdict(figure(steady, 10)), "met");
  EXPECT_EQ(verdict(figure(steady, 9.9)), "missed");
}

TEST(Verdict, IsUnstableWhereSamplesSpreadAcrossTheGoal) {
  EXPECT_EQ(verdict(figure({.median = 10, .mad = 0.51, .min = 9, .max = 13}, 10)), "unstable");
}

TEST(Verdict, JudgesTheRatioWhereThereIsOne) {
  Figure one = figure({.median = 100, .mad = 0, .min = 100, .max = 100}, 4);
  one.against = Against{.row = "no-op", .times = {.median = 3, .mad = 0, .min = 3, .max = 3}};
  EXPECT_EQ(verdict(one), "met");
}

TEST(Report, RemembersThatSomethingFailed) {
  Report report(Report::Style::json);
  EXPECT_FALSE(report.failed());
  testing::internal::CaptureStdout();
  report.fail("call", "row", "3 operations expected, 2 found");
  EXPECT_EQ(testing::internal::GetCapturedStdout(),
            "{\"section\":\"call\",\"row\":\"row\",\"failed\":\"3 operations expected, 2 "
            "found\"}\n");
  EXPECT_TRUE(report.failed());
}

TEST(Report, WritesAFigureAsOneLineOfJson) {
  Report report(Report::Style::json);
  Figure one = figure({.median = 2, .mad = 0, .min = 1, .max = 3}, 4);
  one.section = "call";
  one.row = "echo";
  one.unit = "ns";
  one.count = 7;
  testing::internal::CaptureStdout();
  report.add(one);
  EXPECT_EQ(testing::internal::GetCapturedStdout(),
            "{\"section\":\"call\",\"row\":\"echo\",\"unit\":\"ns\",\"value\":{\"median\":2.0,"
            "\"mad\":0.0,\"min\":1.0,\"max\":3.0},\"samples\":1,\"count\":7,\"sum\":0,\"goal\":4.0,"
            "\"verdict\":\"met\"}\n");
}

}  // namespace
}  // namespace troupe::bench
