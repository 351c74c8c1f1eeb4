#pragma once
// The actors of W7 and W15 in C++: a head that has nurseries spawn actors which then are parked.
// Each has its twin in guests/.

#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/format.hpp"
#include "bench/rows/native_actors.hpp"
#include "troupe/actor.hpp"

namespace troupe::bench {

// What they say to one another.
struct NurseryWord {
  enum Kind : std::uint32_t {
    done,   // `number` have answered.
    spawn,  // Spawn your children; names count on from `number`.
    ask,    // Ask each of yours.
    end,    // Come to your end, with your children.
  };
  std::uint32_t kind = done;
  std::uint32_t number = 0;
};

inline BytesView bytes_of(const NurseryWord& word) {
  return {reinterpret_cast<const std::uint8_t*>(&word), sizeof word};
}
inline std::optional<NurseryWord> word_in(BytesView bytes) {
  NurseryWord word;
  if (bytes.size() != sizeof word) return std::nullopt;
  std::memcpy(&word, bytes.data(), sizeof word);
  return word;
}
inline Outcome say(Turn& turn, Address to, NurseryWord word) {
  return turn.send(to, bytes_of(word)) ? Outcome() : Outcome::error("a word was refused");
}

// Waits for nothing, and answers who asks, as guests/parked.c.
// Thread: a worker's.
class NativeParked final : public Actor {
 public:
  Outcome handle(Turn& turn, BytesView) override {
    if (turn.answer_owed()) return Outcome::answer("1");
    const auto asker = turn.sender();
    return asker ? say(turn, *asker, {.kind = NurseryWord::done, .number = 1}) : Outcome();
  }
};

// Its config: how many children, and `named` if they have names; as guests/nursery.c.
// Thread: a worker's.
class NativeNursery final : public Actor {
 public:
  Outcome start(Turn&, BytesView config) override {
    size_ = number_of(as_text(config));
    are_named_ = as_text(config).ends_with(" named");
    return {};
  }
  Outcome handle(Turn& turn, BytesView message) override {
    const auto word = word_in(message);
    if (!word) return Outcome::error("a nursery is told in words");
    switch (word->kind) {
      case NurseryWord::spawn:
        head_ = turn.sender();
        return spawn_all(turn, word->number);
      case NurseryWord::ask:
        for (const Address child : children_)
          if (!turn.send(child, bytes_of(*word))) return Outcome::error("a child refused");
        waiting_ = children_.size();
        answered_ = 0;
        return {};
      case NurseryWord::end:
        turn.exit(std::nullopt);
        return {};
      default:
        answered_ += word->number;
        if (--waiting_ != 0) return {};
        return say(turn, *head_, {.kind = NurseryWord::done, .number = answered_});
    }
  }

 private:
  // All have started when the last one answers: a worker starts them in the order of their spawns.
  Outcome spawn_all(Turn& turn, std::uint32_t serial) {
    children_.reserve(size_);
    for (std::uint64_t i = 0; i < size_; ++i, ++serial) {
      const std::string name = are_named_ ? fmt::format("p{}", serial) : std::string();
      const auto child = turn.spawn(
          "parked", are_named_ ? std::optional<std::string_view>(name) : std::nullopt, {});
      if (!child) return Outcome::error("a child was refused");
      children_.push_back(*child);
    }
    waiting_ = 1;
    answered_ = 0;
    return say(turn, children_.back(), {.kind = NurseryWord::ask});
  }

  std::uint64_t size_ = 0;
  bool are_named_ = false;
  std::optional<Address> head_;
  std::vector<Address> children_;
  std::size_t waiting_ = 0;
  std::uint32_t answered_ = 0;
};

// Its config: how many nurseries, then the config of each. `spawn`, `ask`, `end` from outside, as
// guests/head.c; answered with how many have answered for it.
// Thread: a worker's.
class NativeHead final : public Actor {
 public:
  Outcome start(Turn&, BytesView config) override {
    const std::string_view text = as_text(config);
    size_ = number_of(text);
    nursery_config_ = text.substr(text.find(' ') + 1);
    children_each_ = static_cast<std::uint32_t>(number_of(nursery_config_));
    return {};
  }
  Outcome handle(Turn& turn, BytesView message) override {
    if (const auto word = word_in(message)) {
      answered_ += word->number;
      ++at_;
      return go_on(turn);
    }
    caller_ = turn.responder_for_later();
    order_ = as_text(message);
    at_ = 0;
    answered_ = 0;
    return order_ == "end" ? end(turn) : go_on(turn);
  }

 private:
  // One nursery after the other, so that no mailbox is ever full.
  Outcome go_on(Turn& turn) {
    if (at_ == size_) return answer(turn);
    if (order_ == "ask") return say(turn, nurseries_[at_], {.kind = NurseryWord::ask});
    const auto nursery = turn.spawn("nursery", std::nullopt, to_bytes(nursery_config_));
    if (!nursery) return Outcome::error("a nursery was refused");
    nurseries_.push_back(*nursery);
    return say(
        turn, *nursery,
        {.kind = NurseryWord::spawn, .number = static_cast<std::uint32_t>(at_) * children_each_});
  }
  Outcome end(Turn& turn) {
    for (const Address nursery : nurseries_) {
      if (!turn.send(nursery, bytes_of(NurseryWord{.kind = NurseryWord::end})))
        return Outcome::error("a nursery refused");
      ++answered_;
    }
    nurseries_.clear();
    return answer(turn);
  }
  Outcome answer(Turn& turn) {
    return turn.answer(*caller_, as_bytes(std::to_string(answered_)))
               ? Outcome()
               : Outcome::error("the answer was refused");
  }

  std::uint64_t size_ = 0;
  std::string nursery_config_;
  std::uint32_t children_each_ = 0;
  std::optional<Responder> caller_;
  std::string order_;
  std::vector<Address> nurseries_;
  std::size_t at_ = 0;
  std::uint64_t answered_ = 0;
};

}  // namespace troupe::bench
