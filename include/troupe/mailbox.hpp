#pragma once
// How much may wait for an actor, and what happens to what finds no room.

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <utility>

namespace troupe {

// What happens to a message that finds no room.
enum class WhenFull : std::uint8_t {
  // Senders are told `busy` before they send; what was accepted before they could be told is kept.
  refuse,
  // Senders are told nothing; one message is dropped and counted, and its asker, if it was a
  // request, hears `refused` at once:
  drop_newest,  // The one that arrives.
  drop_oldest,  // Of its own priority the one that has waited longest; if none waits, of the
                // nearest
                // lower priority, else of the nearest higher one.
  drop_lowest,  // Of the lowest priority below its own the one that has waited longest; if there is
                // none, the one that arrives.
  // The message waits, and so do the turns of its sender for all that it has not asked for itself
  // (its answers and timers go on), until there is room; after a second the message is a dead
  // letter. Senders that are full or waited on themselves do not wait, or two who write to each
  // other would for ever: room is found for as many of their messages again, beyond that they are
  // dead letters at once. Who sends to itself, or from outside, is told `busy`.
  block,
};
inline constexpr std::array<std::string_view, 5> when_full_names{
    "refuse", "drop-newest", "drop-oldest", "drop-lowest", "block"};
[[nodiscard]] constexpr std::string_view to_string(WhenFull policy) {
  return when_full_names.at(static_cast<std::size_t>(std::to_underlying(policy)));
}

// What happens to a message whose receiver can't work on it: one that is between two lives, starts,
// stops, or says that it is unhealthy.
enum class WhileUnready : std::uint8_t {
  // It waits in the mailbox. Who is unhealthy goes on with checks, answers, timers and stop, and
  // takes its messages up again when it says that it is better.
  queue,
  // Its sender is told `busy` before it sends. Events are queued nevertheless, and who is unhealthy
  // goes on with what was let in: it may be better when that is done.
  refuse,
};
inline constexpr std::array<std::string_view, 2> while_unready_names{"queue", "refuse"};
[[nodiscard]] constexpr std::string_view to_string(WhileUnready policy) {
  return while_unready_names.at(static_cast<std::size_t>(std::to_underlying(policy)));
}

// What becomes of the messages that wait when a life ends, if another follows. Those that are sent
// later wait for it in any case, and over a restart that hands on the state all do.
enum class OnRestart : std::uint8_t {
  keep,  // They wait for the next life.
  drop,  // They are dead letters, and who waits for an answer hears `refused`; but for the one that
         // was in hand, with `redeliver`.
};
inline constexpr std::array<std::string_view, 2> on_restart_names{"keep", "drop"};
[[nodiscard]] constexpr std::string_view to_string(OnRestart policy) {
  return on_restart_names.at(static_cast<std::size_t>(std::to_underlying(policy)));
}

// Answers, timers, exits and stop do not count: their receiver has asked for them.
struct MailboxBounds {
  std::uint32_t messages = 1'000;            // Waiting; 1 .. 1,000,000.
  std::uint64_t bytes = 4ULL * 1024 * 1024;  // Of their payloads; 1 .. 1 GiB.
  WhenFull when_full = WhenFull::refuse;
  OnRestart on_restart = OnRestart::keep;
  // How often a message that was in hand at a crash is given to the next life, before it is
  // quarantined; 0 .. 100. With 0 it is a dead letter at once, and its asker hears
  // `receiver-exited`.
  std::uint8_t redeliver = 0;
  WhileUnready while_unready = WhileUnready::queue;

  friend bool operator==(const MailboxBounds&, const MailboxBounds&) = default;
};

}  // namespace troupe
