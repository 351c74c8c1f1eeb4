#include "troupe/status.hpp"

#include "base/check.hpp"

namespace troupe {

std::string_view to_string(ActorState state) {
  switch (state) {
    case ActorState::creating:
      return "creating";
    case ActorState::starting:
      return "starting";
    case ActorState::ready:
      return "ready";
    case ActorState::stopping:
      return "stopping";
    case ActorState::ended:
      return "ended";
    case ActorState::failed:
      return "failed";
  }
  CHECK(false, "a state of the enumeration");
}

std::optional<ActorState> actor_state_from(std::string_view word) {
  for (const ActorState state : actor_states) {
    if (to_string(state) == word) return state;
  }
  return std::nullopt;
}

}  // namespace troupe
