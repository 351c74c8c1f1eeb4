#pragma once
// The actors of W3, W4 and W8 in C++; each has its twin in guests/.

#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>

#include "bench/rows/native_actors.hpp"
#include "troupe/actor.hpp"

namespace troupe::bench {

// Counts messages of eight bytes, and answers any request with how many there were since the last,
// as guests/drain.c.
// Thread: a worker's.
class NativeDrain final : public Actor {
 public:
  Outcome handle(Turn& turn, BytesView message) override {
    if (!turn.answer_owed()) {
      if (message.size() == sizeof count_) ++count_;
      return {};
    }
    const std::uint64_t counted = count_;
    count_ = 0;
    return Outcome::answer(std::to_string(counted));
  }

 private:
  std::uint64_t count_ = 0;
};

// `go N` sends N messages to the actor `sink`, as guests/flooder.c; its config says how many may be
// on their way.
// Thread: a worker's.
class NativeFlooder final : public Actor {
 public:
  Outcome start(Turn&, BytesView config) override {
    window_ = number_of(as_text(config));
    return {};
  }
  Outcome handle(Turn& turn, BytesView message) override {
    if (!sink_) {
      const auto found = turn.find("sink");
      if (!found) return Outcome::error("there is no sink");
      sink_ = *found;
    }
    left_ = number_of(as_text(message).substr(std::string_view("go ").size()));
    counted_ = 0;
    caller_ = turn.responder_for_later();
    return flood(turn);
  }
  Outcome answered(Turn& turn, std::uint64_t, const AnswerView& answer) override {
    if (!answer) return Outcome::error("the sink does not answer");
    counted_ += number_of(as_text(*answer));
    if (left_ > 0) return flood(turn);
    return turn.answer(*caller_, as_bytes(std::to_string(counted_)))
               ? Outcome()
               : Outcome::error("the answer was refused");
  }

 private:
  // As many as may be on their way, then the question how many have come.
  Outcome flood(Turn& turn) {
    for (std::uint64_t i = 0; i < window_ && left_ > 0; ++i, --left_) {
      if (!turn.send(*sink_, bytes_of(left_))) return Outcome::error("the sink refused");
    }
    return turn.request(*sink_, as_bytes("count"), std::chrono::seconds(60))
               ? Outcome()
               : Outcome::error("the sink refused");
  }

  std::uint64_t window_ = 0;
  std::optional<Address> sink_;
  std::optional<Responder> caller_;
  std::uint64_t left_ = 0;
  std::uint64_t counted_ = 0;
};

// What goes round the ring.
struct Token {
  std::uint32_t left = 0;  // Hops.
  std::uint32_t made = 0;
};

// One of a ring, as guests/ring.c.
// Thread: a worker's.
class NativeRing final : public Actor {
 public:
  Outcome start(Turn&, BytesView config) override {
    next_name_ = as_text(config);
    return {};
  }
  Outcome handle(Turn& turn, BytesView message) override {
    Token token;
    if (message.size() != sizeof token) {
      caller_ = turn.responder_for_later();
      return {};
    }
    std::memcpy(&token, message.data(), sizeof token);
    if (token.left == 0) {
      return turn.answer(*caller_, as_bytes(std::to_string(token.made)))
                 ? Outcome()
                 : Outcome::error("the answer was refused");
    }
    if (!next_) {
      const auto found = turn.find(next_name_);
      if (!found) return Outcome::error("there is no next");
      next_ = *found;
    }
    --token.left;
    ++token.made;
    const BytesView bytes{reinterpret_cast<const std::uint8_t*>(&token), sizeof token};
    return turn.send(*next_, bytes) ? Outcome() : Outcome::error("the token was refused");
  }

 private:
  // First what each hop needs.
  std::optional<Address> next_;
  std::string next_name_;
  std::optional<Responder> caller_;
};

}  // namespace troupe::bench
