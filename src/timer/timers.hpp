#pragma once
// What is due when: the timers of one worker.

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "troupe/time.hpp"

namespace troupe {

// Names a scheduled entry; good until it is popped or cancelled, harmless afterwards.
struct TimerKey {
  std::uint32_t index = 0;
  std::uint32_t generation = 0;  // 0: names nothing.

  friend constexpr bool operator==(const TimerKey&, const TimerKey&) = default;
};

// A hierarchical timing wheel: eight levels of 64 slots, a slot of the lowest one millisecond wide.
// An entry waits in the level of the highest digit (base 64) in which its tick differs from the
// present one, and moves down when that digit is reached. Nothing is ever due early.
//
// Thread: one at a time (the one that drives the worker).
// Owns:   the entries, until they are popped.
// Bounds: one entry for each timer, request and deadline that the actors of the worker have room
//         for: limits::timers_max, limits::requests_max and limits::mailbox_messages_max each, and
//         one health check. Who schedules has reserved it there.
// Cost:   constant; memory only when there are more entries than before.
// Method: G. Varghese, A. Lauck, "Hashed and hierarchical timing wheels", SOSP 1987, scheme 7; a
//         bit for each occupied slot lets time jump over empty ones.
template <typename Entry>
class Timers {
 public:
  static constexpr Duration tick = std::chrono::milliseconds(1);

  Timers() = default;
  Timers(const Timers&) = delete;
  Timers& operator=(const Timers&) = delete;
  ~Timers() = default;

  // Also for an instant that has passed: it is due at once, behind what was due earlier.
  TimerKey schedule(Instant at, Entry entry) {
    if (free_ == none) {
      free_ = static_cast<std::uint32_t>(nodes_.size());
      nodes_.emplace_back();
    }
    const std::uint32_t index = free_;
    Node& node = nodes_[index];
    free_ = node.next;
    node.entry = std::move(entry);
    node.tick = tick_at_or_after(at);
    place(index);
    ++size_;
    next_tick_ = std::min(next_tick_, node.tick);
    return {.index = index, .generation = node.generation};
  }

  // Takes an entry back. None if it was popped or cancelled before.
  std::optional<Entry> cancel(const TimerKey& key) {
    if (key.index >= nodes_.size() || nodes_[key.index].generation != key.generation ||
        nodes_[key.index].list == none) {
      return std::nullopt;
    }
    unlink(key.index);
    return release(key.index);
  }

  // Takes the earliest entry that is due at `now`; of one tick the one scheduled first. None if
  // nothing is due. REQUIRES: `now` does not go back.
  std::optional<Entry> pop_due(Instant now) {
    const std::uint64_t present =
        now.ns <= 0 ? 0 : static_cast<std::uint64_t>(now.ns / tick.count());
    if (next_tick_ > present) return std::nullopt;
    advance(present);
    const std::uint32_t first = lists_[due_list].head;
    if (first == none) return std::nullopt;
    unlink(first);
    return release(first);
  }

  // When to look again: nothing is due before. `never` if nothing is scheduled.
  [[nodiscard]] Instant next_due() const {
    if (size_ == 0 || next_tick_ > last_tick) return never;
    return {static_cast<std::int64_t>(next_tick_) * tick.count()};
  }

  [[nodiscard]] std::size_t size() const { return size_; }
  [[nodiscard]] bool is_empty() const { return size_ == 0; }

 private:
  static constexpr std::uint32_t none = UINT32_MAX;
  static constexpr unsigned digit_bits = 6;
  static constexpr unsigned slots = 1U << digit_bits;
  static constexpr unsigned levels = 8;
  static constexpr std::uint32_t due_list = levels * slots;
  static constexpr auto last_tick = static_cast<std::uint64_t>(INT64_MAX / tick.count());

  struct Node {
    Entry entry{};
    std::uint64_t tick = 0;
    std::uint32_t next = none;  // In its list, or in that of the free ones.
    std::uint32_t previous = none;
    std::uint32_t list = none;  // None: free.
    std::uint32_t generation = 1;
  };
  struct List {
    std::uint32_t head = none;
    std::uint32_t tail = none;
  };

  static std::uint64_t tick_at_or_after(Instant at) {
    return at.ns <= 0 ? 0 : static_cast<std::uint64_t>((at.ns - 1) / tick.count()) + 1;
  }
  [[nodiscard]] static unsigned digit(std::uint64_t ticks, unsigned level) {
    return static_cast<unsigned>(ticks >> (level * digit_bits)) % slots;
  }

  void place(std::uint32_t index) {
    const std::uint64_t ticks = nodes_[index].tick;
    if (ticks <= now_) {
      append(due_list, index);
      return;
    }
    const unsigned level = (static_cast<unsigned>(std::bit_width(ticks ^ now_)) - 1) / digit_bits;
    const unsigned slot = digit(ticks, level);
    append(level * slots + slot, index);
    occupied_[level] |= std::uint64_t{1} << slot;
  }

  void append(std::uint32_t list, std::uint32_t index) {
    Node& node = nodes_[index];
    node.list = list;
    node.next = none;
    node.previous = lists_[list].tail;
    (node.previous == none ? lists_[list].head : nodes_[node.previous].next) = index;
    lists_[list].tail = index;
  }

  void unlink(std::uint32_t index) {
    const Node& node = nodes_[index];
    List& list = lists_[node.list];
    (node.previous == none ? list.head : nodes_[node.previous].next) = node.next;
    (node.next == none ? list.tail : nodes_[node.next].previous) = node.previous;
    if (list.head == none && node.list != due_list) {
      occupied_[node.list / slots] &= ~(std::uint64_t{1} << (node.list % slots));
    }
  }

  Entry release(std::uint32_t index) {
    Node& node = nodes_[index];
    Entry entry = std::exchange(node.entry, Entry{});
    node.list = none;
    if (++node.generation == 0) node.generation = 1;
    node.next = free_;
    free_ = index;
    --size_;
    return entry;
  }

  // The next tick at which a slot is reached; `never` beyond the last.
  [[nodiscard]] std::uint64_t next_event() const {
    for (unsigned level = 0; level < levels; ++level) {
      // Slots up to the present one are empty: they were emptied when it was reached.
      if (occupied_[level] == 0) continue;
      const auto slot = static_cast<unsigned>(std::countr_zero(occupied_[level]));
      const std::uint64_t above = now_ >> ((level + 1) * digit_bits);
      return ((above << digit_bits) | slot) << (level * digit_bits);
    }
    return UINT64_MAX;
  }

  void advance(std::uint64_t present) {
    while (now_ < present) {
      const std::uint64_t event = next_event();
      if (event > present) break;
      now_ = event;
      for (unsigned level = levels; level-- > 0;) {
        const unsigned slot = digit(now_, level);
        if ((occupied_[level] >> slot) % 2 == 0) continue;
        occupied_[level] &= ~(std::uint64_t{1} << slot);
        std::uint32_t index = std::exchange(lists_[level * slots + slot], List{}).head;
        while (index != none) {
          const std::uint32_t next = nodes_[index].next;
          place(index);
          index = next;
        }
      }
    }
    now_ = std::max(now_, present);
    next_tick_ = lists_[due_list].head != none ? 0 : next_event();
  }

  std::vector<Node> nodes_;
  std::uint32_t free_ = none;
  std::array<List, levels * slots + 1> lists_{};
  std::array<std::uint64_t, levels> occupied_{};
  std::uint64_t now_ = 0;  // All earlier ticks have been looked at.
  std::uint64_t next_tick_ =
      UINT64_MAX;  // Nothing is due before; may be too early, never too late.
  std::size_t size_ = 0;
};

}  // namespace troupe
