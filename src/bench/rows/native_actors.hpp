#pragma once
// The actors of W1 and W6 in C++; each has its twin in guests/.

#include <charconv>
#include <chrono>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>

#include "troupe/actor.hpp"

namespace troupe::bench {

inline std::uint64_t number_of(std::string_view text) {
  std::uint64_t number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

inline BytesView bytes_of(const std::uint64_t& number) {
  return {reinterpret_cast<const std::uint8_t*>(&number), sizeof number};
}

inline std::uint64_t number_in(BytesView bytes) {
  std::uint64_t number = 0;
  if (bytes.size() == sizeof number) std::memcpy(&number, bytes.data(), sizeof number);
  return number;
}

// The worker that an actor was on when it sent a message: the high bits of the message's id
// (router/worker_inputs.hpp).
inline constexpr unsigned worker_shift = 44;
inline std::uint64_t worker_of(std::uint64_t message_id) { return message_id >> worker_shift; }

// Answers with what it got, as tests/guests/echo.c.
// Thread: a worker's.
struct NativeEcho final : Actor {
  Outcome handle(Turn&, BytesView message) override { return Outcome::answer(message); }
};

// `go N` asks the actor `echo` N times, as guests/asker.c.
// Thread: a worker's.
class NativeAsker final : public Actor {
 public:
  Outcome handle(Turn& turn, BytesView message) override {
    left_ = number_of(as_text(message).substr(std::string_view("go ").size()));
    good_ = 0;
    if (!echo_) {
      const auto found = turn.find("echo");
      if (!found) return Outcome::error("there is no echo");
      echo_ = *found;
    }
    caller_ = turn.responder_for_later();
    return ask(turn);
  }
  Outcome answered(Turn& turn, std::uint64_t, const AnswerView& answer) override {
    if (answer && number_in(*answer) == left_) ++good_;
    if (--left_ != 0) return ask(turn);
    if (!turn.answer(*caller_, as_bytes(std::to_string(good_))))
      return Outcome::error("the answer was refused");
    return {};
  }

 private:
  Outcome ask(Turn& turn) {
    return turn.request(*echo_, bytes_of(left_), std::chrono::seconds(60))
               ? Outcome()
               : Outcome::error("the request was refused");
  }

  std::optional<Address> echo_;
  std::optional<Responder> caller_;
  std::uint64_t left_ = 0;
  std::uint64_t good_ = 0;
};

// `play-ball N` has the partner named by its config return N balls, as guests/player.c.
// `where-are-you` is answered with the number of its worker.
// Thread: a worker's.
class NativePlayer final : public Actor {
 public:
  Outcome start(Turn&, BytesView config) override {
    partner_name_ = as_text(config);
    return {};
  }
  Outcome handle(Turn& turn, BytesView message) override {
    if (!partner_) {
      const auto found = turn.find(partner_name_);
      if (!found) return Outcome::error("there is nobody to play with");
      partner_ = *found;
    }
    if (message.size() != sizeof left_) return obey(turn, message);
    const std::uint64_t ball = number_in(message);
    if (!serves_) return hit(turn, ball);
    if (ball == left_) ++good_;
    if (--left_ != 0) return hit(turn, left_);
    serves_ = false;
    return answer(turn, good_);
  }

 private:
  Outcome obey(Turn& turn, BytesView order) {
    if (as_text(order) == "me") return answer(turn, worker_of(turn.message_id()));
    caller_ = turn.responder_for_later();
    if (as_text(order) == "where-are-you") {
      return turn.send(turn.self(), as_bytes("me")) ? Outcome() : Outcome::error("refused");
    }
    return play(turn, as_text(order));
  }
  Outcome play(Turn& turn, std::string_view order) {
    left_ = number_of(order.substr(std::string_view("play-ball ").size()));
    good_ = 0;
    serves_ = true;
    return hit(turn, left_);
  }
  Outcome answer(Turn& turn, std::uint64_t number) {
    return turn.answer(*caller_, as_bytes(std::to_string(number)))
               ? Outcome()
               : Outcome::error("the answer was refused");
  }
  Outcome hit(Turn& turn, std::uint64_t ball) {
    return turn.send(*partner_, bytes_of(ball)) ? Outcome()
                                                : Outcome::error("the ball was refused");
  }

  std::string partner_name_;
  std::optional<Address> partner_;
  std::optional<Responder> caller_;
  bool serves_ = false;
  std::uint64_t left_ = 0;
  std::uint64_t good_ = 0;
};

}  // namespace troupe::bench
