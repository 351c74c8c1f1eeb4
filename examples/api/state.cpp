// Turn::state(): what an actor and its program share, over all the actor's lives. Here a table of
// greetings that the program reads without asking, and that a crash does not take along.

#include <iostream>
#include <map>
#include <memory>
#include <string>

#include "troupe/runtime.hpp"

namespace {

using troupe::BytesView, troupe::Outcome, troupe::Result, troupe::Turn;
using namespace std::chrono_literals;

using Guests = std::map<std::string, int>;

// Counts whom it has greeted; crashes over "nobody".
struct Host final : troupe::Actor {
  Outcome handle(Turn& turn, BytesView message) override {
    const std::string name(troupe::as_text(message));
    if (name == "nobody") return Outcome::crash("there is nobody to greet");
    // Exclusive while it is written; what reads it may be many at a time.
    turn.state<Guests>()->write([&name](Guests& guests) { ++guests[name]; });
    return Outcome::answer("hello, " + name);
  }
};

Result<void> run() {
  const auto runtime = troupe::Runtime::start();
  if (!runtime) return std::unexpected(runtime.error());
  const auto guests = troupe::make_state<Guests>();
  const auto host =
      (*runtime)->spawn(troupe::Component::native("host", [] { return std::make_unique<Host>(); }),
                        {.name = "host", .state = guests});
  if (!host) return std::unexpected(host.error());
  for (const char* name : {"Ada", "Edsger", "nobody", "Ada"}) {
    (void)(*runtime)->request(*host, troupe::as_bytes(name), 1s);
  }
  for (const auto& [name, count] : guests->get()) std::cout << name << ": " << count << '\n';
  return {};
}

}  // namespace

int main() {
  const auto done = run();
  if (!done) std::cerr << "state: " << done.error().message << '\n';
  return done ? 0 : 1;
}
