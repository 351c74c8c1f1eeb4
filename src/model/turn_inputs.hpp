#pragma once
// Everything a turn learns from outside itself. A turn that is given the same inputs again does the
// same again: this is where a recorder or a replay stands.

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "troupe/address.hpp"
#include "troupe/exit_event.hpp"
#include "troupe/outcome.hpp"
#include "troupe/time.hpp"

namespace troupe {

// Thread: the worker's.
class TurnInputs {
 public:
  // The first message id that it gives out is the one after `last_id`.
  explicit TurnInputs(std::uint64_t last_id) : last_id_(last_id) {}
  TurnInputs(const TurnInputs&) = delete;
  TurnInputs& operator=(const TurnInputs&) = delete;

  // `app/actor`.
  virtual Accepted<Address> find(std::string_view full_name) = 0;
  // Whether a message of that size to `to` would be refused now, and why.
  virtual std::optional<Refusal> refusal(Address to, std::size_t payload_bytes) = 0;
  // It was, and the sender told.
  virtual void was_refused(Address to, Refusal why) = 0;
  // Whether a message to `to` would be accepted and then wait for room.
  virtual bool would_wait(Address to) = 0;
  // Name or id, at most limits::label_bytes_max bytes.
  virtual std::string label(Address actor) = 0;
  // Takes a slot, and the name if there is one, for an actor that is about to be made.
  virtual Accepted<Address> reserve(std::optional<std::string> full_name) = 0;
  // Gives it back unused.
  virtual void unreserve(Address address) = 0;
  virtual bool has_subscriber(std::string_view topic) = 0;
  [[nodiscard]] std::uint64_t next_message_id() { return ++last_id_; }
  // At most about a millisecond old.
  virtual Instant now() = 0;
  virtual Instant exact_now() = 0;
  virtual std::uint64_t wall_ms() = 0;
  virtual void random(std::span<std::uint8_t> out) = 0;

 protected:
  ~TurnInputs() = default;

  // Gives the next `count` ids to somebody else, who begins after the one returned.
  [[nodiscard]] std::uint64_t set_aside_ids(std::uint64_t count) {
    return std::exchange(last_id_, last_id_ + count);
  }

 private:
  std::uint64_t last_id_;
};

// Where actors' log lines go.
// Thread: any thread.
class LogSink {
 public:
  LogSink() = default;
  LogSink(const LogSink&) = delete;
  LogSink& operator=(const LogSink&) = delete;
  virtual ~LogSink() = default;

  virtual void write(Address actor, LogLevel level, std::string_view text) = 0;
  // Its latest lines since then, oldest first, limits::crash_log_lines_max at most; they are not
  // found again.
  virtual std::vector<LoggedLine> take_latest(Address actor, Instant since) = 0;
};

}  // namespace troupe
