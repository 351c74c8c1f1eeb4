#pragma once
// The actors of W12. Who crashes has its twin in guests/; who drives is of C++ in all rows.

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "bench/rows/native_actors.hpp"
#include "bench/rows/spawn_actors.hpp"
#include "troupe/actor.hpp"

namespace troupe::bench {

// What makes a brittle actor crash: anything but eight bytes.
inline constexpr std::string_view crash_order = "crash";

// Brings eight bytes back to whoever sent or asked, and crashes at anything else, as
// guests/brittle.c.
// Thread: a worker's.
class NativeBrittle final : public Actor {
 public:
  Outcome handle(Turn& turn, BytesView message) override {
    if (message.size() != sizeof(std::uint64_t)) return Outcome::crash("ordered");
    if (turn.answer_owed()) return Outcome::answer(message);
    const auto sender = turn.sender();
    if (!sender) return {};
    return turn.send(*sender, message) ? Outcome() : Outcome::error("the sender refused");
  }
};

// Crashes one actor and asks its next life, so many times, one after the other. Where others begin
// anew with it, who comes last of them is asked before the next crash.
// Thread: that of the actor that it is part of.
class CrashRounds {
 public:
  Outcome begin(Turn& turn, Address brittle, std::uint64_t rounds,
                std::optional<Address> last = std::nullopt) {
    brittle_ = brittle;
    last_ = last;
    asks_last_ = false;
    left_ = rounds;
    good_ = 0;
    return next(turn);
  }
  void take(const AnswerView& answer) {
    is_good_ = answer && number_in(*answer) == left_ && (!asks_last_ || is_good_);
    asks_last_ = last_.has_value() && !asks_last_;
    if (asks_last_) return;
    if (is_good_) ++good_;
    --left_;
  }
  // The answer is from the life after: the order to crash was there before the question, and who
  // begins after another has ended before that one began.
  Outcome next(Turn& turn) {
    const bool is_accepted =
        asks_last_ ? ask(turn, *last_)
                   : turn.send(brittle_, as_bytes(crash_order)) && ask(turn, brittle_);
    return is_accepted ? Outcome() : Outcome::error("who is to crash refused");
  }

  [[nodiscard]] bool is_over() const { return left_ == 0; }
  // Rounds in which each question was answered with what it brought.
  [[nodiscard]] std::uint64_t good() const { return good_; }

 private:
  bool ask(Turn& turn, Address actor) {
    return turn.request(actor, bytes_of(left_), std::chrono::seconds(60)).has_value();
  }

  Address brittle_ = {};
  std::optional<Address> last_;
  bool asks_last_ = false;  // Now, in this round.
  bool is_good_ = false;    // This round, so far.
  std::uint64_t left_ = 0;
  std::uint64_t good_ = 0;
};

// `go N` crashes the actor `brittle` N times. Its config names who comes last of those that begin
// anew with it; empty: it begins alone.
// Thread: a worker's.
class CrashDriver : public Actor {
 public:
  Outcome start(Turn&, BytesView config) override {
    last_name_ = as_text(config);
    return {};
  }
  Outcome handle(Turn& turn, BytesView message) override {
    const auto crashes = brittle(turn);
    if (!crashes) return Outcome::error("there is nobody to crash");
    std::optional<Address> last;
    if (!last_name_.empty()) {
      const auto found = turn.find(last_name_);
      if (!found) return Outcome::error("there is no last");
      last = *found;
    }
    caller_ = turn.responder_for_later();
    return rounds_.begin(turn, *crashes,
                         number_of(as_text(message).substr(std::string_view("go ").size())), last);
  }
  Outcome answered(Turn& turn, std::uint64_t, const AnswerView& answer) override {
    rounds_.take(answer);
    if (!rounds_.is_over()) return rounds_.next(turn);
    return turn.answer(*caller_, as_bytes(std::to_string(rounds_.good())))
               ? Outcome()
               : Outcome::error("the answer was refused");
  }

 private:
  virtual Accepted<Address> brittle(Turn& turn) { return turn.find("brittle"); }

  std::string last_name_;
  CrashRounds rounds_;
  std::optional<Responder> caller_;
};

// The same with a child of its own.
// Thread: a worker's.
class CrashParent final : public CrashDriver {
 public:
  Outcome start(Turn& turn, BytesView /*config*/) override {
    const auto child = turn.spawn("brittle", std::nullopt, {});
    if (!child) return Outcome::error("a child was refused");
    child_ = *child;
    return {};
  }

 private:
  Accepted<Address> brittle(Turn& /*turn*/) override { return child_; }

  Address child_ = {};
};

// Any request has all of its actors crash, then each bring back a number of its own; answered with
// the sum of these numbers.
// Thread: a worker's.
class CrashAll final : public Actor {
 public:
  explicit CrashAll(std::shared_ptr<const std::vector<Address>> actors)
      : actors_(std::move(actors)) {}

  Outcome handle(Turn& turn, BytesView message) override {
    if (as_text(message) == go_on) return tell(turn);
    if (message.size() == sizeof sum_) {
      sum_ += number_in(message);
      if (--waiting_ != 0) return {};
      return turn.answer(*caller_, as_bytes(std::to_string(sum_)))
                 ? Outcome()
                 : Outcome::error("the answer was refused");
    }
    caller_ = turn.responder_for_later();
    told_ = 0;
    sum_ = 0;
    waiting_ = actors_->size();
    return tell(turn);
  }

 private:
  static constexpr std::string_view go_on = "on";
  // A handler may have 1,024 effects.
  static constexpr std::size_t at_once = 1'000;

  // First all orders to crash, then all numbers.
  Outcome tell(Turn& turn) {
    const std::size_t all = 2 * actors_->size();
    const std::size_t end = std::min(told_ + at_once, all);
    for (; told_ < end; ++told_) {
      const std::size_t which = told_ % actors_->size();
      const std::uint64_t number = which + 1;
      const bool is_order = told_ < actors_->size();
      if (!turn.send((*actors_)[which], is_order ? as_bytes(crash_order) : bytes_of(number)))
        return Outcome::error("who is to crash refused");
    }
    if (told_ == all) return {};
    return turn.send(turn.self(), as_bytes(go_on)) ? Outcome() : Outcome::error("refused");
  }

  std::shared_ptr<const std::vector<Address>> actors_;
  std::optional<Responder> caller_;
  std::size_t told_ = 0;
  std::size_t waiting_ = 0;
  std::uint64_t sum_ = 0;
};

}  // namespace troupe::bench
