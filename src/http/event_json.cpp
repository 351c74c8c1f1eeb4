#include "http/event_json.hpp"

#include "base/format.hpp"
#include "http/json_members.hpp"

namespace troupe {
namespace {

Json event_object(const NodeEvent& event) {
  return {{"number", event.number}, {"time_ms", event.wall_ms}, {"kind", to_string(event.kind)},
          {"actor", event.name},    {"life", event.life},       {"text", event.text},
          {"crash", event.crash}};
}

Result<NodeEvent> event_from(const Json& json) {
  if (!json.is_object()) return corrupt("an event that is not an object");
  Members members(json);
  NodeEvent event;
  std::string kind;
  members.read("number", event.number);
  members.read("time_ms", event.wall_ms);
  members.read("kind", kind);
  members.read("actor", event.name);
  members.read("life", event.life);
  members.read("text", event.text);
  members.read("crash", event.crash);
  bool is_known = false;
  for (std::size_t at = 0; at < node_event_kinds; ++at) {
    const auto each = static_cast<NodeEvent::Kind>(at);
    if (to_string(each) != kind) continue;
    event.kind = each;
    is_known = true;
  }
  if (!is_known) members.reject("kind");
  if (!members.missing().empty())
    return corrupt(fmt::format("'{}' of an event", members.missing()));
  return event;
}

}  // namespace

std::string to_json(const NodeEvent& event) { return dump(event_object(event)); }

std::string to_json(std::span<const NodeEvent> events) { return list_json(events, event_object); }

Result<std::vector<NodeEvent>> events_from_json(std::string_view text) {
  return list_from_json(text, event_from);
}

}  // namespace troupe
