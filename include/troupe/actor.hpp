#pragma once
// An actor written in C++, run by the same workers, mailboxes and supervisors as the guests.

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>

#include "troupe/bytes.hpp"
#include "troupe/health.hpp"
#include "troupe/outcome.hpp"
#include "troupe/turn.hpp"

namespace troupe {

// What a handler hands back.
class Outcome {
 public:
  enum class Kind : std::uint8_t { none, answer, error, crash };

  // Handled. For a request: no answer (`dropped`, unless a responder was taken).
  Outcome() = default;
  // The answer to the request being handled; ignored for a plain message. Copies.
  [[nodiscard]] static Outcome answer(BytesView payload) { return {Kind::answer, payload}; }
  [[nodiscard]] static Outcome answer(std::string_view text) { return answer(as_bytes(text)); }
  // Fails the request; for a plain message it is logged and counted. The actor lives on.
  [[nodiscard]] static Outcome error(std::string_view text) {
    return {Kind::error, as_bytes(text)};
  }
  // Ends this life; what the handler asked for never happened. The supervisor decides what follows.
  [[nodiscard]] static Outcome crash(std::string_view text) {
    return {Kind::crash, as_bytes(text)};
  }

  [[nodiscard]] Kind kind() const { return kind_; }
  [[nodiscard]] BytesView payload() const {
    return {size_ <= inline_bytes ? inline_.data() : large_.get(), size_};
  }
  [[nodiscard]] std::string_view text() const { return as_text(payload()); }

 private:
  // Short answers are common, and need no memory of their own; that of others is pooled.
  static constexpr std::size_t inline_bytes = 32;
  struct GiveBack {
    void operator()(std::uint8_t* bytes) const noexcept;
  };
  using Large = std::unique_ptr<std::uint8_t[], GiveBack>;
  [[nodiscard]] static Large copy(BytesView payload);

  Outcome(Kind kind, BytesView payload) : kind_(kind), size_(payload.size()) {
    if (size_ > inline_bytes) {
      large_ = copy(payload);
    } else {
      std::ranges::copy(payload, inline_.begin());
    }
  }

  Kind kind_ = Kind::none;
  std::size_t size_ = 0;
  std::array<std::uint8_t, inline_bytes> inline_{};  // Of it `size_` bytes count.
  Large large_;
};

// Thread:  one handler at a time, on a thread of the runtime; never two at once.
// Owns:    its own state; a restart destroys the object and makes a new one.
// Errors:  an exception that leaves a handler ends the life as crashed("exception: ..."). A native
//          actor is part of the process: a wild pointer or an endless loop in it is not contained.
class Actor {
 public:
  Actor() = default;
  Actor(const Actor&) = delete;
  Actor& operator=(const Actor&) = delete;
  virtual ~Actor() = default;

  // Called once, before any message. An error ends the actor: it could not start.
  virtual Outcome start(Turn& turn, BytesView config);
  virtual Outcome handle(Turn& turn, BytesView message) = 0;
  // The outcome of a request of this actor.
  virtual Outcome answered(Turn& turn, std::uint64_t request, const AnswerView& answer);
  virtual Outcome fired(Turn& turn, std::uint64_t timer);
  virtual Outcome event(Turn& turn, std::uint64_t subscription, std::string_view topic,
                        BytesView payload);
  virtual Outcome exited(Turn& turn, std::uint64_t watch, const Exit& exit);
  // Asked to stop, with the time left.
  virtual void stop(Turn& turn, Duration budget);
  // How it is. Asked now and then, between two handlers, if SpawnOptions::health or a table
  // `health` of the manifest says so.
  virtual Health health();
};

}  // namespace troupe
