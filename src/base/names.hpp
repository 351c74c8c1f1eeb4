#pragma once
// Names of apps, actors, supervisors, templates and nodes.

#include <string>
#include <string_view>

namespace troupe {

// The rule in words, for error messages.
inline constexpr std::string_view name_rule =
    "1 to 63 characters: lower-case letters, digits, '-' and '_', not beginning with '-' or '_'";

// [a-z0-9][a-z0-9_-]{0,62}
[[nodiscard]] bool is_name(std::string_view text);

// `actor` or `app/actor`: what `find` takes.
[[nodiscard]] bool is_actor_reference(std::string_view text);

// The same with `*` and `?` for what is not said, or the like of "#7.*" for actors without a name:
// what may find an actor. At most limits::query_pattern_bytes_max.
[[nodiscard]] bool is_actor_pattern(std::string_view text);

// A name as near to a file's stem as the rule allows: "My Counter.v2" gives "my-counter-v2".
// "app" where nothing is left.
[[nodiscard]] std::string make_name(std::string_view stem);

}  // namespace troupe
