// Workers with small inboxes send to each other: what is for a full inbox is held back.

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "atomics.hpp"
#include "driving.hpp"
#include "letter_list.hpp"
#include "models.hpp"
#include "scheduler/outgoing.hpp"
#include "scheduler/port.hpp"

namespace troupe::systematic {
namespace {

constexpr unsigned workers_max = 3;
constexpr unsigned each_max = 3;
// To each of the others, in one turn.
constexpr unsigned chain_letters = 2;
constexpr unsigned letters_max = (workers_max - 1) * each_max * chain_letters;
// No worker: it pushes one letter to worker 0, full or not.
constexpr std::uint32_t outside = workers_max;
constexpr std::uint32_t inbox_messages = 1;
// More than production has: nobody hears of what was taken until its owner says so.
constexpr std::uint32_t arrivals_lag = UINT32_MAX;

struct Letter {
  Plain<Letter*> next = nullptr;
  Plain<std::uint32_t> sender = 0U;
  Plain<std::uint32_t> sequence = 0U;  // Of those from that sender to that receiver.
};

std::uint32_t deliveries_of(const Letter& /*letter*/) { return 1; }

// Of which nobody may think that it has fewer than none.
class LetterPort {
 public:
  using Inner = Port<Letter, ModelAtomics, Event>;

  void push_chain(Letter* newest, Letter* oldest, std::uint32_t count) {
    port_.push_chain(newest, oldest, count);
  }
  [[nodiscard]] std::uint32_t backlog() const {
    const std::uint32_t count = port_.backlog();
    Execution::current().require(count <= workers_max * letters_max + 1,
                                 "fewer than none are there");
    return count;
  }
  [[nodiscard]] Inner& inner() { return port_; }

 private:
  Inner port_;
};

// Moves have a model of their own.
struct NoEpoch {
  void enter() {}
  void leave() {}
  [[nodiscard]] static bool is_inside() { return false; }
};

struct World {
  std::array<LetterPort, workers_max> ports;
  std::array<std::array<Letter*, letters_max>, workers_max> letters{};
  Letter* outside_letter = nullptr;
};

// Of a worker, and for it.
unsigned letters_each_turn(const Bounds& bounds) { return (bounds.threads - 1) * chain_letters; }

// As Worker; each turn sends a chain to each of the others.
class Sender {
 public:
  Sender(World& world, std::uint32_t index, const Bounds& bounds)
      : world_(world),
        index_(index),
        bounds_(bounds),
        outgoing_({.ports = std::span(world.ports).first(bounds.threads),
                   .inbox_messages = inbox_messages,
                   .epoch = epoch_}) {}

  StepResult step() {
    forget_past();
    bool worked = false;
    if (has_arrivals()) {
      take_arrivals();
      worked = true;
    }
    if (!outgoing_.is_empty() && outgoing_.flush().has_sent) worked = true;
    if (!outgoing_.is_held_back() && made_ < bounds_.each) {
      take_turn();
      worked = true;
    }
    if (is_through()) return StepResult::left;
    return worked ? StepResult::worked : StepResult::idle;
  }
  void before_park() {
    port().tell_taken();
    told_ = got_in_all_;
  }
  [[nodiscard]] Instant next_due() const {
    if (outgoing_.is_held_back()) return soon;
    return made_ < bounds_.each ? Instant{} : never;
  }
  [[nodiscard]] bool has_arrivals() const { return !port().maybe_empty(); }

 private:
  [[nodiscard]] LetterPort::Inner& port() const { return world_.ports.at(index_).inner(); }
  // Of two workers: what is held back is all of its last turn, since it makes nothing more
  // meanwhile.
  void forget_past() const {
    std::uint64_t state = got_in_all_;
    for (const std::uint32_t part :
         {told_, made_, outgoing_.is_empty() ? 0U : 1U, outgoing_.is_held_back() ? 1U : 0U}) {
      state = state * 16 + part;
    }
    for (const std::uint32_t got : got_) state = state * 16 + got;
    Execution::current().forget_past(state);
  }
  void take_turn() {
    std::size_t next = std::size_t{made_} * letters_each_turn(bounds_);
    for (std::uint32_t to = 0; to < bounds_.threads; ++to) {
      for (unsigned i = 0; to != index_ && i < chain_letters; ++i) {
        Letter& letter = *world_.letters.at(index_).at(next++);
        letter.sender = index_;
        letter.sequence = made_ * chain_letters + i;
        outgoing_.push(to, &letter);
      }
    }
    ++made_;
    (void)outgoing_.flush();
  }
  void take_arrivals() {
    std::uint32_t count = 0;
    for (Letter* letter = port().take_all(); letter != nullptr; ++count) {
      Letter* const next = letter->next;
      std::uint32_t& got = got_.at(letter->sender);
      Execution::current().require(letter->sequence == got, "lost, doubled or out of order");
      ++got;
      letter->next = nullptr;
      letter = next;
    }
    port().took(count, arrivals_lag);
    got_in_all_ += count;
  }
  // Nothing is to be sent or to come any more: from the others, and from outside.
  [[nodiscard]] bool is_through() const {
    const std::uint32_t expected =
        bounds_.each * letters_each_turn(bounds_) + (index_ == 0 ? 1U : 0U);
    return made_ == bounds_.each && outgoing_.is_empty() && got_in_all_ == expected;
  }

  World& world_;
  std::uint32_t index_;
  Bounds bounds_;
  NoEpoch epoch_;
  Outgoing<LetterList<Letter>, LetterPort, NoEpoch> outgoing_;
  std::uint32_t made_ = 0;
  std::uint32_t got_in_all_ = 0;
  std::uint32_t told_ = 0;  // Of these.
  std::array<std::uint32_t, workers_max + 1> got_{};
};

void set_up(Execution& run, const Bounds& bounds) {
  World& world = run.make<World>();
  for (std::uint32_t index = 0; index < bounds.threads; ++index) {
    for (std::uint32_t i = 0; i < bounds.each * letters_each_turn(bounds); ++i) {
      world.letters.at(index).at(i) = &run.make<Letter>();
    }
    auto& sender = run.make<Sender>(world, index, bounds);
    run.thread("worker", [&world, &sender, index] {
      drive_to_the_end(sender, world.ports.at(index).inner().parker());
    });
  }
  world.outside_letter = &run.make<Letter>();
  world.outside_letter->sender = outside;
  run.thread("outside", [&world] { world.ports[0].inner().push(world.outside_letter); });
}

}  // namespace

const Model flush_model{
    .name = "flush",
    .promise = "workers whose inboxes are full of each other's messages go on, and lose nothing",
    .unit = "workers x turns",
    .set_up = &set_up,
    .random = {.threads = 3, .each = 1},
    .exhaustive = {{.threads = 2, .each = 1}, {.threads = 2, .each = 2}},
    .soak = {{.threads = 2, .each = 3}},
};

}  // namespace troupe::systematic
