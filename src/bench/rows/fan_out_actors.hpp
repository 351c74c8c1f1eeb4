#pragma once
// The actors of W5 in C++; each has its twin in guests/.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "bench/rows/native_actors.hpp"
#include "troupe/actor.hpp"

namespace troupe::bench {

// Counts events of eight bytes, and at any other tells `publisher` how many there were since the
// last, as guests/subscriber.c. A request is answered once what came before it is counted.
// Thread: a worker's.
class NativeSubscriber final : public Actor {
 public:
  Outcome start(Turn& turn, BytesView) override {
    return turn.subscribe("bench.tick") ? Outcome() : Outcome::error("no subscription");
  }
  Outcome handle(Turn&, BytesView) override { return Outcome::answer("here"); }
  Outcome event(Turn& turn, std::uint64_t, std::string_view, BytesView payload) override {
    if (payload.size() == sizeof count_) {
      ++count_;
      return {};
    }
    if (!publisher_) {
      const auto found = turn.find("publisher");
      if (!found) return Outcome::error("there is no publisher");
      publisher_ = *found;
    }
    const std::uint64_t counted = count_;
    count_ = 0;
    return turn.send(*publisher_, bytes_of(counted)) ? Outcome()
                                                     : Outcome::error("the count was refused");
  }

 private:
  std::optional<Address> publisher_;
  std::uint64_t count_ = 0;
};

// `publish N` publishes N events to its subscribers and is answered with the sum of what they
// counted, as guests/publisher.c. Its config: how many subscribers there are, and how many events
// may be on their way; after so many it waits for the last subscriber to get so far.
// Thread: a worker's.
class NativePublisher final : public Actor {
 public:
  Outcome start(Turn&, BytesView config) override {
    const std::string_view text = as_text(config);
    subscribers_ = number_of(text);
    window_ = number_of(text.substr(text.find(' ') + 1));
    return {};
  }
  Outcome handle(Turn& turn, BytesView message) override {
    if (message.size() == sizeof counted_) {
      counted_ += number_in(message);
      if (--waiting_ != 0) return {};
      return turn.answer(*caller_, as_bytes(std::to_string(counted_)))
                 ? Outcome()
                 : Outcome::error("the answer was refused");
    }
    if (!last_) {
      const auto found = turn.find("last");
      if (!found) return Outcome::error("there is no last one");
      last_ = *found;
    }
    left_ = number_of(as_text(message).substr(std::string_view("publish ").size()));
    counted_ = 0;
    caller_ = turn.responder_for_later();
    return publish(turn);
  }
  Outcome answered(Turn& turn, std::uint64_t, const AnswerView& answer) override {
    return answer ? publish(turn) : Outcome::error("the last one does not answer");
  }

 private:
  Outcome publish(Turn& turn) {
    for (std::uint64_t i = 0; i < window_ && left_ > 0; ++i, --left_)
      if (!turn.publish("bench.tick", bytes_of(left_))) return Outcome::error("nobody listens");
    if (left_ > 0) {
      return turn.request(*last_, as_bytes("pace"), std::chrono::seconds(60))
                 ? Outcome()
                 : Outcome::error("the last one refused");
    }
    waiting_ = subscribers_;
    return turn.publish("bench.tick", as_bytes("end")) ? Outcome()
                                                       : Outcome::error("nobody listens");
  }

  std::uint64_t subscribers_ = 0;
  std::uint64_t window_ = 0;
  std::optional<Address> last_;
  std::optional<Responder> caller_;
  std::uint64_t left_ = 0;
  std::uint64_t waiting_ = 0;
  std::uint64_t counted_ = 0;
};

}  // namespace troupe::bench
