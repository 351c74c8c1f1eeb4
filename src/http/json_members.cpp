#include "http/json_members.hpp"

#include "base/format.hpp"

namespace troupe {
namespace {

// Indexed by Exit::Kind.
constexpr std::array<std::string_view, 6> exit_kinds{"normal",   "killed", "crashed",
                                                     "exceeded", "lost",   "other"};

}  // namespace

std::string dump(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

Json exit_object(const std::optional<Exit>& exit) {
  if (!exit) return nullptr;
  return {{"kind", exit_kinds.at(static_cast<std::size_t>(exit->kind))}, {"text", exit->text}};
}

std::int64_t whole_milliseconds(Duration span) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(span).count();
}

Json milliseconds_or_null(const std::optional<Duration>& span) {
  return span ? Json(whole_milliseconds(*span)) : Json();
}

std::unexpected<Error> corrupt(std::string_view what) {
  return fail(ErrorCode::corrupt,
              fmt::format("the node's answer is not understood: {}; is it another version?", what));
}

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

}  // namespace troupe
