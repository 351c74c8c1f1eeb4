// The CAF peer of Troupe's benchmarks: the command line, the catalogue of rows and their JSON.
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <iostream>
#include <optional>
#include <sstream>
#include <string>
#include <vector>

#include "workloads.hpp"

namespace peer {
namespace {

constexpr auto usage =
    "usage: peer --list\n"
    "       peer ROW CONFIG [--warmup-ms N] [--measure-ms N] [--samples N] [--actors N]\n";

constexpr int exit_failed = 1;
constexpr int exit_usage = 2;

constexpr std::chrono::seconds answer_limit{5};

struct Row {
  std::string id;
  std::vector<std::string> configs;
  Pace pace;
  std::function<Workload(const Stage&, const std::string& config)> set_up;
};

bool ends_with(const std::string& text, const std::string& end) {
  return text.size() >= end.size() && text.substr(text.size() - end.size()) == end;
}

Flow flow_of(const std::string& config) {
  return ends_with(config, "-credit") ? Flow::credit : Flow::free;
}

Birth birth_of(const std::string& config) {
  return ends_with(config, "-lazy") ? Birth::lazy : Birth::eager;
}

const std::vector<Row>& rows() {
  using Config = const std::string&;
  static const std::vector<std::string> workers = {"1", "2"};
  static const std::vector<std::string> flows = {"1", "2", "1-credit", "2-credit"};
  static const std::vector<std::string> births = {"1", "2", "1-lazy", "2-lazy"};
  static const std::vector<Row> all = {
      {"W1", workers, Pace::flat, [](auto& stage, Config) { return ping_pong(stage); }},
      {"W3", flows, Pace::flat,
       [](auto& stage, Config config) { return flood(stage, 1, flow_of(config)); }},
      {"W4", flows, Pace::flat,
       [](auto& stage, Config config) { return flood(stage, 20, flow_of(config)); }},
      {"W5/100", workers, Pace::flat, [](auto& stage, Config) { return fan_out(stage, 100); }},
      {"W5/10000", workers, Pace::flat, [](auto& stage, Config) { return fan_out(stage, 10'000); }},
      {"W6", workers, Pace::flat,
       [](auto& stage, Config) { return request_response(stage, caf::duration(caf::infinite)); }},
      {"W6/timeout", workers, Pace::flat,
       [](auto& stage, Config) { return request_response(stage, caf::duration(answer_limit)); }},
      {"W7", births, Pace::once,
       [](auto& stage, Config config) { return population(stage, birth_of(config)); }},
      // The row that measures bytes has no workload.
      {"W7/bytes", births, Pace::once, nullptr},
      {"W8/ordered", workers, Pace::flat,
       [](auto& stage, Config) { return ring(stage, Order::ordered); }},
      {"W8/shuffled", workers, Pace::flat,
       [](auto& stage, Config) { return ring(stage, Order::shuffled); }},
      {"W9", workers, Pace::whole_runs, [](auto& stage, Config) { return skynet(stage); }},
      {"W12", workers, Pace::flat, [](auto& stage, Config) { return crash_and_restart(stage); }},
  };
  return all;
}

const Row* find_row(const std::string& id, const std::string& config) {
  for (const Row& row : rows()) {
    if (row.id != id) continue;
    for (const auto& known : row.configs) {
      if (known == config) return &row;
    }
  }
  return nullptr;
}

int refuse(const std::string& problem) {
  std::cerr << "peer: " << problem << '\n' << usage;
  return exit_usage;
}

int list() {
  for (const Row& row : rows()) {
    for (const auto& config : row.configs) std::cout << row.id << ' ' << config << '\n';
  }
  return EXIT_SUCCESS;
}

std::optional<int64_t> positive(const std::string& text) {
  std::istringstream stream(text);
  int64_t number = 0;
  char rest = 0;
  if (!(stream >> number) || number <= 0 || stream >> rest) return std::nullopt;
  return number;
}

// Takes pairs of option and value; returns nothing if one of them is not understood.
std::optional<Plan> parse(const std::vector<std::string>& options) {
  Plan plan;
  if (options.size() % 2 != 0) return std::nullopt;
  for (size_t i = 0; i < options.size(); i += 2) {
    const auto value = positive(options[i + 1]);
    if (!value) return std::nullopt;
    if (options[i] == "--warmup-ms") {
      plan.warmup = std::chrono::milliseconds(*value);
    } else if (options[i] == "--measure-ms") {
      plan.measure = std::chrono::milliseconds(*value);
    } else if (options[i] == "--samples") {
      plan.samples = *value;
    } else if (options[i] == "--actors") {
      plan.actors = *value;
    } else {
      return std::nullopt;
    }
  }
  return plan;
}

std::string array_of(const std::vector<int64_t>& numbers) {
  std::string text;
  for (const int64_t number : numbers) text += (text.empty() ? "" : ",") + std::to_string(number);
  return '[' + text + ']';
}

std::string json_of(const Series& series) {
  return R"("unit":"ns","iterations":)" + array_of(series.iterations) + R"(,"ns":)" +
         array_of(series.nanoseconds) + R"(,"count":)" + std::to_string(series.received.count) +
         R"(,"sum":)" + std::to_string(series.received.sum);
}

std::string measure(const Row& row, const std::string& config, const Plan& plan) {
  caf::actor_system_config settings;
  settings.set("scheduler.max-threads", size_t(config.front() - '0'));
  // Never destroyed: a ring of actors keeps itself alive, and the system would wait for its end.
  auto& system = *new caf::actor_system(settings);
  auto& driver = *new caf::scoped_actor(system);
  const Stage stage{system, driver, plan};
  if (row.set_up) return json_of(sample(row.set_up(stage, config), plan, row.pace));
  const double bytes = resident_bytes_per_actor(stage, birth_of(config));
  return R"("unit":"bytes","values":[)" + std::to_string(bytes) + ']';
}

// Prints the line of the row and returns the exit code. Nothing in it needs escapes but quotes.
int run(const Row& row, const std::string& config, const Plan& plan) {
  const std::string head = R"({"id":")" + row.id + R"(","peer":"caf/)" + config + R"(",)";
  try {
    const std::string measured = measure(row, config, plan);
    std::cout << head << measured << "}\n";
    return EXIT_SUCCESS;
  } catch (const std::exception& failure) {
    std::string text = failure.what();
    for (char& character : text) {
      if (character == '"' || character == '\\') character = '\'';
    }
    std::cout << head << R"("failed":")" << text << "\"}\n";
    return exit_failed;
  }
}

}  // namespace
}  // namespace peer

int main(int argc, char** argv) {
  using namespace peer;
  const std::vector<std::string> arguments(argv + 1, argv + argc);
  if (arguments == std::vector<std::string>{"--list"}) return list();
  if (arguments.size() < 2) return refuse("the row or the configuration is missing");
  const Row* row = find_row(arguments[0], arguments[1]);
  if (row == nullptr) return refuse("no row " + arguments[0] + ' ' + arguments[1]);
  const auto plan = parse({arguments.begin() + 2, arguments.end()});
  if (!plan) return refuse("an option is unknown or has no positive number");

  const int status = run(*row, arguments[1], *plan);
  std::cout.flush();
  // Workers still run, and nobody will stop them.
  std::_Exit(status);
}
