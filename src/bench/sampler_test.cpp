// Samples under clocks that the rows themselves move.

#include "bench/sampler.hpp"

#include <gtest/gtest.h>

#include "io/sim_clock.hpp"

namespace troupe::bench {
namespace {

using namespace std::chrono_literals;

class ListSink final : public RawSink {
 public:
  void take(RawRow row) override { rows.push_back(std::move(row)); }
  std::vector<RawRow> rows;
};

class Sampler : public testing::Test {
 protected:
  // A row whose operations take so long.
  Row row(const std::string& id, Duration each) {
    return {.id = id,
            .run =
                [this, id, each](std::uint64_t iterations) {
                  clock_.advance(each * static_cast<std::int64_t>(iterations));
                  order_ += id;
                  return Work{.count = iterations, .sum = 3 * iterations};
                },
            .sum_each = 3};
  }
  std::vector<RawRow> sample(std::vector<Row> rows, const Request& request = {}) {
    ListSink sink;
    sample_with({.wall = clock_, .thread = clock_}, request, std::move(rows), sink);
    return std::move(sink.rows);
  }

  SimClock clock_;
  std::string order_;
};

TEST_F(Sampler, MeasuresWhatAnOperationTakes) {
  const auto rows = sample({row("a", 10us), row("b", 30us)});
  ASSERT_EQ(rows.size(), 2U);
  for (const double ns : figures(rows[0])) EXPECT_DOUBLE_EQ(ns, 10'000);
  for (const double ns : figures(rows[1])) EXPECT_DOUBLE_EQ(ns, 30'000);
  EXPECT_EQ(rows[0].ns.size(), 30U);
}

TEST_F(Sampler, CountsWhatReceiversCounted) {
  const auto rows = sample({row("a", 10us)});
  double planned = 0;
  for (const double iterations : rows[0].iterations) planned += iterations;
  EXPECT_EQ(static_cast<double>(rows[0].count), planned);
  EXPECT_EQ(rows[0].sum, 3 * rows[0].count);
}

TEST_F(Sampler, TakesOneSampleOfEachInTurn) {
  (void)sample({row("a", 10us), row("b", 10us)},
               {.effort = {.warm_up = 1us, .measure = 10ms, .samples = 5}, .ids = {}});
  EXPECT_TRUE(order_.ends_with("ababababab")) << order_;
}

TEST_F(Sampler, TakesTheTimeItWasGiven) {
  const Instant begin = clock_.now();
  (void)sample({row("a", 10us)});
  const Duration took = clock_.now() - begin;
  EXPECT_GT(took, 1200ms) << "0.3 s and 1 s";
  EXPECT_LT(took, 2500ms) << "doubling may warm up for twice as long";
}

TEST_F(Sampler, LeavesOutWhatIsNotWanted) {
  const auto rows = sample({row("a", 10us), row("b", 10us)}, {.effort = {}, .ids = {"b"}});
  ASSERT_EQ(rows.size(), 1U);
  EXPECT_EQ(rows[0].id, "b");
}

TEST_F(Sampler, FailsARowThatLosesWorkAndGoesOnWithTheOthers) {
  Row lossy = row("lossy", 10us);
  lossy.run = [this](std::uint64_t iterations) {
    clock_.advance(10us * static_cast<std::int64_t>(iterations));
    return Work{.count = iterations < 100 ? iterations : iterations - 1, .sum = 3 * iterations};
  };
  const auto rows = sample({std::move(lossy), row("b", 10us)});
  EXPECT_NE(rows[0].failed.find("operations were to be done"), std::string::npos);
  EXPECT_TRUE(rows[0].ns.empty() || !rows[0].failed.empty());
  EXPECT_TRUE(rows[1].failed.empty());
  EXPECT_EQ(rows[1].ns.size(), 30U);
}

TEST_F(Sampler, FailsARowWhoseSumIsOff) {
  Row wrong = row("wrong", 10us);
  wrong.sum_each = 4;
  EXPECT_NE(sample({std::move(wrong)})[0].failed.find("the sum should be"), std::string::npos);
}

TEST_F(Sampler, DividesTheTimeByTheOperationsOfAnIteration) {
  Row publications = row("a", 100us);
  publications.run = [this](std::uint64_t iterations) {
    clock_.advance(100us * static_cast<std::int64_t>(iterations));
    return Work{.count = 10 * iterations, .sum = 30 * iterations};
  };
  publications.each = 10;
  const auto rows = sample({std::move(publications)});
  EXPECT_EQ(rows[0].failed, "");
  for (const double figure : figures(rows[0])) EXPECT_EQ(figure, 10'000);
}

TEST_F(Sampler, AuditsARowBesideItsSamples) {
  Row checked = row("a", 10us);
  checked.audit = [this] {
    clock_.advance(1s);
    return Result<void>();
  };
  for (const double figure : figures(sample({std::move(checked)}).front()))
    EXPECT_EQ(figure, 10'000);
  Row idle = row("b", 10us);
  idle.audit = [] { return Result<void>(fail(ErrorCode::internal, "nobody was called")); };
  EXPECT_EQ(sample({std::move(idle)})[0].failed, "nobody was called");
}

TEST_F(Sampler, DoesExactlySoMuchWhenItIsAskedTo) {
  const auto rows = sample({row("a", 10us)}, {.effort = {.exactly = 7}, .ids = {}});
  EXPECT_EQ(rows[0].values, std::vector<double>{7});
  EXPECT_EQ(rows[0].count, 7U);
  EXPECT_EQ(order_, "a");
}

}  // namespace
}  // namespace troupe::bench
