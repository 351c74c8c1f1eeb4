#pragma once
// The actor of these examples: greets whom it is told, crashes over "nobody".

#include <memory>
#include <string>

#include "troupe/actor.hpp"
#include "troupe/runtime.hpp"

struct Greeter final : troupe::Actor {
  troupe::Outcome handle(troupe::Turn& /*turn*/, troupe::BytesView message) override {
    const std::string name(troupe::as_text(message));
    if (name == "nobody") return troupe::Outcome::crash("there is nobody to greet");
    return troupe::Outcome::answer("hello, " + name);
  }
};

inline troupe::Component greeter() {
  return troupe::Component::native("greeter", [] { return std::make_unique<Greeter>(); });
}
