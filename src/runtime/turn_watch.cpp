#include "runtime/turn_watch.hpp"

#include <chrono>

#include "base/limits.hpp"

namespace troupe {

std::vector<TurnWatch::Stuck> TurnWatch::look(Instant now) {
  std::vector<Stuck> stuck;
  for (std::size_t index = 0; index < workers_.size(); ++index) {
    const Worker::AtWork at_work = workers_[index]->at_work();
    Seen& seen = seen_[index];
    if (at_work.actor.is_nobody() || at_work != seen.at_work) {
      seen = {.at_work = at_work, .since = now};
      continue;
    }
    const Duration span = now - seen.since;
    if (seen.is_told || span < std::chrono::milliseconds(limits::stuck_ms)) continue;
    seen.is_told = true;
    stuck.push_back({.worker = index, .actor = at_work.actor, .at_least = span});
  }
  return stuck;
}

}  // namespace troupe
