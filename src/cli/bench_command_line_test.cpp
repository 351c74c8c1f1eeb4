#include "cli/bench_command_line.hpp"

#include <gtest/gtest.h>

#include "cli/command_line.hpp"

namespace troupe {
namespace {

using namespace std::chrono_literals;

Tried<BenchCommand> parse(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), "bench");
  ConsoleOptions options;
  auto line = parse_command_line(arguments, options);
  if (!line) return std::unexpected(line.error());
  return std::get<BenchCommand>(line->command);
}

template <typename Command>
Command parse_as(std::vector<std::string> arguments) {
  auto command = parse(std::move(arguments));
  EXPECT_TRUE(command.has_value()) << command.error().message;
  return command ? std::get<Command>(*command) : Command{};
}

std::string refusal_of(std::vector<std::string> arguments) {
  const auto command = parse(std::move(arguments));
  EXPECT_FALSE(command.has_value());
  if (command) return {};
  EXPECT_EQ(command.error().code, ExitCode::usage);
  return command.error().message;
}

TEST(BenchCommandLine, RunsEverythingInFullByDefault) {
  const auto run = parse_as<BenchRun>({"run"});
  EXPECT_TRUE(run.filters.empty());
  EXPECT_EQ(run.profile, BenchProfile::full);
  EXPECT_EQ(run.processes, 0U);
  EXPECT_EQ(run.peers, BenchRun::Peers::without);
}

TEST(BenchCommandLine, KnowsWhatToRunAndHow) {
  const auto run = parse_as<BenchRun>({"run", "W1", "W10/sdk", "--quick", "--peers", "--save",
                                       "before", "--processes", "7", "--folder", "/tmp/x"});
  EXPECT_EQ(run.filters, (std::vector<std::string>{"W1", "W10/sdk"}));
  EXPECT_EQ(run.profile, BenchProfile::quick);
  EXPECT_EQ(run.peers, BenchRun::Peers::with);
  EXPECT_EQ(run.save, "before");
  EXPECT_EQ(run.processes, 7U);
  EXPECT_EQ(run.folder, "/tmp/x");
}

TEST(BenchCommandLine, ComparesTwoRuns) {
  const auto cmp = parse_as<BenchCmp>({"cmp", "a", "b", "-t", "2.5"});
  EXPECT_EQ(cmp.first, "a");
  EXPECT_EQ(cmp.second, "b");
  EXPECT_DOUBLE_EQ(cmp.threshold, 0.025);
  EXPECT_DOUBLE_EQ(parse_as<BenchCmp>({"cmp", "a", "b"}).threshold, 0.05);
}

TEST(BenchCommandLine, GatesAgainstARun) {
  const auto gate = parse_as<BenchGate>(
      {"gate", "--baseline", "base", "--max-regress", "3%", "W10", "--pairs", "20"});
  EXPECT_EQ(gate.baseline, "base");
  EXPECT_DOUBLE_EQ(gate.max_regress, 0.03);
  EXPECT_EQ(gate.filters, std::vector<std::string>{"W10"});
  EXPECT_EQ(gate.pairs, 20U);
}

TEST(BenchCommandLine, MeasuresABlock) {
  const auto measure = parse_as<BenchMeasure>({"measure", "call", "--rows", "a,b,", "--warmup-ms",
                                               "5", "--measure-ms", "9", "--samples", "3"});
  EXPECT_EQ(measure.block, "call");
  EXPECT_EQ(measure.request.ids, (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(measure.request.effort.warm_up, 5ms);
  EXPECT_EQ(measure.request.effort.measure, 9ms);
  EXPECT_EQ(measure.request.effort.samples, 3U);
  EXPECT_EQ(parse_as<BenchMeasure>({"measure", "call", "--exactly", "9"}).request.effort.exactly,
            9U);
}

TEST(BenchCommandLine, SaysWhatIsWrong) {
  struct Case {
    std::vector<std::string> arguments;
    std::string_view says;
  };
  const Case cases[] = {
      {{}, "bench needs a command"},
      {{"rnu"}, "unexpected argument 'rnu'"},
      {{"run", "--quick", "--full"}, "exclude each other"},
      {{"run", "--save", "A b"}, "can't be the name of a run"},
      {{"run", "--processes", "101"}, "0 to 100"},
      {{"run", "--proceses", "1"}, "unknown option '--proceses'"},
      {{"cmp", "a"}, "the names of two saved runs"},
      {{"cmp", "a", "b", "c"}, "the names of two saved runs"},
      {{"cmp", "a", "b", "-t", "0"}, "percentage above 0"},
      {{"cmp", "a", "b", "-t", "5x"}, "percentage above 0"},
      {{"gate"}, "needs a saved run"},
      {{"gate", "--baseline", "a", "--pairs", "5"}, "6 to 100"},
      {{"gate", "--baseline", "a", "--max-regress", "nan"}, "percentage above 0"},
      {{"measure"}, "needs one block"},
      {{"measure", "a", "--samples", "0"}, "1 to 10000"},
      {{"selftest", "--trials", "0"}, "1 to 1000"},
      {{"selftest", "W1"}, "unexpected argument 'W1'"},
  };
  for (const Case& one : cases) {
    EXPECT_NE(refusal_of(one.arguments).find(one.says), std::string::npos)
        << one.says << " in " << refusal_of(one.arguments);
  }
}

TEST(BenchCommandLine, HasHelpAtEachCommand) {
  for (const std::vector<std::string>& arguments :
       {std::vector<std::string>{"bench", "-h"}, {"bench", "run", "-h"}, {"help", "bench"}}) {
    ConsoleOptions options;
    const auto line = parse_command_line(arguments, options);
    ASSERT_TRUE(line.has_value());
    EXPECT_NE(std::get<HelpCommand>(line->command).text.find("troupe bench run"),
              std::string::npos);
  }
}

}  // namespace
}  // namespace troupe
