#pragma once
// Actors that have nothing but work, and who hires them.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "bench/rows/grinder.hpp"
#include "bench/rows/native_actors.hpp"
#include "bench/rows/spawn_actors.hpp"
#include "troupe/actor.hpp"

namespace troupe::bench {

// Goes through so many steps as its config says for each message. Told by another to `ask` a
// number, it sends itself messages until it has handled so many, and says `done` with that number;
// `end` ends it.
// Thread: a worker's.
class Busy final : public Actor {
 public:
  Outcome start(Turn&, BytesView config) override {
    steps_ = number_of(as_text(config));
    return {};
  }
  Outcome handle(Turn& turn, BytesView message) override {
    const auto word = word_in(message);
    if (!word) return Outcome::error("who is busy is told in words");
    if (word->kind == NurseryWord::end) {
      turn.exit(std::nullopt);
      return {};
    }
    if (const auto sender = turn.sender(); sender && *sender != turn.self()) {
      foreman_ = *sender;
      handled_ = 0;
      if (word->number == 0) return say(turn, *foreman_, {.kind = NurseryWord::done});
    }
    state_ = grind(state_, steps_);
    ++handled_;
    if (word->number == 1)
      return say(turn, *foreman_, {.kind = NurseryWord::done, .number = handled_});
    return say(turn, turn.self(), {.kind = NurseryWord::ask, .number = word->number - 1});
  }

 private:
  std::uint64_t steps_ = 0;
  std::uint64_t state_ = 1;
  std::uint32_t handled_ = 0;
  std::optional<Address> foreman_;
};

// `hire N` spawns them, with its config, until N are on its own worker, and ends the others: those
// who talk to another worker would move there. `work N` has each handle N messages. Answered with
// how many there are, and with how many they handled.
// Thread: a worker's.
class Foreman final : public Actor {
 public:
  Outcome start(Turn&, BytesView config) override {
    config_ = as_text(config);
    return {};
  }
  Outcome handle(Turn& turn, BytesView message) override {
    if (turn.answer_owed()) return obey(turn, as_text(message));
    const auto word = word_in(message);
    const auto sender = turn.sender();
    if (!word || !sender) return Outcome::error("a foreman is told in words");
    if (*sender == turn.self()) {
      worker_ = worker_of(turn.message_id());
      return hire(turn);
    }
    --waiting_;
    if (!hires_) {
      handled_ += word->number;
      return waiting_ == 0 ? answer(turn, handled_) : Outcome();
    }
    if (worker_of(turn.message_id()) == worker_) {
      hired_.push_back(*sender);
    } else if (auto told = say(turn, *sender, {.kind = NurseryWord::end}); has_failed(told)) {
      return told;
    }
    return waiting_ == 0 ? hire(turn) : Outcome();
  }

 private:
  // Where spawns go round the workers, each try brings half of those that are missing.
  static constexpr int tries_max = 100;

  static bool has_failed(const Outcome& outcome) { return outcome.kind() != Outcome::Kind::none; }

  Outcome obey(Turn& turn, std::string_view order) {
    const auto number = static_cast<std::uint32_t>(number_of(order.substr(order.find(' ') + 1)));
    caller_ = turn.responder_for_later();
    hires_ = order.starts_with("hire");
    if (hires_) {
      wanted_ = number;
      return say(turn, turn.self(), {});
    }
    handled_ = 0;
    waiting_ = hired_.size();
    for (const Address one : hired_) {
      if (auto told = say(turn, one, {.kind = NurseryWord::ask, .number = number});
          has_failed(told))
        return told;
    }
    return {};
  }
  Outcome hire(Turn& turn) {
    if (hired_.size() == wanted_) return answer(turn, wanted_);
    if (++tries_ > tries_max) return Outcome::error("they can't be had on one worker");
    waiting_ = wanted_ - hired_.size();
    for (std::size_t i = 0; i < waiting_; ++i) {
      const auto child = turn.spawn("busy", std::nullopt, to_bytes(config_));
      if (!child) return Outcome::error("a child was refused");
      if (auto told = say(turn, *child, {.kind = NurseryWord::ask}); has_failed(told)) return told;
    }
    return {};
  }
  Outcome answer(Turn& turn, std::uint64_t number) {
    return turn.answer(*caller_, as_bytes(std::to_string(number)))
               ? Outcome()
               : Outcome::error("the answer was refused");
  }

  std::string config_;
  std::optional<Responder> caller_;
  bool hires_ = false;
  std::uint64_t worker_ = 0;
  std::vector<Address> hired_;
  std::size_t wanted_ = 0;
  int tries_ = 0;
  std::size_t waiting_ = 0;
  std::uint64_t handled_ = 0;
};

}  // namespace troupe::bench
