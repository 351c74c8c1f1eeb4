// request_async(): asks many at once. The callback runs on a thread of the runtime, so it does no
// more than hand the answer over.

#include <iostream>
#include <latch>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "greeter.hpp"

namespace {

using troupe::Bytes, troupe::Result;
using namespace std::chrono_literals;

Result<void> run() {
  const auto runtime = troupe::Runtime::start();
  if (!runtime) return std::unexpected(runtime.error());
  const std::vector<std::string> names{"Ada", "Edsger", "Grace"};
  std::mutex mutex;
  std::set<std::string> answers;
  std::latch all(static_cast<std::ptrdiff_t>(names.size()));
  for (const std::string& name : names) {
    const auto actor = (*runtime)->spawn(greeter());
    if (!actor) return std::unexpected(actor.error());
    (*runtime)->request_async(*actor, troupe::as_bytes(name), 1s, [&](const Result<Bytes>& answer) {
      {
        const std::lock_guard lock(mutex);
        answers.emplace(answer ? std::string(troupe::as_text(*answer)) : answer.error().message);
      }
      all.count_down();
    });
  }
  all.wait();
  for (const std::string& answer : answers) std::cout << answer << '\n';
  return {};
}

}  // namespace

int main() {
  const auto done = run();
  if (!done) std::cerr << "request_async: " << done.error().message << '\n';
  return done ? 0 : 1;
}
