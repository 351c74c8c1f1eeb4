#include "bench/runner.hpp"

#include <gtest/gtest.h>

namespace troupe::bench {
namespace {

constexpr RunOptions quick = {.samples = 3, .sample_ms = 0.01};

// Runs the rows and gives back what was printed.
std::string print(const std::vector<Row>& rows, Report& report) {
  testing::internal::CaptureStdout();
  compare(quick, "test", rows, report);
  return testing::internal::GetCapturedStdout();
}

Row honest(std::string name) {
  Row row;
  row.name = std::move(name);
  row.run = [](std::uint64_t iterations) {
    volatile std::uint64_t sum = 0;  // Or the loop is gone.
    for (std::uint64_t done = 0; done < iterations; ++done) sum = sum + 2;
    return Work{.count = iterations, .sum = sum};
  };
  row.sum_each = 2;
  return row;
}

TEST(Runner, ComparesARowWithAnother) {
  Report report(Report::Style::json);
  Row other = honest("other");
  other.against = "one";
  const std::string text = print({honest("one"), other}, report);
  EXPECT_NE(text.find(R"("row":"other")"), std::string::npos) << text;
  EXPECT_NE(text.find(R"("against":"one")"), std::string::npos) << text;
  EXPECT_FALSE(report.failed());
}

TEST(Runner, FailsARowThatLosesWork) {
  Report report(Report::Style::json);
  Row lossy = honest("lossy");
  lossy.run = [](std::uint64_t iterations) {
    return Work{.count = iterations - 1, .sum = 2 * (iterations - 1)};
  };
  const std::string text = print({lossy}, report);
  EXPECT_NE(text.find("operations expected"), std::string::npos) << text;
  EXPECT_TRUE(report.failed());
}

TEST(Runner, FailsARowWhoseSumIsOff) {
  Report report(Report::Style::json);
  Row wrong = honest("wrong");
  wrong.sum_each = 3;
  const std::string text = print({wrong}, report);
  EXPECT_NE(text.find("as the sum expected"), std::string::npos) << text;
  EXPECT_TRUE(report.failed());
}

TEST(Runner, StillReportsTheOthers) {
  Report report(Report::Style::json);
  Row wrong = honest("wrong");
  wrong.sum_each = 3;
  const std::string text = print({wrong, honest("one")}, report);
  EXPECT_NE(text.find(R"("row":"one","unit":"ns")"), std::string::npos) << text;
}

}  // namespace
}  // namespace troupe::bench
