#include "http/json_members.hpp"

#include "base/format.hpp"

namespace troupe {
std::string dump(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

Json exit_object(const std::optional<Exit>& exit) {
  if (!exit) return nullptr;
  return {{"kind", to_string(exit->kind)}, {"text", exit->text}};
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
  for (std::size_t i = 0; i < exit_kind_count; ++i) {
    const auto each = static_cast<Exit::Kind>(i);
    if (to_string(each) == kind) exit.kind = each;
  }
  return exit;
}

}  // namespace troupe
