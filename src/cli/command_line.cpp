#include "cli/command_line.hpp"

#include <algorithm>
#include <charconv>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include <CLI/CLI.hpp>

#include "base/format.hpp"
#include "base/limits.hpp"
#include "base/names.hpp"
#include "base/suggest.hpp"
#include "base/units.hpp"
#include "cli/help.hpp"

namespace troupe {
namespace {

// Option values as text; CLI11 sorts arguments, this file judges them.
struct Raw {
  std::string color = "auto";
  std::string node;
  std::string file;
  std::vector<std::string> files;
  std::string name;
  std::string workers = "0";
  std::string actor;
  std::string payload;
  std::string timeout = "1s";
  std::string budget;
  std::string pattern;
  std::string state;
  std::string component;
  std::string older_than;
  std::string younger_than;
  std::string limit;
  BenchRaw bench;
  bool json = false;
  bool follows = false;
  bool full = false;
  bool history = false;
};

struct Parser {
  CLI::App app;
  Raw raw;
};

constexpr std::string_view see_help = "`troupe -h` shows the commands";

std::unexpected<Complaint> usage(std::string message, std::string help) {
  return complain(ExitCode::usage, std::move(message), std::move(help));
}

std::string see_help_of(std::string_view command) {
  return command.empty() ? std::string(see_help)
                         : fmt::format("`troupe {} -h` shows how it is used", command);
}

void add_common_options(CLI::App& command, Raw& raw) {
  command.allow_extras();
  command.set_help_flag("-h,--help");
  command.add_flag("--json", raw.json);
  command.add_option("--color", raw.color);
}

CLI::App* add_command(Parser& parser, const std::string& name) {
  CLI::App* command = parser.app.add_subcommand(name);
  add_common_options(*command, parser.raw);
  return command;
}

void define(Parser& parser) {
  Raw& raw = parser.raw;
  parser.app.set_help_flag("-h,--help");
  parser.app.allow_extras();
  parser.app.prefix_command(false);
  // Behind a command, its name is a word like any: actors may be called so, and rows are.
  parser.app.require_subcommand(0, 1);
  parser.app.add_flag("--version");
  parser.app.add_flag("--json", raw.json);
  parser.app.add_option("--color", raw.color);

  CLI::App* run = add_command(parser, "run");
  run->add_option("file", raw.file);
  run->add_option("--name", raw.name);
  run->add_option("--workers", raw.workers);

  add_command(parser, "check")->add_option("file", raw.files);

  CLI::App* ps = add_command(parser, "ps");
  ps->add_option("pattern", raw.pattern);
  ps->add_option("--state", raw.state);
  ps->add_option("--component", raw.component);
  ps->add_option("--older-than", raw.older_than);
  ps->add_option("--younger-than", raw.younger_than);
  ps->add_option("--limit", raw.limit);
  ps->add_option("--node", raw.node);

  CLI::App* send = add_command(parser, "send");
  send->add_option("name", raw.actor);
  send->add_option("payload", raw.payload);
  send->add_option("--node", raw.node);

  CLI::App* request = add_command(parser, "request");
  request->add_option("name", raw.actor);
  request->add_option("payload", raw.payload);
  request->add_option("--timeout", raw.timeout);
  request->add_option("--node", raw.node);

  CLI::App* stop = add_command(parser, "stop");
  stop->add_option("name", raw.actor);
  stop->add_option("--budget", raw.budget);
  stop->add_option("--node", raw.node)->expected(0, 1);

  for (const char* name : {"restart", "kill", "inspect", "why"}) {
    CLI::App* of_one = add_command(parser, name);
    of_one->add_option("name", raw.actor);
    if (name == std::string_view("restart")) of_one->add_option("--budget", raw.budget);
    of_one->add_option("--node", raw.node);
  }

  for (const char* name : {"crashes", "events"}) {
    CLI::App* history = add_command(parser, name);
    history->add_option("pattern", raw.pattern);
    history->add_option("--limit", raw.limit);
    history->add_flag("-f,--follow", raw.follows);
    history->add_option("--node", raw.node);
    if (name == std::string_view("crashes")) history->add_flag("--full", raw.full);
  }

  CLI::App* tree = add_command(parser, "tree");
  tree->add_option("--limit", raw.limit);
  tree->add_flag("--history", raw.history);
  tree->add_option("--node", raw.node);
  add_command(parser, "node")->add_option("--node", raw.node);
  add_command(parser, "version");

  define_bench(*add_command(parser, "bench"), raw.bench,
               [&raw](CLI::App& command) { add_common_options(command, raw); });
}

// The long names of a command's options, "--json".
std::vector<std::string> options_of(const CLI::App& command) {
  std::vector<std::string> names;
  for (const CLI::Option* option : command.get_options()) {
    for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
  }
  return names;
}

std::vector<std::string> commands_of(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::App* command : app.get_subcommands({})) names.push_back(command->get_name());
  return names;
}

std::string did_you_mean(std::string_view word, const std::vector<std::string>& names,
                         std::string otherwise) {
  const std::vector<std::string_view> candidates(names.begin(), names.end());
  const auto meant = nearest(word, candidates);
  return meant ? fmt::format("did you mean `{}`?", *meant) : std::move(otherwise);
}

// As it is typed: "run", "bench run".
std::string spelled(const CLI::App& command) {
  const CLI::App* parent = command.get_parent();
  return parent == nullptr || parent->get_name().empty()
             ? command.get_name()
             : fmt::format("{} {}", parent->get_name(), command.get_name());
}

std::unexpected<Complaint> unexpected_argument(const CLI::App& command, std::string_view argument) {
  const std::string name = spelled(command);
  if (!argument.starts_with('-') || argument == "-") {
    return usage(fmt::format("unexpected argument '{}'", argument),
                 name == "ps" || name == "crashes" || name == "events"
                     ? fmt::format("one pattern, in quotes, or the shell turns it into the names "
                                   "of files: troupe {} 'bank/*'",
                                   name)
                     : see_help_of(name));
  }
  const std::string_view option = argument.substr(0, argument.find('='));
  std::string otherwise = see_help_of(name);
  if (name == "send" || name == "request") {
    otherwise += fmt::format(
        "; a payload that begins with '-' goes behind --: troupe {} NAME -- {}", name, argument);
  }
  return usage(fmt::format("unknown option '{}'", option),
               did_you_mean(option, options_of(command), std::move(otherwise)));
}

Tried<Duration> parse_time(
    std::string_view option, std::string_view text,
    Duration longest = std::chrono::milliseconds(limits::request_timeout_ms_max)) {
  const auto span = parse_duration(text);
  if (!span || *span < std::chrono::milliseconds(1) || *span > longest) {
    return usage(
        fmt::format("{} '{}' is not a time from 1ms to {}", option, text, format_duration(longest)),
        "a whole number and a unit: 250ms, 5s, 2m, 1h");
  }
  return *span;
}

Tried<Color> parse_color(std::string_view text) {
  if (text == "auto") return Color::automatic;
  if (text == "always") return Color::on;
  if (text == "never") return Color::off;
  return usage(fmt::format("--color '{}' is not known", text), "auto, always or never");
}

Tried<void> check_actor(std::string_view name) {
  if (is_actor_reference(name) || name.starts_with('#')) return {};
  return usage(fmt::format("'{}' can't be an actor's name", name),
               fmt::format("NAME or APP/NAME, each of {}; or #SLOT.GENERATION", name_rule));
}

Tried<Command> make_run(const Raw& raw) {
  RunCommand run{.file = raw.file, .name = raw.name};
  if (!raw.name.empty() && !is_name(raw.name)) {
    return usage(fmt::format("--name '{}' can't be a node's name", raw.name),
                 std::string(name_rule));
  }
  const auto workers = parse_bytes(raw.workers);
  const bool is_count =
      workers && *workers <= limits::workers_max &&
      std::ranges::all_of(raw.workers, [](char c) { return c >= '0' && c <= '9'; });
  if (!is_count) {
    return usage(fmt::format("--workers '{}' is not a number of threads", raw.workers),
                 fmt::format("1 to {}, or 0 for one per core", limits::workers_max));
  }
  run.workers = static_cast<std::uint32_t>(*workers);
  return run;
}

Tried<ActorState> parse_state(std::string_view word) {
  if (const auto state = actor_state_from(word)) return *state;
  std::vector<std::string> states;
  states.reserve(actor_states.size());
  for (const ActorState each : actor_states) states.emplace_back(to_string(each));
  return usage(fmt::format("--state '{}' is not known", word),
               did_you_mean(word, states, fmt::format("{}", fmt::join(states, ", "))));
}

Tried<std::optional<Duration>> parse_age(const CLI::App& command, const std::string& option,
                                         std::string_view text) {
  if (command.count(option) == 0) return std::nullopt;
  const auto age = parse_time(option, text, std::chrono::milliseconds(limits::query_age_ms_max));
  if (!age) return std::unexpected(age.error());
  return *age;
}

// None: the actor's own.
Tried<std::optional<Duration>> parse_budget(const CLI::App& command, std::string_view text) {
  if (command.count("--budget") == 0) return std::nullopt;
  const auto budget = parse_time("--budget", text);
  if (!budget) return std::unexpected(budget.error());
  return *budget;
}

// `what` are listed.
Tried<std::size_t> parse_limit(std::string_view text, std::string_view what, std::size_t most) {
  std::size_t limit = 0;
  const char* const end = text.data() + text.size();
  const auto [stopped, error] = std::from_chars(text.data(), end, limit);
  if (error == std::errc{} && stopped == end && limit >= 1 && limit <= most) return limit;
  return usage(fmt::format("--limit '{}' is not a number of {}", text, what),
               fmt::format("1 to {}", most));
}

Tried<void> check_pattern(const CLI::App& command, std::string_view pattern) {
  if (command.count("pattern") == 0 || is_actor_pattern(pattern)) return {};
  return usage(fmt::format("'{}' can't be a pattern of actors' names", pattern),
               fmt::format("NAME, APP/NAME or #SLOT.GENERATION, in lower case, with `*` for any "
                           "characters and `?` for one: troupe {} 'bank/*'",
                           command.get_name()));
}

Tried<Command> make_history(const CLI::App& command, const Raw& raw) {
  const std::string& name = command.get_name();
  HistoryQuery query{.actor = raw.pattern};
  if (auto checked = check_pattern(command, raw.pattern); !checked)
    return std::unexpected(checked.error());
  if (command.count("--limit") > 0) {
    const auto limit = parse_limit(raw.limit, name, limits::http_history_page_max);
    if (!limit) return std::unexpected(limit.error());
    query.limit = *limit;
  }
  if (name == "events") return EventsCommand{.query = std::move(query), .follows = raw.follows};
  return CrashesCommand{.query = std::move(query), .follows = raw.follows, .full = raw.full};
}

// A command about one actor that says hardly anything else.
Tried<Command> make_for_one(const CLI::App& command, const Raw& raw) {
  const std::string& name = command.get_name();
  if (raw.actor.empty()) {
    return usage(fmt::format("{} needs an actor", name),
                 fmt::format("troupe {} NAME; `troupe ps` lists them", name));
  }
  if (auto checked = check_actor(raw.actor); !checked) return std::unexpected(checked.error());
  if (name == "restart") {
    const auto budget = parse_budget(command, raw.budget);
    if (!budget) return std::unexpected(budget.error());
    return RestartCommand{.actor = raw.actor, .budget = *budget};
  }
  if (name == "kill") return KillCommand{.actor = raw.actor};
  if (name == "inspect") return InspectCommand{.actor = raw.actor};
  return WhyCommand{.actor = raw.actor};
}

// How many actors are listed. Programs want all; people look at a screen.
Tried<std::size_t> parse_actors_limit(const CLI::App& command, const Raw& raw) {
  if (command.count("--limit") > 0)
    return parse_limit(raw.limit, "actors", limits::query_shown_max);
  return raw.json ? limits::query_shown_max : ActorQuery().limit;
}

Tried<Command> make_tree(const CLI::App& command, const Raw& raw) {
  const auto limit = parse_actors_limit(command, raw);
  if (!limit) return std::unexpected(limit.error());
  return TreeCommand{.limit = *limit, .shows_history = raw.history};
}

Tried<Command> make_ps(const CLI::App& command, const Raw& raw) {
  ActorQuery query;
  if (auto checked = check_pattern(command, raw.pattern); !checked)
    return std::unexpected(checked.error());
  query.name = raw.pattern;
  if (command.count("--state") > 0) {
    const auto state = parse_state(raw.state);
    if (!state) return std::unexpected(state.error());
    query.state = *state;
  }
  if (command.count("--component") > 0 &&
      (raw.component.empty() || raw.component.size() > limits::query_pattern_bytes_max)) {
    return usage("--component names no component",
                 fmt::format("a part of its name, or a pattern with `*` and `?`; at most {} "
                             "characters",
                             limits::query_pattern_bytes_max));
  }
  query.component = raw.component;
  const auto older = parse_age(command, "--older-than", raw.older_than);
  if (!older) return std::unexpected(older.error());
  const auto younger = parse_age(command, "--younger-than", raw.younger_than);
  if (!younger) return std::unexpected(younger.error());
  if (*older && *younger && **older >= **younger) {
    return usage(fmt::format("nobody is older than {} and younger than {}", raw.older_than,
                             raw.younger_than),
                 fmt::format("the other way round: --older-than {} --younger-than {}",
                             raw.younger_than, raw.older_than));
  }
  query.older_than = *older;
  query.younger_than = *younger;
  const auto limit = parse_actors_limit(command, raw);
  if (!limit) return std::unexpected(limit.error());
  query.limit = *limit;
  return PsCommand{.query = std::move(query)};
}

Tried<Command> make_stop(const CLI::App& command, const Raw& raw) {
  const bool has_node_option = command.count("--node") > 0;
  if (raw.actor.empty() && !has_node_option) {
    return usage("nothing to stop is named",
                 "`troupe stop NAME` stops an actor, `troupe stop --node` the node");
  }
  if (!raw.actor.empty() && has_node_option && raw.node.empty()) {
    return usage(
        fmt::format("both the actor '{}' and the node are named", raw.actor),
        fmt::format("`troupe stop {}` stops the actor, `troupe stop --node` the node", raw.actor));
  }
  if (raw.actor.empty() && command.count("--budget") > 0)
    return usage("--budget is for actors", "leave it out: a node gives each actor its own time");
  if (!raw.actor.empty()) {
    if (auto checked = check_actor(raw.actor); !checked) return std::unexpected(checked.error());
  }
  const auto budget = parse_budget(command, raw.budget);
  if (!budget) return std::unexpected(budget.error());
  return StopCommand{.actor = raw.actor, .budget = *budget};
}

Tried<Command> make_send_or_request(const CLI::App& command, const Raw& raw) {
  const std::string& name = command.get_name();
  if (command.count("payload") == 0) {
    return usage(fmt::format("{} needs {}", name,
                             command.count("name") == 0 ? "an actor and a payload" : "a payload"),
                 fmt::format("troupe {} NAME PAYLOAD, or `-` for standard input", name));
  }
  if (auto checked = check_actor(raw.actor); !checked) return std::unexpected(checked.error());
  if (name == "send") return SendCommand{.actor = raw.actor, .payload = raw.payload};
  const auto timeout = parse_time("--timeout", raw.timeout);
  if (!timeout) return std::unexpected(timeout.error());
  return RequestCommand{.actor = raw.actor, .payload = raw.payload, .timeout = *timeout};
}

// What CLI11 could not place. The "--" before positional arguments is among them.
std::vector<std::string> extras_of(const CLI::App& app) {
  std::vector<std::string> extras = app.remaining(true);
  std::erase(extras, "--");
  return extras;
}

Tried<Command> make_command(const Parser& parser, const CLI::App& command) {
  const Raw& raw = parser.raw;
  const std::string& name = command.get_name();
  if (const auto extras = extras_of(parser.app); !extras.empty()) {
    const auto nested = command.get_subcommands();
    return unexpected_argument(nested.empty() ? command : *nested.front(), extras.front());
  }
  if (name == "run") return make_run(raw);
  if (name == "check") return CheckCommand{.files = raw.files};
  if (name == "ps") return make_ps(command, raw);
  if (name == "stop") return make_stop(command, raw);
  if (name == "crashes" || name == "events") return make_history(command, raw);
  if (name == "restart" || name == "kill" || name == "inspect" || name == "why")
    return make_for_one(command, raw);
  if (name == "tree") return make_tree(command, raw);
  if (name == "node") return NodeCommand{};
  if (name == "version") return VersionCommand{};
  if (name == "bench") {
    auto bench = make_bench(command, raw.bench);
    if (!bench) return std::unexpected(std::move(bench).error());
    return *std::move(bench);
  }
  return make_send_or_request(command, raw);
}

// No command, or one that is not known.
Tried<Command> without_command(const CLI::App& app) {
  const auto extras = extras_of(app);
  if (extras.empty()) {
    if (app.count("--version") > 0) return VersionCommand{};
    return usage("no command is given", std::string(see_help));
  }
  const std::string& first = extras.front();
  if (first.starts_with('-')) return unexpected_argument(app, first);
  return usage(fmt::format("unknown command '{}'", first),
               did_you_mean(first, commands_of(app), std::string(see_help)));
}

// `troupe help [COMMAND]`
Tried<Command> help_on(const CLI::App& app, std::span<const std::string> topics) {
  if (topics.empty()) return HelpCommand{std::string(help_text(""))};
  const auto commands = commands_of(app);
  if (std::ranges::find(commands, topics.front()) != commands.end())
    return HelpCommand{std::string(help_text(topics.front()))};
  return usage(fmt::format("there is no help for '{}'", topics.front()),
               did_you_mean(topics.front(), commands, std::string(see_help)));
}

Tried<Command> parse_command(Parser& parser, std::span<const std::string> arguments) {
  define(parser);
  if (!arguments.empty() && arguments.front() == "help")
    return help_on(parser.app, arguments.subspan(1));
  const auto chosen = [&parser]() -> const CLI::App* {
    const auto commands = parser.app.get_subcommands();
    return commands.empty() ? nullptr : commands.front();
  };
  try {
    // CLI11 takes them from the back.
    parser.app.parse(std::vector<std::string>(arguments.rbegin(), arguments.rend()));
  } catch (const CLI::CallForHelp&) {
    return HelpCommand{std::string(help_text(chosen() ? chosen()->get_name() : ""))};
  } catch (const CLI::ParseError& error) {
    return usage(error.what(), see_help_of(chosen() ? chosen()->get_name() : ""));
  }
  return chosen() ? make_command(parser, *chosen()) : without_command(parser.app);
}

}  // namespace

Tried<CommandLine> parse_command_line(std::span<const std::string> arguments,
                                      ConsoleOptions& console) {
  // Before anything can go wrong: errors come in the form asked for, too.
  const auto end = std::ranges::find(arguments, "--");
  if (std::find(arguments.begin(), end, "--json") != end) console.format = Format::json;
  Parser parser;
  auto command = parse_command(parser, arguments);
  const auto color = parse_color(parser.raw.color);
  if (color) console.color = *color;
  if (!command) return std::unexpected(std::move(command).error());
  if (!color) return std::unexpected(color.error());
  CommandLine line{.command = *std::move(command), .console = console, .node = std::nullopt};
  if (!parser.raw.node.empty()) line.node = parser.raw.node;
  return line;
}

}  // namespace troupe
