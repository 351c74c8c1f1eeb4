#include "cli/tree.hpp"

#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

#include "base/format.hpp"
#include "base/sanitize.hpp"
#include "base/units.hpp"
#include "cli/commands.hpp"
#include "cli/crash_text.hpp"
#include "cli/nodes.hpp"
#include "cli/table.hpp"
#include "http/json.hpp"
#include "http/supervisor_json.hpp"

namespace troupe {
namespace {

std::string exit_text(const SupervisedExit& one) {
  return one.text.empty() ? one.exit : fmt::format("{}(\"{}\")", one.exit, harmless(one.text));
}

std::string details_of(const SupervisorStatus& one) {
  return fmt::format("{}, {} of {} restart{} within {}", one.strategy, one.restarts, one.intensity,
                     one.intensity == 1 ? "" : "s", format_duration(one.period));
}

// Thread: one.
class Tree {
 public:
  Tree(std::span<const SupervisorStatus> supervisors, std::span<const ActorStatus> actors) {
    for (const ActorStatus& one : actors) actors_below_[one.supervisor].push_back(&one);
    for (const SupervisorStatus& one : supervisors) below_[one.parent].push_back(&one);
    for (const SupervisorStatus* root : below_[""]) add(*root, "", "");
    // A list of actors may end before their parents' names.
    for (const ActorStatus& one : actors) {
      if (!shown_.contains(one.name)) add(one, "", "");
    }
  }

  [[nodiscard]] std::vector<std::vector<std::string>> take_rows() { return std::move(rows_); }

 private:
  void add(const SupervisorStatus& one, const std::string& lead, const std::string& indent) {
    rows_.push_back(
        {lead + harmless(one.name), one.state, fmt::format("{}", one.life), details_of(one)});
    const auto& supervisors = below_[one.name];
    add_actors(one.name, indent, supervisors.empty());
    for (const SupervisorStatus* each : supervisors) {
      const bool is_last = each == supervisors.back();
      add(*each, indent + (is_last ? "└─ " : "├─ "), indent + (is_last ? "   " : "│  "));
    }
  }
  void add(const ActorStatus& one, const std::string& lead, const std::string& indent) {
    if (!shown_.insert(one.name).second) return;
    rows_.push_back({lead + harmless(one.name), std::string(to_string(one.state)),
                     fmt::format("{}", one.lives),
                     one.last_exit ? fmt::format("last: {}", harmless(to_string(*one.last_exit)))
                                   : std::string()});
    add_actors(one.name, indent, true);
  }
  void add_actors(const std::string& parent, const std::string& indent, bool are_last) {
    const auto found = actors_below_.find(parent);
    if (found == actors_below_.end()) return;
    for (const ActorStatus* each : found->second) {
      const bool is_last = are_last && each == found->second.back();
      add(*each, indent + (is_last ? "└─ " : "├─ "), indent + (is_last ? "   " : "│  "));
    }
  }

  std::unordered_map<std::string_view, std::vector<const ActorStatus*>> actors_below_;
  std::unordered_map<std::string_view, std::vector<const SupervisorStatus*>> below_;
  std::unordered_set<std::string_view> shown_;  // Names of actors.
  std::vector<std::vector<std::string>> rows_;
};

}  // namespace

std::string tree_text(std::span<const SupervisorStatus> supervisors,
                      std::span<const ActorStatus> actors, std::optional<std::size_t> columns_max) {
  const std::vector<Column> columns{{"NAME"}, {"STATE"}, {"LIVES", Align::right}, {""}};
  return format_table(columns, Tree(supervisors, actors).take_rows(), {.columns_max = columns_max});
}

std::string decisions_text(std::span<const SupervisorStatus> supervisors,
                           std::optional<std::size_t> columns_max) {
  const std::vector<Column> columns{
      {"SUPERVISOR"}, {"AGO", Align::right}, {"CHILD"}, {"EXIT"}, {"DECISION"}};
  std::vector<std::vector<std::string>> rows;
  for (const SupervisorStatus& one : supervisors) {
    for (const SupervisedExit& each : one.history) {
      rows.push_back({harmless(one.name), span_text(each.ago), harmless(each.child),
                      exit_text(each), each.decision});
    }
  }
  return format_table(columns, rows, {.columns_max = columns_max});
}

Tried<ExitCode> tree_command(Console& console, const TreeCommand& command, const NodeName& node) {
  auto chosen = choose_node(node);
  if (!chosen) return std::unexpected(std::move(chosen).error());
  const auto supervisors = chosen->client.supervisors();
  if (!supervisors) return complain(supervisors.error());
  const auto list = chosen->client.actors({.limit = command.limit});
  if (!list) return complain(list.error());
  if (console.is_json()) {
    console.print(fmt::format("{{\"supervisors\":{},\"actors\":{}}}\n", to_json(*supervisors),
                              to_json(list->actors)));
  } else if (command.shows_history) {
    console.print(decisions_text(*supervisors, console.columns()));
    return ExitCode::ok;  // Of actors nothing was left out.
  } else {
    console.print(tree_text(*supervisors, list->actors, console.columns()));
  }
  if (list->more > 0) {
    console.note(console.is_json() ? fmt::format(R"({{"more":{}}})", list->more)
                                   : fmt::format("{} more; --limit {} shows all of them",
                                                 list->more, command.limit + list->more));
  }
  return ExitCode::ok;
}

}  // namespace troupe
