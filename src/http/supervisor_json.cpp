#include "http/supervisor_json.hpp"

#include <chrono>

#include "base/format.hpp"
#include "http/json_members.hpp"

namespace troupe {
namespace {

Json exit_record(const SupervisedExit& one) {
  return {{"ago_ms", whole_milliseconds(one.ago)},
          {"child", one.child},
          {"exit", one.exit},
          {"text", one.text},
          {"decision", one.decision}};
}

Result<SupervisedExit> exit_record_from(const Json& json) {
  if (!json.is_object()) return corrupt("a supervisor's history");
  Members members(json);
  SupervisedExit one;
  std::int64_t ago_ms = 0;
  members.read("ago_ms", ago_ms);
  members.read("child", one.child);
  members.read("exit", one.exit);
  members.read("text", one.text);
  members.read("decision", one.decision);
  one.ago = std::chrono::milliseconds(ago_ms);
  if (!members.missing().empty())
    return corrupt(fmt::format("'{}' of a supervisor's history", members.missing()));
  return one;
}

Json supervisor_object(const SupervisorStatus& one) {
  Json history = Json::array();
  for (const SupervisedExit& each : one.history) history.push_back(exit_record(each));
  return {{"name", one.name},
          {"parent", one.parent},
          {"state", one.state},
          {"life", one.life},
          {"restart", one.restart},
          {"strategy", one.strategy},
          {"restarts", one.restarts},
          {"intensity", one.intensity},
          {"period_ms", whole_milliseconds(one.period)},
          {"children", one.children},
          {"history", history}};
}

Result<SupervisorStatus> supervisor_from(const Json& json) {
  if (!json.is_object()) return corrupt("a supervisor that is not an object");
  Members members(json);
  SupervisorStatus one;
  std::int64_t period_ms = 0;
  members.read("name", one.name);
  members.read("parent", one.parent);
  members.read("state", one.state);
  members.read("life", one.life);
  members.read("restart", one.restart);
  members.read("strategy", one.strategy);
  members.read("restarts", one.restarts);
  members.read("intensity", one.intensity);
  members.read("period_ms", period_ms);
  members.read("children", one.children);
  one.period = std::chrono::milliseconds(period_ms);
  if (const Json* history = members.find("history"); history != nullptr && history->is_array()) {
    for (const Json& each : *history) {
      TRY_ASSIGN(one.history.emplace_back(), exit_record_from(each));
    }
  } else {
    members.reject("history");
  }
  if (!members.missing().empty())
    return corrupt(fmt::format("'{}' of a supervisor", members.missing()));
  return one;
}

}  // namespace

std::string to_json(std::span<const SupervisorStatus> supervisors) {
  return list_json(supervisors, supervisor_object);
}

Result<std::vector<SupervisorStatus>> supervisors_from_json(std::string_view text) {
  return list_from_json(text, supervisor_from);
}

}  // namespace troupe
