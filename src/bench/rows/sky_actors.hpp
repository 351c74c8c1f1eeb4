#pragma once
// The actor of W9 in C++; its twin is in guests/.

#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>

#include "bench/rows/native_actors.hpp"
#include "troupe/actor.hpp"

namespace troupe::bench {

// The leaves that a branch is to add up.
struct Leaves {
  std::uint64_t first = 0;
  std::uint64_t count = 0;
};

// A branch of a ten-ary tree, as guests/skynet.c: spawns its own branches, adds up what they send,
// sends the sum to whoever sent the leaves, and ends. A leaf sends its number. From outside
// `add-up-the-leaves N` is answered with the sum of N leaves, and who was asked lives on.
// Thread: a worker's.
class NativeSkynet final : public Actor {
 public:
  Outcome handle(Turn& turn, BytesView message) override {
    if (message.size() == sizeof(std::uint64_t)) return add(turn, number_in(message));
    Leaves leaves;
    if (message.size() == sizeof leaves) {
      std::memcpy(&leaves, message.data(), sizeof leaves);
      parent_ = turn.sender();
      if (leaves.count == 1) return send_sum(turn, leaves.first);
      return grow(turn, leaves, branches);
    }
    caller_ = turn.responder_for_later();
    leaves.count =
        number_of(as_text(message).substr(std::string_view("add-up-the-leaves ").size()));
    return grow(turn, leaves, 1);
  }

 private:
  static constexpr std::uint64_t branches = 10;

  Outcome grow(Turn& turn, Leaves all, std::uint64_t parts) {
    open_ = parts;
    sum_ = 0;
    const std::uint64_t share = all.count / parts;
    for (std::uint64_t part = 0; part < parts; ++part) {
      const Leaves leaves{.first = all.first + part * share, .count = share};
      const BytesView bytes{reinterpret_cast<const std::uint8_t*>(&leaves), sizeof leaves};
      const auto branch = turn.spawn("skynet", std::nullopt, {});
      if (!branch || !turn.send(*branch, bytes)) return Outcome::error("a branch was refused");
    }
    return {};
  }
  Outcome add(Turn& turn, std::uint64_t number) {
    sum_ += number;
    if (--open_ != 0) return {};
    if (parent_) return send_sum(turn, sum_);
    return turn.answer(*caller_, as_bytes(std::to_string(sum_)))
               ? Outcome()
               : Outcome::error("the answer was refused");
  }
  Outcome send_sum(Turn& turn, std::uint64_t sum) {
    if (!turn.send(*parent_, bytes_of(sum))) return Outcome::error("the sum was refused");
    turn.exit(std::nullopt);
    return {};
  }

  std::optional<Address> parent_;
  std::optional<Responder> caller_;
  std::uint64_t open_ = 0;
  std::uint64_t sum_ = 0;
};

}  // namespace troupe::bench
