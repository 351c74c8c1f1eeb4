#include "http/json.hpp"

#include <array>
#include <charconv>
#include <chrono>
#include <optional>
#include <utility>

#include <nlohmann/json.hpp>

#include "base/format.hpp"
#include "base/result.hpp"

namespace troupe {
namespace {

using Json = nlohmann::ordered_json;

// Indexed by Exit::Kind.
constexpr std::array<std::string_view, 6> exit_kinds{"normal",   "killed", "crashed",
                                                     "exceeded", "lost",   "other"};

std::string dump(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

Json exit_object(const std::optional<Exit>& exit) {
  if (!exit) return nullptr;
  return {{"kind", exit_kinds.at(static_cast<std::size_t>(exit->kind))}, {"text", exit->text}};
}

std::int64_t milliseconds(Duration span) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(span).count();
}

Json milliseconds_or_null(const std::optional<Duration>& span) {
  return span ? Json(milliseconds(*span)) : Json();
}

// Those that occurred, by their names.
Json refusals_object(const std::array<std::uint64_t, refusal_count>& counts) {
  Json object = Json::object();
  for (std::size_t at = 0; at < counts.size(); ++at) {
    const std::uint64_t count = counts.at(at);
    if (count > 0) object[std::string(to_string(static_cast<Refusal>(at)))] = count;
  }
  return object;
}

Json actor_object(const ActorStatus& actor) {
  return {
      {"name", actor.name},
      {"address", to_string(actor.address)},
      {"component", actor.component},
      {"supervisor", actor.supervisor},
      {"worker", actor.worker},
      {"state", to_string(actor.state)},
      {"lives", actor.lives},
      {"age_ms", milliseconds(actor.age)},
      {"received", actor.received},
      {"handled", actor.handled},
      {"errors", actor.errors},
      {"dropped", actor.dropped},
      {"expired", actor.expired},
      {"refused", refusals_object(actor.refused_by)},
      {"timed_out", actor.timed_out},
      {"orphans", actor.orphans},
      {"queued", actor.queued},
      {"oldest_queued_ms", milliseconds_or_null(actor.oldest_queued)},
      {"oldest_request_ms", milliseconds_or_null(actor.oldest_request)},
      {"turn_ms", milliseconds(actor.turn_time)},
      {"memory_bytes", actor.memory_bytes},
      {"memory_peak_bytes", actor.memory_peak_bytes},
      {"last_exit", exit_object(actor.last_exit)},
  };
}

std::unexpected<Error> corrupt(std::string_view what) {
  return fail(ErrorCode::corrupt,
              fmt::format("the node's answer is not understood: {}; is it another version?", what));
}

// Reads members one after the other and keeps the name of the first that is missing or mistyped.
class Members {
 public:
  explicit Members(const Json& object) : object_(object) {}

  void read(const char* key, std::string& out) {
    if (const Json* value = find(key, &Json::is_string)) out = value->get<std::string>();
  }
  template <typename Number>
  void read(const char* key, Number& out) {
    if (const Json* value = find(key, &Json::is_number_integer)) out = value->get<Number>();
  }
  void read(const char* key, std::optional<Duration>& out) {
    const Json* value = find(key);
    if (value == nullptr || value->is_null()) return;
    if (!value->is_number_integer()) return reject(key);
    out = std::chrono::milliseconds(value->get<std::int64_t>());
  }
  // By names that this program knows; others are of a later version.
  void read(const char* key, std::array<std::uint64_t, refusal_count>& out) {
    const Json* value = find(key, &Json::is_object);
    if (value == nullptr) return;
    for (std::size_t at = 0; at < out.size(); ++at) {
      const auto found = value->find(to_string(static_cast<Refusal>(at)));
      if (found == value->end()) continue;
      if (!found->is_number_integer()) return reject(key);
      out.at(at) = found->get<std::uint64_t>();
    }
  }
  const Json* find(const char* key) {
    const auto member = object_.find(key);
    if (member != object_.end()) return &*member;
    if (missing_.empty()) missing_ = key;
    return nullptr;
  }
  void reject(std::string_view key) {
    if (missing_.empty()) missing_ = key;
  }
  [[nodiscard]] const std::string& missing() const { return missing_; }

 private:
  const Json* find(const char* key, bool (Json::*is_type)() const noexcept) {
    const Json* value = find(key);
    if (value == nullptr || (value->*is_type)()) return value;
    reject(key);
    return nullptr;
  }

  const Json& object_;
  std::string missing_;
};

std::optional<Exit> exit_from(const Json& json) {
  if (!json.is_object()) return std::nullopt;
  Members members(json);
  std::string kind;
  Exit exit;
  members.read("kind", kind);
  members.read("text", exit.text);
  if (!members.missing().empty()) return std::nullopt;
  exit.kind = Exit::Kind::other;
  for (std::size_t i = 0; i < exit_kinds.size(); ++i) {
    if (exit_kinds.at(i) == kind) exit.kind = static_cast<Exit::Kind>(i);
  }
  return exit;
}

Result<ActorStatus> actor_from(const Json& json) {
  if (!json.is_object()) return corrupt("an actor that is not an object");
  Members members(json);
  ActorStatus actor;
  std::string address;
  std::string state;
  members.read("name", actor.name);
  members.read("address", address);
  members.read("component", actor.component);
  members.read("supervisor", actor.supervisor);
  members.read("worker", actor.worker);
  members.read("state", state);
  members.read("lives", actor.lives);
  std::int64_t age_ms = 0;
  members.read("age_ms", age_ms);
  actor.age = std::chrono::milliseconds(age_ms);
  members.read("received", actor.received);
  members.read("handled", actor.handled);
  members.read("errors", actor.errors);
  members.read("dropped", actor.dropped);
  members.read("expired", actor.expired);
  members.read("refused", actor.refused_by);
  members.read("timed_out", actor.timed_out);
  members.read("orphans", actor.orphans);
  members.read("queued", actor.queued);
  members.read("oldest_queued_ms", actor.oldest_queued);
  members.read("oldest_request_ms", actor.oldest_request);
  std::int64_t turn_ms = 0;
  members.read("turn_ms", turn_ms);
  actor.turn_time = std::chrono::milliseconds(turn_ms);
  members.read("memory_bytes", actor.memory_bytes);
  members.read("memory_peak_bytes", actor.memory_peak_bytes);
  if (const auto parsed = address_from_text(address)) {
    actor.address = *parsed;
  } else {
    members.reject("address");
  }
  if (const auto known = actor_state_from(state)) {
    actor.state = *known;
  } else {
    members.reject("state");
  }
  if (const Json* last_exit = members.find("last_exit"); last_exit != nullptr) {
    actor.last_exit = exit_from(*last_exit);
    if (!actor.last_exit && !last_exit->is_null()) members.reject("last_exit");
  }
  if (!members.missing().empty())
    return corrupt(fmt::format("'{}' of an actor", members.missing()));
  return actor;
}

}  // namespace

std::string to_json(const NodeStatus& node) {
  return dump({{"name", node.name},
               {"pid", node.pid},
               {"version", node.version},
               {"state", node.state},
               {"workers", node.workers},
               {"actors", node.actors},
               {"uptime_ms", node.uptime_ms}});
}

std::string to_json(const ActorStatus& actor) { return dump(actor_object(actor)); }

std::string to_json(std::span<const ActorStatus> actors) {
  Json array = Json::array();
  for (const ActorStatus& actor : actors) array.push_back(actor_object(actor));
  return dump(array);
}

Result<NodeStatus> node_from_json(std::string_view text) {
  const Json json = Json::parse(text, nullptr, false);
  if (!json.is_object()) return corrupt("not a JSON object");
  Members members(json);
  NodeStatus node;
  members.read("name", node.name);
  members.read("pid", node.pid);
  members.read("version", node.version);
  members.read("state", node.state);
  members.read("workers", node.workers);
  members.read("actors", node.actors);
  members.read("uptime_ms", node.uptime_ms);
  if (!members.missing().empty())
    return corrupt(fmt::format("'{}' of the node", members.missing()));
  return node;
}

Result<ActorStatus> actor_from_json(std::string_view text) {
  return actor_from(Json::parse(text, nullptr, false));
}

Result<std::vector<ActorStatus>> actors_from_json(std::string_view text) {
  const Json json = Json::parse(text, nullptr, false);
  if (!json.is_array()) return corrupt("not a JSON array");
  std::vector<ActorStatus> actors;
  actors.reserve(json.size());
  for (const Json& each : json) {
    TRY_ASSIGN(ActorStatus actor, actor_from(each));
    actors.push_back(std::move(actor));
  }
  return actors;
}

std::optional<Address> address_from_text(std::string_view text) {
  Address address;
  if (!text.starts_with('#')) return std::nullopt;
  const char* const end = text.data() + text.size();
  const auto slot = std::from_chars(text.data() + 1, end, address.slot);
  if (slot.ec != std::errc{} || slot.ptr == end || *slot.ptr != '.') return std::nullopt;
  const auto generation = std::from_chars(slot.ptr + 1, end, address.generation);
  if (generation.ec != std::errc{} || generation.ptr != end) return std::nullopt;
  return address;
}

}  // namespace troupe
