#pragma once
// What is due when: the timers of one worker.
//
// An ordered map for now. A hierarchical wheel takes its place when it is measured to be faster;
// the interface is the wheel's.

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <utility>

#include "troupe/time.hpp"

namespace troupe {

// Names a scheduled entry; good until it is popped or cancelled, harmless afterwards.
struct TimerKey {
  Instant at;
  std::uint64_t sequence = 0;  // In the order of scheduling; never reused.

  friend constexpr auto operator<=>(const TimerKey&, const TimerKey&) = default;
};

// Thread: one at a time (the one that drives the worker).
// Owns:   the entries, until they are popped.
// Bounds: one entry for each timer, request and deadline that the actors of the worker have room
//         for: limits::timers_max, limits::requests_max and limits::mailbox_messages_max each. Who
//         schedules has reserved it there.
// Cost:   logarithmic; next_due() constant.
template <typename Entry>
class Timers {
 public:
  struct Due {
    TimerKey key;
    Entry entry;
  };

  Timers() = default;
  Timers(const Timers&) = delete;
  Timers& operator=(const Timers&) = delete;
  ~Timers() = default;

  // Also for an instant that has passed: it is due at once, behind what was due earlier.
  TimerKey schedule(Instant at, Entry entry) {
    const TimerKey key{.at = at, .sequence = next_sequence_++};
    entries_.emplace_hint(entries_.end(), key, std::move(entry));
    return key;
  }

  // Takes an entry back. None if it was popped or cancelled before.
  std::optional<Entry> cancel(const TimerKey& key) {
    auto node = entries_.extract(key);
    if (node.empty()) return std::nullopt;
    return std::move(node.mapped());
  }

  // Takes the earliest entry that is due at `now`; of equal instants the one scheduled first. None
  // if nothing is due.
  std::optional<Due> pop_due(Instant now) {
    if (entries_.empty() || entries_.begin()->first.at > now) return std::nullopt;
    auto node = entries_.extract(entries_.begin());
    return Due{.key = node.key(), .entry = std::move(node.mapped())};
  }

  // When something is due next; `never` if nothing is scheduled.
  [[nodiscard]] Instant next_due() const {
    return entries_.empty() ? never : entries_.begin()->first.at;
  }

  [[nodiscard]] std::size_t size() const { return entries_.size(); }
  [[nodiscard]] bool is_empty() const { return entries_.empty(); }

 private:
  std::map<TimerKey, Entry> entries_;
  std::uint64_t next_sequence_ = 1;
};

}  // namespace troupe
