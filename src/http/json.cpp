#include "http/json.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <optional>

#include "base/format.hpp"
#include "base/result.hpp"
#include "http/json_members.hpp"

namespace troupe {
namespace {

// Those that occurred, by their names.
template <typename Reason, std::size_t count>
Json reasons_object(const std::array<std::uint64_t, count>& counts) {
  Json object = Json::object();
  for (std::size_t at = 0; at < count; ++at) {
    const std::uint64_t one = counts.at(at);
    if (one > 0) object[std::string(to_string(static_cast<Reason>(at)))] = one;
  }
  return object;
}

std::int64_t whole_microseconds(Duration span) {
  return std::chrono::duration_cast<std::chrono::microseconds>(span).count();
}

Json waits_object(const MailboxWaits& waits) {
  return {{"looked_at", waits.looked_at},
          {"p50_us", whole_microseconds(waits.p50)},
          {"p90_us", whole_microseconds(waits.p90)},
          {"p99_us", whole_microseconds(waits.p99)},
          {"p999_us", whole_microseconds(waits.p999)},
          {"most_us", whole_microseconds(waits.most)}};
}

Result<MailboxWaits> waits_from(const Json& json) {
  if (!json.is_object()) return corrupt("'waits' of the node");
  Members members(json);
  MailboxWaits waits;
  const auto read = [&members](const char* name, Duration& span) {
    std::int64_t us = 0;
    members.read(name, us);
    span = std::chrono::microseconds(us);
  };
  members.read("looked_at", waits.looked_at);
  read("p50_us", waits.p50);
  read("p90_us", waits.p90);
  read("p99_us", waits.p99);
  read("p999_us", waits.p999);
  read("most_us", waits.most);
  if (!members.missing().empty())
    return corrupt(fmt::format("'{}' of the node's waits", members.missing()));
  return waits;
}

Json counters_object(const NodeCounters& counters) {
  return {{"actors_made", counters.actors_made},
          {"actors_gone", counters.actors_gone},
          {"lives_ended", counters.lives_ended},
          {"lives_crashed", counters.lives_crashed},
          {"received", counters.received},
          {"handled", counters.handled},
          {"errors", counters.errors},
          {"dropped", counters.dropped},
          {"expired", counters.expired},
          {"refused", reasons_object<Refusal>(counters.refused_by)},
          {"timed_out", counters.timed_out},
          {"orphans", counters.orphans},
          {"dead", reasons_object<DeadReason>(counters.dead_by)},
          {"moved", counters.moved},
          {"paused", counters.paused},
          {"held_back", counters.held_back},
          {"turn_ms", whole_milliseconds(counters.turn_time)},
          {"waits", waits_object(counters.waits)}};
}

Result<NodeCounters> counters_from(const Json& json) {
  if (!json.is_object()) return corrupt("'counters' of the node");
  Members members(json);
  NodeCounters counters;
  std::int64_t turn_ms = 0;
  members.read("actors_made", counters.actors_made);
  members.read("actors_gone", counters.actors_gone);
  members.read("lives_ended", counters.lives_ended);
  members.read("lives_crashed", counters.lives_crashed);
  members.read("received", counters.received);
  members.read("handled", counters.handled);
  members.read("errors", counters.errors);
  members.read("dropped", counters.dropped);
  members.read("expired", counters.expired);
  members.read_reasons<Refusal>("refused", counters.refused_by);
  members.read("timed_out", counters.timed_out);
  members.read("orphans", counters.orphans);
  members.read_reasons<DeadReason>("dead", counters.dead_by);
  members.read("moved", counters.moved);
  members.read("paused", counters.paused);
  members.read("held_back", counters.held_back);
  members.read("turn_ms", turn_ms);
  counters.turn_time = std::chrono::milliseconds(turn_ms);
  if (const Json* waits = members.find("waits"); waits != nullptr) {
    TRY_ASSIGN(counters.waits, waits_from(*waits));
  }
  if (!members.missing().empty())
    return corrupt(fmt::format("'{}' of the node's counters", members.missing()));
  return counters;
}

Json health_object(const ActorHealth& health) {
  return {{"status", to_string(health.status)},
          {"reason", health.reason},
          {"since_ms", milliseconds_or_null(health.since)}};
}

Result<ActorHealth> health_from(const Json& json) {
  if (!json.is_object()) return corrupt("'health' of an actor");
  Members members(json);
  ActorHealth health;
  std::string status;
  members.read("status", status);
  members.read("reason", health.reason);
  members.read("since_ms", health.since);
  const auto known = std::ranges::find(health_status_names, status);
  if (known != health_status_names.end()) {
    health.status = static_cast<HealthStatus>(known - health_status_names.begin());
  } else {
    members.reject("status");
  }
  if (!members.missing().empty())
    return corrupt(fmt::format("'{}' of an actor's health", members.missing()));
  return health;
}

Json actor_object(const ActorStatus& actor) {
  return {
      {"name", actor.name},
      {"address", to_string(actor.address)},
      {"component", actor.component},
      {"supervisor", actor.supervisor},
      {"worker", actor.worker},
      {"state", to_string(actor.state)},
      {"health", health_object(actor.health)},
      {"lives", actor.lives},
      {"age_ms", whole_milliseconds(actor.age)},
      {"received", actor.received},
      {"handled", actor.handled},
      {"errors", actor.errors},
      {"dropped", actor.dropped},
      {"expired", actor.expired},
      {"dead", actor.dead},
      {"refused", reasons_object<Refusal>(actor.refused_by)},
      {"timed_out", actor.timed_out},
      {"orphans", actor.orphans},
      {"queued", actor.queued},
      {"oldest_queued_ms", milliseconds_or_null(actor.oldest_queued)},
      {"idle_ms", milliseconds_or_null(actor.idle)},
      {"oldest_request_ms", milliseconds_or_null(actor.oldest_request)},
      {"requests", actor.requests},
      {"timers", actor.timers},
      {"children", actor.children},
      {"addresses", actor.addresses},
      {"long_turn_ms", milliseconds_or_null(actor.long_turn)},
      {"in_long_lane", actor.in_long_lane},
      {"turn_ms", whole_milliseconds(actor.turn_time)},
      {"memory_bytes", actor.memory_bytes},
      {"memory_peak_bytes", actor.memory_peak_bytes},
      {"last_exit", exit_object(actor.last_exit)},
  };
}

Json limits_object(const EffectiveLimits& limits) {
  return {{"memory_bytes", limits.memory_bytes},
          {"deadline_ms", whole_milliseconds(limits.deadline)},
          {"mailbox_messages", limits.mailbox_messages},
          {"mailbox_bytes", limits.mailbox_bytes},
          {"payload_bytes", limits.payload_bytes},
          {"requests", limits.requests},
          {"timers", limits.timers},
          {"children", limits.children},
          {"descendants", limits.descendants},
          {"addresses", limits.addresses}};
}

Result<EffectiveLimits> limits_from(const Json& json) {
  if (!json.is_object()) return corrupt("'limits' of an actor");
  Members members(json);
  EffectiveLimits limits;
  std::int64_t deadline_ms = 0;
  members.read("memory_bytes", limits.memory_bytes);
  members.read("deadline_ms", deadline_ms);
  limits.deadline = std::chrono::milliseconds(deadline_ms);
  members.read("mailbox_messages", limits.mailbox_messages);
  members.read("mailbox_bytes", limits.mailbox_bytes);
  members.read("payload_bytes", limits.payload_bytes);
  members.read("requests", limits.requests);
  members.read("timers", limits.timers);
  members.read("children", limits.children);
  members.read("descendants", limits.descendants);
  members.read("addresses", limits.addresses);
  if (!members.missing().empty())
    return corrupt(fmt::format("'{}' of an actor's limits", members.missing()));
  return limits;
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
  members.read("dead", actor.dead);
  members.read_reasons<Refusal>("refused", actor.refused_by);
  members.read("timed_out", actor.timed_out);
  members.read("orphans", actor.orphans);
  members.read("queued", actor.queued);
  members.read("oldest_queued_ms", actor.oldest_queued);
  members.read("idle_ms", actor.idle);
  members.read("oldest_request_ms", actor.oldest_request);
  members.read("requests", actor.requests);
  members.read("timers", actor.timers);
  members.read("children", actor.children);
  members.read("addresses", actor.addresses);
  members.read("long_turn_ms", actor.long_turn);
  members.read("in_long_lane", actor.in_long_lane);
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
  if (const Json* health = members.find("health"); health != nullptr) {
    TRY_ASSIGN(actor.health, health_from(*health));
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
               {"uptime_ms", node.uptime_ms},
               {"counters", counters_object(node.counters)}});
}

std::string to_json(const ActorStatus& actor) { return dump(actor_object(actor)); }

std::string to_json(const ActorDetails& actor) {
  Json object = actor_object(actor.status);
  object["restart"] = actor.restart;
  object["limits"] = limits_object(actor.limits);
  object["descendants"] = actor.descendants;
  object["next_life_ms"] = milliseconds_or_null(actor.next_life_in);
  return dump(object);
}

std::string to_json(std::span<const ActorStatus> actors) { return list_json(actors, actor_object); }

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
  if (const Json* counters = members.find("counters"); counters != nullptr) {
    TRY_ASSIGN(node.counters, counters_from(*counters));
  }
  if (!members.missing().empty())
    return corrupt(fmt::format("'{}' of the node", members.missing()));
  return node;
}

Result<ActorStatus> actor_from_json(std::string_view text) {
  return actor_from(Json::parse(text, nullptr, false));
}

Result<ActorDetails> details_from_json(std::string_view text) {
  const Json json = Json::parse(text, nullptr, false);
  ActorDetails details;
  TRY_ASSIGN(details.status, actor_from(json));
  Members members(json);
  members.read("restart", details.restart);
  if (const Json* limits = members.find("limits"); limits != nullptr) {
    TRY_ASSIGN(details.limits, limits_from(*limits));
  }
  members.read("descendants", details.descendants);
  members.read("next_life_ms", details.next_life_in);
  if (!members.missing().empty())
    return corrupt(fmt::format("'{}' of an actor", members.missing()));
  return details;
}

Result<std::vector<ActorStatus>> actors_from_json(std::string_view text) {
  return list_from_json(text, actor_from);
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
