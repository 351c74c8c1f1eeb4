// A node inside a program: an actor from a WebAssembly file, and one that is a class of ours.
#include <fmt/format.h>

#include "troupe/runtime.hpp"

namespace {

using namespace std::chrono_literals;
using troupe::Bytes, troupe::BytesView, troupe::Component, troupe::Outcome, troupe::Result;

struct Greeter final : troupe::Actor {
  Outcome handle(troupe::Turn& /*turn*/, BytesView message) override {
    return Outcome::answer(fmt::format("hello, {}", troupe::as_text(message)));
  }
};

Result<void> run(const char* file) {
  auto runtime = troupe::Runtime::start();
  if (!runtime) return std::unexpected(runtime.error());
  const auto ask = [&](const Component& component, std::string_view question) -> Result<void> {
    const auto actor = (*runtime)->spawn(component);
    if (!actor) return std::unexpected(actor.error());
    const Result<Bytes> answer = (*runtime)->request(*actor, troupe::as_bytes(question), 1s);
    if (!answer) return std::unexpected(answer.error());
    fmt::print("{}\n", troupe::as_text(*answer));
    return {};
  };
  const auto counter = Component::from_file(file);
  if (!counter) return std::unexpected(counter.error());
  if (auto asked = ask(*counter, "add 2"); !asked) return asked;
  return ask(Component::native("greeter", [] { return std::make_unique<Greeter>(); }), "world");
}

}  // namespace

int main(int argc, char** argv) {
  const auto done = run(argc == 2 ? argv[1] : "counter.wasm");
  if (!done) fmt::print(stderr, "embed: {}\n", done.error().message);
  return done ? 0 : 1;
}
