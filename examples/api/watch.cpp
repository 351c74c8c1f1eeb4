// watch(): hears how the present life of an actor ends, and what its supervisor made of it.

#include <future>
#include <iostream>

#include "greeter.hpp"

namespace {

using troupe::ExitEvent, troupe::Result;

Result<void> run() {
  const auto runtime = troupe::Runtime::start();
  if (!runtime) return std::unexpected(runtime.error());
  const auto actor = (*runtime)->spawn(greeter(), {.name = "greeter"});
  if (!actor) return std::unexpected(actor.error());
  // One watch, one life: whoever wants to hear of the next watches again.
  for (const char* name : {"nobody", ""}) {
    std::promise<ExitEvent> ended;
    auto watching =
        (*runtime)->watch(*actor, [&](const ExitEvent& event) { ended.set_value(event); });
    if (!watching) return watching;
    auto ending =
        *name != '\0' ? (*runtime)->send(*actor, troupe::as_bytes(name)) : (*runtime)->stop(*actor);
    if (!ending) return ending;
    const ExitEvent event = ended.get_future().get();
    std::cout << "life " << event.life << ": " << to_string(event.exit) << ": " << event.decision
              << '\n';
  }
  return {};
}

}  // namespace

int main() {
  const auto done = run();
  if (!done) std::cerr << "watch: " << done.error().message << '\n';
  return done ? 0 : 1;
}
