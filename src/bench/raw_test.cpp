// Lines of measuring processes come from other programs: what is wrong with one must be said, and
// nothing of it believed.

#include "bench/raw.hpp"

#include <string>
#include <variant>

#include <gtest/gtest.h>

#include "base/limits.hpp"

namespace troupe::bench {
namespace {

RawRow row_of(std::string_view line) {
  auto parsed = parse_raw_line(line);
  EXPECT_TRUE(parsed.has_value()) << line;
  return parsed ? std::get<RawRow>(*parsed) : RawRow{};
}

std::string refusal_of(std::string_view line) {
  const auto parsed = parse_raw_line(line);
  EXPECT_FALSE(parsed.has_value()) << line;
  if (parsed) return {};
  EXPECT_EQ(parsed.error().code, ErrorCode::corrupt);
  return parsed.error().message;
}

TEST(RawLines, KeepWhatWasWritten) {
  const RawRow written{.id = "W1",
                       .peer = "go/2",
                       .iterations = {4, 8},
                       .ns = {700.5, 1400},
                       .count = 12,
                       .sum = 66};
  const RawRow read = row_of(to_line(written));
  EXPECT_EQ(read.id, "W1");
  EXPECT_EQ(read.peer, "go/2");
  EXPECT_EQ(read.unit, "ns");
  EXPECT_EQ(read.ns, written.ns);
  EXPECT_EQ(read.count, 12U);
  EXPECT_EQ(read.sum, 66U);
  EXPECT_EQ(figures(read), (std::vector<double>{175.125, 175}));
}

TEST(RawLines, KeepValuesAndFailures) {
  EXPECT_EQ(figures(row_of(R"({"id":"W7/bytes","unit":"bytes","values":[2590.5,0]})")),
            (std::vector<double>{2590.5, 0}));
  EXPECT_EQ(row_of(to_line(RawRow{.id = "W1", .failed = "11 of 12"})).failed, "11 of 12");
}

TEST(RawLines, KeepProbes) {
  const auto parsed = parse_raw_line(to_line(RawProbes{.when = "after", .ns = {{"alu", 1.5}}}));
  ASSERT_TRUE(parsed.has_value());
  const auto& probes = std::get<RawProbes>(*parsed);
  EXPECT_EQ(probes.when, "after");
  EXPECT_EQ(probes.ns.at("alu"), 1.5);
}

TEST(RawLines, AreRefusedWithWhatIsWrong) {
  struct Case {
    std::string_view line;
    std::string_view says;
  };
  constexpr Case cases[] = {
      {"", "no JSON object"},
      {"[1]", "no JSON object"},
      {R"({"unit":"ns","values":[1]})", "no id"},
      {R"({"id":3,"values":[1]})", "'id' is no text"},
      {R"({"id":"a"})", "either times or values"},
      {R"({"id":"a","iterations":[1],"ns":[1],"values":[1]})", "either times or values"},
      {R"({"id":"a","iterations":[1,2],"ns":[1]})", "differ in length"},
      {R"({"id":"a","iterations":[0],"ns":[1]})", "'iterations' has a value"},
      {R"({"id":"a","iterations":[1],"ns":[-1]})", "'ns' has a value"},
      {R"({"id":"a","iterations":[1],"ns":["1"]})", "'ns' has a value"},
      {R"({"id":"a","values":[1e999]})", ""},
      {R"({"id":"a","values":{"b":1}})", "'values' is no list"},
      {R"({"id":"a","values":[1],"count":-1})", "'count' is no count"},
      {R"({"id":"a","values":[1],"sum":"x"})", "'sum' is no count"},
      {R"({"probes":"before"})", "no figures"},
      {R"({"probes":"before","ns":{"alu":"fast"}})", "'alu' is no number"},
      {R"({"probes":1,"ns":{}})", "'probes' is no text"},
  };
  for (const Case& one : cases)
    EXPECT_NE(refusal_of(one.line).find(one.says), std::string::npos) << one.line;
}

TEST(RawLines, AreBounded) {
  const auto line_of = [](std::size_t values) {
    std::string line = R"({"id":"a","values":[1)";
    for (std::size_t value = 1; value < values; ++value) line += ",1";
    return line + "]}";
  };
  EXPECT_TRUE(parse_raw_line(line_of(limits::bench_samples_max)).has_value());
  EXPECT_NE(refusal_of(line_of(limits::bench_samples_max + 1)).find("more than"),
            std::string::npos);
  const std::string good = R"({"id":"a","values":[1]})";
  const std::string padding(limits::bench_line_bytes_max - good.size(), ' ');
  EXPECT_TRUE(parse_raw_line(good + padding).has_value());
  EXPECT_NE(refusal_of(good + padding + ' ').find("too long"), std::string::npos);
}

TEST(RawLines, SurviveTruncationAndFlippedBits) {
  const std::string good =
      to_line(RawRow{.id = "W10/sdk/0B", .iterations = {1, 2, 3}, .ns = {10, 20, 30}, .count = 6});
  for (std::size_t length = 0; length < good.size(); ++length)
    EXPECT_FALSE(parse_raw_line(good.substr(0, length)).has_value()) << length;
  for (std::size_t at = 0; at < good.size(); ++at) {
    for (int bit = 0; bit < 8; ++bit) {
      std::string flipped = good;
      flipped[at] = static_cast<char>(flipped[at] ^ (1 << bit));
      const auto parsed = parse_raw_line(flipped);
      if (!parsed || !std::holds_alternative<RawRow>(*parsed)) continue;
      const auto& row = std::get<RawRow>(*parsed);
      for (const double figure : figures(row)) EXPECT_TRUE(figure >= 0) << flipped;
    }
  }
}

}  // namespace
}  // namespace troupe::bench
