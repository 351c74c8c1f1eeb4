// RuntimeOptions::hooks: what a program does around the lives of its actors.

#include <iostream>

#include "greeter.hpp"

namespace {

using troupe::HookedLife, troupe::HookedMessage, troupe::Result;

Result<void> run() {
  // One worker, so that one hook is called at a time; several would have to take turns at
  // std::cout.
  troupe::RuntimeOptions options{.workers = 1};
  options.hooks.before_start = [](const HookedLife& life) -> Result<void> {
    if (life.name != "app/uninvited") return {};
    return std::unexpected(
        troupe::Error{.code = troupe::ErrorCode::denied, .message = "not on the list"});
  };
  options.hooks.on_message = [](const HookedLife& life, const HookedMessage& message) {
    std::cout << life.name << " hears " << troupe::as_text(message.payload) << '\n';
    return Result<void>();
  };
  options.hooks.after_stop = [](const HookedLife& life, const troupe::Exit& exit) {
    std::cout << life.name << " has ended: " << to_string(exit) << '\n';
    return Result<void>();
  };
  const auto runtime = troupe::Runtime::start(std::move(options));
  if (!runtime) return std::unexpected(runtime.error());
  const auto refused = (*runtime)->spawn(greeter(), {.name = "uninvited"});
  std::cout << (refused ? "let in" : refused.error().message) << '\n';
  const auto actor = (*runtime)->spawn(greeter(), {.name = "greeter"});
  if (!actor) return std::unexpected(actor.error());
  if (auto asked = (*runtime)->request(*actor, troupe::as_bytes("world"), std::chrono::seconds(1));
      !asked) {
    return std::unexpected(asked.error());
  }
  return (*runtime)->stop(*actor);
}

}  // namespace

int main() {
  const auto done = run();
  if (!done) std::cerr << "hooks: " << done.error().message << '\n';
  return done ? 0 : 1;
}
