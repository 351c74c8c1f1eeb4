// request(): asks and waits, at most as long as you say. Every way in which an answer can fail to
// come has an error code.

#include <iostream>

#include "greeter.hpp"

namespace {

using troupe::Bytes, troupe::ErrorCode, troupe::Result;
using namespace std::chrono_literals;

Result<void> run() {
  const auto runtime = troupe::Runtime::start();
  if (!runtime) return std::unexpected(runtime.error());
  const auto actor = (*runtime)->spawn(greeter(), {.name = "greeter"});
  if (!actor) return std::unexpected(actor.error());
  const Result<Bytes> answer = (*runtime)->request(*actor, troupe::as_bytes("world"), 1s);
  if (!answer) return std::unexpected(answer.error());
  std::cout << troupe::as_text(*answer) << '\n';
  // The actor crashes over this one, and its supervisor starts it again.
  const Result<Bytes> none = (*runtime)->request(*actor, troupe::as_bytes("nobody"), 1s);
  if (none || none.error().code != ErrorCode::unavailable) {
    return troupe::fail(ErrorCode::internal, "a crash is no answer");
  }
  std::cout << none.error().message << '\n';
  const Result<Bytes> again = (*runtime)->request(*actor, troupe::as_bytes("again"), 1s);
  if (!again) return std::unexpected(again.error());
  std::cout << troupe::as_text(*again) << '\n';
  return {};
}

}  // namespace

int main() {
  const auto done = run();
  if (!done) std::cerr << "request: " << done.error().message << '\n';
  return done ? 0 : 1;
}
