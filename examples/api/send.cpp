// send(): queues a message and goes on. It says whether the message was accepted, not what became
// of it; an actor in C++ passes it on with the same call of its Turn.

#include <iostream>
#include <memory>
#include <string>

#include "troupe/runtime.hpp"

namespace {

using troupe::BytesView, troupe::Outcome, troupe::Result, troupe::Turn;
using namespace std::chrono_literals;

// Counts what it is sent; says how much when asked.
struct Tally final : troupe::Actor {
  Outcome handle(Turn& turn, BytesView /*message*/) override {
    if (turn.answer_owed()) return Outcome::answer(std::to_string(count_));
    ++count_;
    return {};
  }
  int count_ = 0;
};

// Sends each message on, twice.
struct Twice final : troupe::Actor {
  Outcome handle(Turn& turn, BytesView message) override {
    const auto tally = turn.find("tally");
    if (!tally) return Outcome::error("there is no tally");
    for (int i = 0; i < 2; ++i) {
      // Refused, if at all, with a reason: its mailbox is full, say.
      if (const auto sent = turn.send(*tally, message); !sent) {
        return Outcome::error(std::string(to_string(sent.error())));
      }
    }
    return {};
  }
};

Result<void> run() {
  const auto runtime = troupe::Runtime::start();
  if (!runtime) return std::unexpected(runtime.error());
  const auto tally = (*runtime)->spawn(
      troupe::Component::native("tally", [] { return std::make_unique<Tally>(); }),
      {.name = "tally"});
  if (!tally) return std::unexpected(tally.error());
  // It may look up one name, because it is granted that.
  const auto twice = (*runtime)->spawn(
      troupe::Component::native("twice", [] { return std::make_unique<Twice>(); }),
      {.name = "twice", .grants = {.find = {"tally"}}});
  if (!twice) return std::unexpected(twice.error());
  for (int i = 0; i < 3; ++i) {
    if (auto sent = (*runtime)->send(*twice, troupe::as_bytes("x")); !sent) return sent;
  }
  // Nothing says when they are handled; here somebody asks until they are.
  for (std::string count; count != "6";) {
    const auto answer = (*runtime)->request(*tally, {}, 1s);
    if (!answer) return std::unexpected(answer.error());
    count = troupe::as_text(*answer);
  }
  std::cout << "three messages, sent on twice: 6\n";
  return {};
}

}  // namespace

int main() {
  const auto done = run();
  if (!done) std::cerr << "send: " << done.error().message << '\n';
  return done ? 0 : 1;
}
