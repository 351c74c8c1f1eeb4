// What each command line means, and what the user is told when it means nothing.

#include "cli/command_line.hpp"

#include <initializer_list>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include <gtest/gtest.h>

#include "base/limits.hpp"

namespace troupe {
namespace {

using namespace std::chrono_literals;

Tried<CommandLine> parse(std::initializer_list<std::string> arguments) {
  ConsoleOptions console;
  return parse_command_line(std::vector<std::string>(arguments), console);
}

template <typename T>
T command(std::initializer_list<std::string> arguments) {
  const auto line = parse(arguments);
  EXPECT_TRUE(line.has_value()) << line.error().message;
  if (!line || !std::holds_alternative<T>(line->command)) {
    ADD_FAILURE() << "another command";
    return {};
  }
  return std::get<T>(line->command);
}

Complaint complaint(std::initializer_list<std::string> arguments) {
  const auto line = parse(arguments);
  EXPECT_FALSE(line.has_value());
  const Complaint got = line ? Complaint{} : line.error();
  EXPECT_EQ(got.code, ExitCode::usage) << got.message;
  EXPECT_FALSE(got.message.empty());
  EXPECT_FALSE(got.help.empty()) << got.message;
  return got;
}

TEST(CommandLine, ReadsRun) {
  const auto run = command<RunCommand>({"run", "app.toml", "--name", "bank", "--workers", "4"});
  EXPECT_EQ(run.file, "app.toml");
  EXPECT_EQ(run.name, "bank");
  EXPECT_EQ(run.workers, 4);
  EXPECT_EQ(command<RunCommand>({"run"}).file, "");
  EXPECT_EQ(command<RunCommand>({"run", "--workers=256", "x.wasm"}).workers, 256);
}

TEST(CommandLine, ReadsWhatToCheck) {
  EXPECT_EQ(command<CheckCommand>({"check", "app.toml"}).files,
            std::vector<std::string>{"app.toml"});
  EXPECT_EQ(command<CheckCommand>({"check", "a.toml", "--json", "b.wasm"}).files,
            (std::vector<std::string>{"a.toml", "b.wasm"}));
  EXPECT_TRUE(command<CheckCommand>({"check"}).files.empty());
  EXPECT_TRUE(complaint({"check", "a.toml", "--node", "x"}).message.contains("'--node'"));
}

TEST(CommandLine, ReadsSendAndRequest) {
  const auto send = command<SendCommand>({"send", "bank/ledger", "hello there"});
  EXPECT_EQ(send.actor, "bank/ledger");
  EXPECT_EQ(send.payload, "hello there");
  EXPECT_EQ(command<SendCommand>({"send", "a", "-"}).payload, "-");
  EXPECT_EQ(command<SendCommand>({"send", "a", ""}).payload, "");
  EXPECT_EQ(command<SendCommand>({"send", "a", "--", "-x"}).payload, "-x");
  EXPECT_EQ(command<SendCommand>({"send", "--", "a", "--"}).payload, "--");
  EXPECT_EQ(command<SendCommand>({"send", "a", "-5"}).payload, "-5");
  EXPECT_EQ(command<SendCommand>({"send", "#3.1", "x"}).actor, "#3.1");
  const auto request = command<RequestCommand>({"request", "a", "x", "--timeout", "250ms"});
  EXPECT_EQ(request.timeout, 250ms);
  EXPECT_EQ(command<RequestCommand>({"request", "--timeout=2m", "a", "x"}).timeout, 2min);
  EXPECT_EQ(command<RequestCommand>({"request", "a", "x"}).timeout, 1s);
}

TEST(CommandLine, ReadsPs) {
  EXPECT_EQ(command<PsCommand>({"ps"}).query, ActorQuery{});
  const ActorQuery expected{.name = "bank/acc*",
                            .state = ActorState::ready,
                            .component = "local/account",
                            .older_than = 5min,
                            .younger_than = 48h,
                            .limit = 20};
  EXPECT_EQ(
      command<PsCommand>({"ps", "bank/acc*", "--state", "ready", "--component", "local/account",
                          "--older-than", "5m", "--younger-than=48h", "--limit", "20"})
          .query,
      expected);
  EXPECT_EQ(command<PsCommand>({"ps", "--json"}).query.limit, limits::query_shown_max)
      << "programs want all";
  EXPECT_EQ(command<PsCommand>({"ps", "--json", "--limit", "5"}).query.limit, 5);
  EXPECT_EQ(command<PsCommand>({"ps", "#*"}).query.name, "#*");
}

TEST(CommandLine, SaysWhatAQueryCanBe) {
  EXPECT_TRUE(complaint({"ps", "--state", "redy"}).help.contains("`ready`"));
  EXPECT_TRUE(complaint({"ps", "--state", "x"}).help.contains("creating, starting, ready"));
  EXPECT_TRUE(complaint({"ps", "--older", "5m"}).help.contains("`--older-than`"));
  EXPECT_TRUE(complaint({"ps", "--older-than", "5"}).help.contains("250ms"));
  EXPECT_TRUE(complaint({"ps", "--older-than", "2h", "--younger-than", "5m"})
                  .help.contains("--older-than 5m --younger-than 2h"));
  EXPECT_TRUE(complaint({"ps", "Bank"}).help.contains("lower case"));
  EXPECT_TRUE(complaint({"ps", "a.c", "b.c"}).help.contains("in quotes"));
  EXPECT_TRUE(complaint({"ps", "--component", ""}).help.contains("pattern"));
  for (const std::string limit : {"0", "-1", "x", "1k", "4000001"}) {
    EXPECT_TRUE(complaint({"ps", "--limit=" + limit}).help.contains("1 to")) << limit;
  }
}

TEST(CommandLine, ReadsStopInItsForms) {
  const auto actor = parse({"stop", "ledger", "--node", "bank"});
  ASSERT_TRUE(actor.has_value()) << actor.error().message;
  EXPECT_EQ(std::get<StopCommand>(actor->command).actor, "ledger");
  EXPECT_EQ(actor->node, "bank");

  const auto other_order = parse({"stop", "--node", "bank", "ledger"});
  ASSERT_TRUE(other_order.has_value()) << other_order.error().message;
  EXPECT_EQ(std::get<StopCommand>(other_order->command).actor, "ledger");
  EXPECT_EQ(other_order->node, "bank");

  const auto node = parse({"stop", "--node"});
  ASSERT_TRUE(node.has_value()) << node.error().message;
  EXPECT_EQ(std::get<StopCommand>(node->command).actor, "");
  EXPECT_FALSE(node->node.has_value());

  const auto named = parse({"stop", "--node", "bank"});
  ASSERT_TRUE(named.has_value()) << named.error().message;
  EXPECT_EQ(std::get<StopCommand>(named->command).actor, "");
  EXPECT_EQ(named->node, "bank");

  EXPECT_EQ(command<StopCommand>({"stop", "ledger"}).budget, std::nullopt);
  EXPECT_EQ(command<StopCommand>({"stop", "ledger", "--budget", "30s"}).budget, 30s);
}

TEST(CommandLine, ReadsCommandsAboutOneActor) {
  EXPECT_EQ(command<RestartCommand>({"restart", "ledger"}).budget, std::nullopt);
  EXPECT_EQ(command<RestartCommand>({"restart", "ledger", "--budget", "30s"}).budget, 30s);
  complaint({"restart", "ledger", "--budget", "0s"});
  complaint({"kill", "ledger", "--budget", "1s"});
  EXPECT_EQ(command<KillCommand>({"kill", "bank/ledger"}).actor, "bank/ledger");
  EXPECT_EQ(command<InspectCommand>({"inspect", "ledger"}).actor, "ledger");
  EXPECT_EQ(command<WhyCommand>({"why", "#7.1"}).actor, "#7.1");
  EXPECT_EQ(parse({"why", "ledger", "--node", "bank"})->node, "bank");
  for (const std::string name : {"restart", "kill", "inspect", "why"}) {
    EXPECT_TRUE(complaint({name}).help.contains("troupe " + name + " NAME"));
    complaint({name, "Ledger"});
    complaint({name, "a", "b"});
  }
}

TEST(CommandLine, TakesNamesOfCommandsForNamesOfActors) {
  EXPECT_EQ(command<StopCommand>({"stop", "ps"}).actor, "ps");
  EXPECT_EQ(command<RequestCommand>({"request", "run", "kill"}).payload, "kill");
  EXPECT_EQ(command<WhyCommand>({"why", "bench"}).actor, "bench");
}

TEST(CommandLine, ReadsWhichCrashesAndEventsToShow) {
  EXPECT_EQ(command<CrashesCommand>({"crashes"}).query, HistoryQuery{});
  const auto some = command<CrashesCommand>({"crashes", "bank/*", "-f", "--full", "--limit", "5"});
  EXPECT_EQ(some.query, (HistoryQuery{.actor = "bank/*", .limit = 5}));
  EXPECT_TRUE(some.follows);
  EXPECT_TRUE(some.full);
  EXPECT_EQ(command<CrashesCommand>({"crashes", "--limit", "1000"}).query.limit, 1'000U);
  for (const char* limit : {"0", "1001", "-1", "x", ""}) complaint({"crashes", "--limit", limit});
  complaint({"crashes", "A"});
  complaint({"events", "--full"});
  const auto events = command<EventsCommand>({"events", "--follow", "ledger"});
  EXPECT_EQ(events.query, (HistoryQuery{.actor = "ledger"}));
  EXPECT_TRUE(events.follows);
  EXPECT_TRUE(complaint({"crashes", "a", "b"}).help.contains("troupe crashes 'bank/*'"));
}

TEST(CommandLine, ReadsWhatToShowOfTheNode) {
  EXPECT_EQ(command<TreeCommand>({"tree"}).limit, 1'000U);
  EXPECT_EQ(command<TreeCommand>({"tree", "--limit", "7"}).limit, 7U);
  EXPECT_FALSE(command<TreeCommand>({"tree"}).shows_history);
  EXPECT_TRUE(command<TreeCommand>({"tree", "--history"}).shows_history);
  EXPECT_EQ(command<TreeCommand>({"tree", "--json"}).limit, limits::query_shown_max);
  EXPECT_EQ(parse({"node", "--node", "bank"})->node, "bank");
  complaint({"tree", "--limit", "0"});
  complaint({"tree", "root"});
  complaint({"node", "bank"});
}

TEST(CommandLine, DoesNotGuessWhatToStop) {
  complaint({"stop"});
  complaint({"stop", "ledger", "--node"});
  complaint({"stop", "--node", "--budget", "1s"});
}

TEST(CommandLine, ReadsTheOptionsOfEveryCommand) {
  for (const std::string name : {"ps", "version"}) {
    const auto line = parse({name, "--json", "--color", "never"});
    ASSERT_TRUE(line.has_value()) << line.error().message;
    EXPECT_EQ(line->console.format, Format::json);
    EXPECT_EQ(line->console.color, Color::off);
  }
  EXPECT_EQ(parse({"ps", "--node", "bank"})->node, "bank");
  EXPECT_EQ(parse({"--json", "ps"})->console.format, Format::json);
  command<VersionCommand>({"--version"});
}

TEST(CommandLine, FindsHelpWhereverItIsLookedFor) {
  for (const auto& arguments : {std::vector<std::string>{"-h"}, {"--help"}, {"help"}}) {
    ConsoleOptions console;
    const auto line = parse_command_line(arguments, console);
    ASSERT_TRUE(line.has_value());
    EXPECT_TRUE(std::get<HelpCommand>(line->command).text.contains("\n  run [FILE] "));
  }
  const std::string help = command<HelpCommand>({"stop", "--help"}).text;
  EXPECT_TRUE(help.contains("Usage: troupe stop"));
  EXPECT_EQ(command<HelpCommand>({"help", "stop"}).text, help);
  EXPECT_EQ(command<HelpCommand>({"stop", "x", "-h"}).text, help);
}

TEST(CommandLine, SaysWhatWasPerhapsMeant) {
  EXPECT_TRUE(complaint({"requst", "a", "b"}).help.contains("`request`"));
  EXPECT_TRUE(complaint({"pss"}).help.contains("`ps`"));
  EXPECT_TRUE(complaint({"ps", "--jsn"}).help.contains("`--json`"));
  EXPECT_TRUE(complaint({"request", "a", "b", "--timeot=1s"}).help.contains("`--timeout`"));
  EXPECT_TRUE(complaint({"help", "stpo"}).help.contains("`stop`"));
  EXPECT_TRUE(complaint({"send", "a", "-x"}).help.contains("troupe send NAME -- -x"));
}

TEST(CommandLine, RefusesWhatItDoesNotKnow) {
  EXPECT_TRUE(complaint({}).message.contains("no command"));
  EXPECT_TRUE(complaint({"frobnicate"}).message.contains("'frobnicate'"));
  EXPECT_TRUE(complaint({"ps", "a", "extra"}).message.contains("'extra'"));
  EXPECT_TRUE(complaint({"run", "a", "b"}).message.contains("'b'"));
  EXPECT_TRUE(complaint({"--frob"}).message.contains("'--frob'"));
  complaint({"help", "nothing"});
  complaint({"ps", "--node"});
  complaint({"ps", "--color", "blue"});
}

TEST(CommandLine, RefusesArgumentsThatAreMissing) {
  EXPECT_TRUE(complaint({"send"}).message.contains("an actor and a payload"));
  EXPECT_TRUE(complaint({"send", "a"}).message.contains("needs a payload"));
  complaint({"request", "a"});
}

TEST(CommandLine, RefusesValuesOutOfRange) {
  for (const std::string time : {"0s", "1", "s", "-1s", "25h", "1.5s", ""})
    complaint({"request", "a", "x", "--timeout=" + time});
  command<RequestCommand>({"request", "a", "x", "--timeout", "24h"});
  command<RequestCommand>({"request", "a", "x", "--timeout", "1ms"});
  for (const std::string workers : {"257", "-1", "x", "1KiB", "1.5"})
    complaint({"run", "x.wasm", "--workers=" + workers});
  for (const std::string name : {"Bank", "-x", "a/b", "a b"})
    complaint({"run", "x.wasm", "--name=" + name});
  for (const std::string name : {"Bank", "a/b/c", "", "a b"}) complaint({"send", name, "x"});
}

TEST(CommandLine, TellsTheFormatEvenWhenItFails) {
  ConsoleOptions console;
  EXPECT_FALSE(parse_command_line(std::vector<std::string>{"send", "--json", "--frob"}, console)
                   .has_value());
  EXPECT_EQ(console.format, Format::json);
  console = {};
  EXPECT_TRUE(parse_command_line(std::vector<std::string>{"send", "a", "--", "--json"}, console)
                  .has_value());
  EXPECT_EQ(console.format, Format::text);
}

TEST(CommandLine, SurvivesAnyArguments) {
  const std::vector<std::string> words{
      "",        "-",    "--",       "---", "-x",      "--=", "--json", "--node", "run",
      "request", "stop", "\x1b[31m", "a=b", "--node=", "-hx", "{",      "#",      "\xff"};
  for (const auto& first : words) {
    for (const auto& second : words) {
      for (const auto& third : words) {
        ConsoleOptions console;
        const auto line =
            parse_command_line(std::vector<std::string>{first, second, third}, console);
        EXPECT_TRUE(line.has_value() || line.error().code == ExitCode::usage);
      }
    }
  }
}

}  // namespace
}  // namespace troupe
