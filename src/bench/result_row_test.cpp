// From raw samples to a row of results, and to JSON and back.

#include "bench/result_row.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "base/format.hpp"

namespace troupe::bench {
namespace {

constexpr std::uint64_t seed = 1;

// `processes` processes whose samples lie closely around center x (1 + drift x process).
Series series_of(double center, double drift, std::size_t processes = 5) {
  Series series{.unit = "ns", .figures = {}};
  for (std::size_t process = 0; process < processes; ++process) {
    const double middle = center * (1 + drift * static_cast<double>(process));
    std::vector<double> samples;
    samples.reserve(31);
    for (int sample = 0; sample < 31; ++sample)
      samples.push_back(middle * (1 + 0.0001 * ((sample * 7) % 31 - 15)));
    series.figures.push_back(samples);
    series.count += 31;
  }
  return series;
}

RowInfo info(std::string id) { return {.id = std::move(id), .title = "a call"}; }

TEST(Evaluate, TakesTheMedianWithItsInterval) {
  const Measurements measurements{{{.id = "a"}, series_of(100, 0)}};
  const auto row = evaluate(info("a"), measurements, seed);
  ASSERT_TRUE(row.has_value());
  EXPECT_NEAR(row->value, 100, 0.01);
  EXPECT_LE(row->low, row->value);
  EXPECT_GE(row->high, row->value);
  EXPECT_LT(row->high - row->low, 1);
  EXPECT_EQ(row->samples, 31U);
  EXPECT_EQ(row->processes, 5U);
  EXPECT_EQ(row->count, 155U);
  EXPECT_EQ(row->status, Stability::stable);
  EXPECT_FALSE(row->has_modes);
}

TEST(Evaluate, CallsARowUnstableWhoseProcessesLieApart) {
  // The medians 100, 100 + d, ... have a coefficient of variation of about 1.58 d / (1 + 2 d).
  const auto status = [](double drift, RowKind kind) {
    RowInfo row = info("a");
    row.kind = kind;
    return evaluate(row, {{{.id = "a"}, series_of(100, drift)}}, seed)->status;
  };
  EXPECT_EQ(status(0.03, RowKind::micro), Stability::stable);
  EXPECT_EQ(status(0.04, RowKind::micro), Stability::unstable);
  EXPECT_EQ(status(0.04, RowKind::macro), Stability::stable);
  EXPECT_EQ(status(0.09, RowKind::macro), Stability::unstable);
}

TEST(Evaluate, KnowsNoStabilityOfOneProcess) {
  const auto row = evaluate(info("a"), {{{.id = "a"}, series_of(100, 0, 1)}}, seed);
  EXPECT_EQ(row->status, Stability::unknown);
  EXPECT_FALSE(row->spread.has_value());
}

TEST(Evaluate, TakesMultiplesSampleBySample) {
  RowInfo row = info("a");
  row.unit = "x";
  row.base = "base";
  row.goal = 3;
  // A machine that gets slower from process to process slows both alike.
  const Measurements measurements{{{.id = "a"}, series_of(30, 0.2)},
                                  {{.id = "base"}, series_of(10, 0.2)}};
  const auto result = evaluate(row, measurements, seed);
  EXPECT_NEAR(result->value, 3, 0.001);
  EXPECT_EQ(result->status, Stability::stable);
  EXPECT_NEAR(*result->ns, 42, 0.1) << "the median process";
  EXPECT_EQ(result->unit, "x");
}

TEST(Evaluate, TurnsTimesIntoRates) {
  RowInfo row = info("a");
  row.unit = "1/s";
  row.better = Better::higher;
  row.goal = 9e6;
  auto result = evaluate(row, {{{.id = "a"}, series_of(100, 0)}}, seed);
  EXPECT_NEAR(result->value, 1e7, 1e4);
  EXPECT_EQ(verdict_on_goal(*result), "met");
  result = evaluate(row, {{{.id = "a"}, series_of(200, 0)}}, seed);
  EXPECT_EQ(verdict_on_goal(*result), "missed");
}

TEST(Evaluate, SaysWhyThereIsNoValue) {
  Series failed{.unit = "ns", .figures = {{}}};
  failed.failures = {"11 of 12 arrived"};
  const auto row = evaluate(info("a"), {{{.id = "a"}, failed}}, seed);
  EXPECT_EQ(row->failed, "11 of 12 arrived");
  EXPECT_EQ(verdict_on_goal(*row), "");
  EXPECT_FALSE(evaluate(info("b"), {}, seed).has_value());
}

TEST(Evaluate, FailsARowWithOneProcessThatFailed) {
  Series series = series_of(100, 0);
  series.figures[2].clear();
  series.failures = {"its counts were off"};
  const auto row = evaluate(info("a"), {{{.id = "a"}, series}}, seed);
  EXPECT_EQ(row->failed, "its counts were off");
}

TEST(Evaluate, SeesTwoModes) {
  Series series{.unit = "ns", .figures = {}};
  for (int process = 0; process < 5; ++process) {
    std::vector<double> samples;
    samples.reserve(30);
    for (int sample = 0; sample < 30; ++sample)
      samples.push_back((sample % 2 == 0 ? 100 : 150) + 0.01 * sample);
    series.figures.push_back(samples);
  }
  EXPECT_TRUE(evaluate(info("a"), {{{.id = "a"}, series}}, seed)->has_modes);
}

TEST(Evaluate, SetsARowBesideTheBestPeer) {
  RowInfo row = info("W1/native");
  row.peer_id = "W1";
  const Measurements measurements{{{.id = "W1/native"}, series_of(60, 0.1)},
                                  {{.id = "W1", .peer = "go/1"}, series_of(250, 0.1)},
                                  {{.id = "W1", .peer = "tokio/1"}, series_of(180, 0.1)},
                                  {{.id = "W1", .peer = "tokio/2"}, series_of(240, 0.1)},
                                  {{.id = "W1", .peer = "caf/1"}, series_of(900, 0.1)},
                                  {{.id = "W1", .peer = "caf/2"}, series_of(700, 0.1)},
                                  {{.id = "W3", .peer = "caf/1"}, series_of(1, 0)}};
  const auto result = evaluate(row, measurements, seed);
  ASSERT_TRUE(result->beside.has_value());
  EXPECT_EQ(result->beside->peer, "tokio/1");
  EXPECT_NEAR(result->beside->times, 60.0 / 180, 0.001);
  EXPECT_LE(result->beside->low, result->beside->times);
  ASSERT_EQ(result->peers.size(), 3U) << "the best configuration of each peer that did the row";
  EXPECT_EQ(result->peers[0].peer, "caf/2");
  EXPECT_EQ(result->peers[1].peer, "go/1");
  EXPECT_NEAR(result->peers[1].value, 300, 3);
  EXPECT_EQ(result->peers[2].peer, "tokio/1");
  EXPECT_NEAR(result->peers[2].value, 216, 2);
  const auto json = nlohmann::json::parse(to_json(*result, Figures::without));
  EXPECT_NEAR(json["peers"]["tokio/1"].get<double>(), 216, 2);
}

TEST(Evaluate, SetsATwoCoreRowBesideTheCacheLine) {
  RowInfo row = info("a");
  row.leans = Leans::two_cores;
  Series series = series_of(300, 0);
  series.probes["cache-line"] = {100, 150, 200};
  EXPECT_NEAR(*evaluate(row, {{{.id = "a"}, series}}, seed)->cache_lines, 2, 0.001);
}

TEST(Verdicts, AreGivenOnlyToRowsThatHoldStill) {
  ResultRow row{.id = "a", .title = "", .unit = "x", .value = 4, .goal = 4};
  row.status = Stability::stable;
  EXPECT_EQ(verdict_on_goal(row), "met");
  row.value = 4.01;
  EXPECT_EQ(verdict_on_goal(row), "missed");
  row.better = Better::higher;
  EXPECT_EQ(verdict_on_goal(row), "met");
  row.status = Stability::unstable;
  EXPECT_EQ(verdict_on_goal(row), "unstable");
  row.goal.reset();
  EXPECT_EQ(verdict_on_goal(row), "");
}

TEST(Verdicts, OnAMultipleOfAPeerNeedThePeer) {
  ResultRow row{.id = "a", .title = "", .unit = "ns", .value = 60, .peer_goal = 0.5};
  row.status = Stability::stable;
  EXPECT_EQ(verdict_on_goal(row), "");
  row.beside = {.peer = "tokio/1", .times = 0.4, .low = 0.3, .high = 0.6};
  EXPECT_EQ(verdict_on_goal(row), "met");
  row.beside->times = 0.51;
  EXPECT_EQ(verdict_on_goal(row), "missed");
}

TEST(ResultRows, HaveTheMembersThatScriptsReadAndComeBack) {
  RowInfo info_of_row = info("W10/sdk/0B");
  info_of_row.goal = 4;
  const auto row = evaluate(info_of_row, {{{.id = "W10/sdk/0B"}, series_of(100, 0)}}, seed);
  const auto json = nlohmann::json::parse(to_json(*row, Figures::without));
  for (const char* name : {"id", "title", "unit", "value", "low", "high", "samples", "processes",
                           "spread", "status", "goal", "better", "peer"})
    EXPECT_TRUE(json.contains(name)) << name;
  EXPECT_FALSE(json.contains("figures"));
  EXPECT_EQ(json["status"], "stable");
  EXPECT_TRUE(json["peer"].is_null());
  const auto back = parse_result_row(to_json(*row, Figures::with));
  ASSERT_TRUE(back.has_value()) << back.error().message;
  EXPECT_EQ(back->value, row->value);
  EXPECT_EQ(back->figures, row->figures);
  EXPECT_EQ(back->status, Stability::stable);
  EXPECT_EQ(back->goal, 4);
}

TEST(ResultRows, AreRefusedWithWhatIsWrong) {
  const std::string good =
      to_json(*evaluate(info("a"), {{{.id = "a"}, series_of(100, 0, 2)}}, seed), Figures::with);
  for (std::size_t length = 0; length < good.size(); length += 7)
    EXPECT_FALSE(parse_result_row(good.substr(0, length)).has_value());
  EXPECT_FALSE(parse_result_row(R"({"id":"a"})").has_value());
  EXPECT_FALSE(parse_result_row(R"({"id":"","title":"","unit":"","failed":"x"})").has_value());
  auto json = nlohmann::json::parse(good);
  json["figures"] = {{1.0, -1.0}};
  EXPECT_FALSE(parse_result_row(json.dump()).has_value());
  json["figures"] = std::vector<std::vector<double>>(101, {1.0});
  EXPECT_FALSE(parse_result_row(json.dump()).has_value());
  json["figures"] = std::vector<std::vector<double>>(100, {1.0});
  EXPECT_TRUE(parse_result_row(json.dump()).has_value());
}

}  // namespace
}  // namespace troupe::bench
