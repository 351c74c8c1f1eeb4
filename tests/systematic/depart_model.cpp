// An actor moves while its worker holds back what it has sent, and others what they have for it.

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "atomics.hpp"
#include "driving.hpp"
#include "letter_list.hpp"
#include "models.hpp"
#include "router/place_word.hpp"
#include "scheduler/epochs.hpp"
#include "scheduler/outgoing.hpp"
#include "scheduler/port.hpp"

namespace troupe::systematic {
namespace {

constexpr std::uint32_t old_home = 0;
constexpr std::uint32_t new_home = 1;
// Here lives another actor, which answers each question of the one that moves.
constexpr std::uint32_t answerer = 2;
constexpr std::uint32_t workers = 3;
constexpr unsigned each_max = 3;
constexpr unsigned fillers_max = 2;
constexpr std::uint32_t inbox_messages = 1;
constexpr std::uint32_t arrivals_lag = UINT32_MAX;  // As in the model of flushes.

enum class What : std::uint8_t { question, answer, arrival, filler };

struct Letter {
  Plain<Letter*> next = nullptr;
  Plain<What> what = What::filler;
  Plain<std::uint32_t> sequence = 0U;
};

std::uint32_t deliveries_of(const Letter& /*letter*/) { return 1; }

using LetterPort = Port<Letter, ModelAtomics, Event>;
using Epoch = BasicPushEpoch<ModelAtomics>;

// What moves; the worker that has it alone touches it.
struct Actor {
  Plain<std::uint32_t> asked = 0U;
  Plain<std::uint32_t> answered = 0U;
};

struct World {
  std::array<LetterPort, workers> ports;
  std::array<Epoch, workers> epochs;
  BasicPlaceWord<ModelAtomics> place;
  Actor actor;
  std::array<Letter*, each_max> questions{};
  std::array<Letter*, each_max> answers{};
  std::array<Letter*, fillers_max> fillers{};
  Letter* arrival = nullptr;
};

// First the old home's inbox is filled, then the answerer's.
constexpr std::uint32_t receiver_of(unsigned filler) { return filler == 0 ? old_home : answerer; }

// As Worker.
class Worker {
 public:
  Worker(World& world, std::uint32_t index, const Bounds& bounds)
      : world_(world),
        index_(index),
        each_(bounds.each),
        has_actor_(index == old_home),
        outgoing_({.ports = world.ports,
                   .inbox_messages = inbox_messages,
                   .epoch = world.epochs.at(index)}) {
    for (unsigned filler = 0; filler < bounds.threads; ++filler) {
      if (receiver_of(filler) == index) ++fillers_left_;
    }
  }

  StepResult step() {
    forget_past();
    // What was pushed before that is among the arrivals.
    const bool may_hand_over = is_leaving_ && is_grace_over();
    bool worked = has_arrivals();
    if (worked) take_arrivals();
    if (may_hand_over) worked |= finish_departure();
    if (!outgoing_.is_empty()) worked |= outgoing_.flush().has_sent;
    if (!outgoing_.is_held_back() && has_turn()) {
      take_turn();
      worked = true;
    }
    if (is_through()) return StepResult::left;
    return worked ? StepResult::worked : StepResult::idle;
  }
  void before_park() {
    port().tell_taken();
    untold_ = 0;
  }
  [[nodiscard]] Instant next_due() const {
    if (is_leaving_ || outgoing_.is_held_back() || awaited_count_ > 0) return soon;
    return has_turn() ? Instant{} : never;
  }
  [[nodiscard]] bool has_arrivals() const { return !port().maybe_empty(); }

 private:
  // What is held back is all of its last turn, since it makes nothing more meanwhile.
  void forget_past() const {
    std::uint64_t state = seen_by_graces_;
    const auto add = [&state](std::uint64_t part) { state = state * 31 + part; };
    for (const bool part :
         {has_actor_, is_leaving_, outgoing_.is_empty(), outgoing_.is_held_back()}) {
      add(part ? 1 : 0);
    }
    for (const auto& grace : graces_) add(grace ? 1 : 0);
    for (const std::uint32_t part : {fillers_left_, untold_, got_, to_answer_, last_to_}) add(part);
    for (unsigned i = 0; i < awaited_count_; ++i) add(awaited_.at(i)->sequence + 1U);
    Execution::current().forget_past(state);
  }
  [[nodiscard]] LetterPort& port() const { return world_.ports.at(index_); }
  [[nodiscard]] bool has_turn() const {
    if (index_ == answerer) return to_answer_ > 0;
    return has_actor_ && !is_leaving_ && world_.actor.asked < each_;
  }
  void take_turn() {
    if (index_ == answerer) {
      send_answer();
    } else {
      ask();
    }
    (void)outgoing_.flush();
    if (index_ == old_home) depart();
  }
  void ask() {
    Letter& question = *world_.questions.at(world_.actor.asked);
    question.what = What::question;
    question.sequence = world_.actor.asked;
    ++world_.actor.asked;
    // As what is told to workers: it is not inside of anything while it is held back.
    outgoing_.push(answerer, &question);
  }
  // As Worker::route_elsewhere.
  void send_answer() {
    const std::uint32_t sequence = got_ - to_answer_--;
    Letter& answer = *world_.answers.at(sequence);
    answer.what = What::answer;
    answer.sequence = sequence;
    outgoing_.enter();
    last_to_ = world_.place.load().home;
    outgoing_.push(last_to_, &answer);
  }
  void depart() {
    is_leaving_ = true;
    world_.place.move(new_home);
    for (std::size_t i = 0; i < workers; ++i) {
      graces_.at(i).emplace(std::span<const Epoch>(world_.epochs).subspan(i, 1));
    }
    seen_by_graces_ = Execution::current().past();
  }
  bool is_grace_over() {
    bool is_over = true;
    for (auto& grace : graces_) {
      if (grace && grace->is_over()) grace.reset();
      is_over = is_over && !grace;
    }
    return is_over;
  }
  bool finish_departure() {
    const bool has_sent = !outgoing_.is_empty() && outgoing_.flush().has_sent;
    if (!outgoing_.is_empty()) return has_sent;
    is_leaving_ = false;
    seen_by_graces_ = 0;
    has_actor_ = false;
    world_.place.leave_seat();
    world_.arrival->what = What::arrival;
    outgoing_.push(new_home, world_.arrival);
    return true;
  }
  void take_arrivals() {
    std::uint32_t count = 0;
    for (Letter* letter = port().take_all(); letter != nullptr; ++count) {
      Letter* const next = letter->next;
      letter->next = nullptr;
      arrived(*letter);
      letter = next;
    }
    port().took(count, arrivals_lag);
    untold_ += count;
  }
  void arrived(Letter& letter) {
    switch (static_cast<What>(letter.what)) {
      case What::filler:
        --fillers_left_;
        break;
      case What::question:
        Execution::current().require(letter.sequence == got_, "what it sent is overtaken");
        ++got_;
        ++to_answer_;
        break;
      case What::answer:
        Execution::current().require(has_actor_ || index_ == new_home, "the old home is closed");
        if (has_actor_) {
          take_answer(letter);
        } else {
          awaited_.at(awaited_count_++) = &letter;
        }
        break;
      case What::arrival:
        has_actor_ = true;
        for (unsigned i = 0; i < awaited_count_; ++i) take_answer(*awaited_.at(i));
        awaited_count_ = 0;
        break;
    }
  }
  void take_answer(const Letter& letter) {
    Execution::current().require(letter.sequence == world_.actor.answered,
                                 "what is sent to it is overtaken");
    ++world_.actor.answered;
  }
  // Nothing is to be sent or to come any more.
  [[nodiscard]] bool is_through() const {
    if (!outgoing_.is_empty() || fillers_left_ > 0) return false;
    if (index_ == old_home) return !has_actor_;
    if (index_ == answerer) return got_ == each_ && to_answer_ == 0;
    return has_actor_ && world_.actor.answered == each_;
  }

  World& world_;
  std::uint32_t index_;
  std::uint32_t each_;
  bool has_actor_;
  Outgoing<LetterList<Letter>, LetterPort, Epoch> outgoing_;
  std::uint32_t fillers_left_ = 0;
  std::uint32_t untold_ = 0;
  // Of the answerer.
  std::uint32_t got_ = 0;
  std::uint32_t to_answer_ = 0;
  std::uint32_t last_to_ = old_home;
  // Of the old home: one for each epoch, so that a search knows which are over.
  bool is_leaving_ = false;
  std::array<std::optional<BasicGracePeriod<ModelAtomics>>, workers> graces_;
  std::uint64_t seen_by_graces_ = 0;
  // Of the new home.
  std::array<Letter*, each_max> awaited_{};
  unsigned awaited_count_ = 0;
};

void set_up(Execution& run, const Bounds& bounds) {
  World& world = run.make<World>();
  world.place.reset(old_home);
  world.place.take_seat();
  for (unsigned i = 0; i < bounds.each; ++i) {
    world.questions.at(i) = &run.make<Letter>();
    world.answers.at(i) = &run.make<Letter>();
  }
  world.arrival = &run.make<Letter>();
  for (std::uint32_t index = 0; index < workers; ++index) {
    auto& worker = run.make<Worker>(world, index, bounds);
    run.thread("worker", [&world, &worker, index] {
      drive_to_the_end(worker, world.ports.at(index).parker());
    });
  }
  for (unsigned filler = 0; filler < bounds.threads; ++filler) {
    world.fillers.at(filler) = &run.make<Letter>();
    run.thread("outside", [&world, filler] {
      world.ports.at(receiver_of(filler)).push(world.fillers.at(filler));
    });
  }
}

}  // namespace

const Model depart_model{
    .name = "depart",
    .promise =
        "nothing overtakes what is held back, by the worker of an actor that moves or for it",
    .unit = "letters from outside x questions",
    .set_up = &set_up,
    .random = {.threads = 2, .each = 2},
    .exhaustive = {{.threads = 0, .each = 1}, {.threads = 0, .each = 2}},
    .soak = {{.threads = 1, .each = 1}},
};

}  // namespace troupe::systematic
