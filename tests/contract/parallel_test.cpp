// Proves that a guest in an endless loop ends at its deadline, while an actor on another worker
// goes on answering. Counts and order only: the loop cannot have ended while the echo still had to
// answer, since its deadline is longer than the test would ever wait for a lost answer.

#include <atomic>
#include <chrono>
#include <string>
#include <thread>

#include <gtest/gtest.h>

#include "base/format.hpp"
#include "troupe/runtime.hpp"

namespace troupe {
namespace {

using std::chrono::seconds;

TEST(Deadlines, LetOtherWorkersGoOnBesideALoop) {
  std::atomic<bool> ended{false};
  std::string exit;
  auto runtime = *Runtime::start({.name = "test",
                                  .workers = 2,
                                  .on_log = [](const LogLine&) {},
                                  .on_exit =
                                      [&](const ExitEvent& event) {
                                        exit = to_string(event.exit);
                                        ended = true;
                                      }});
  // Actors are placed on the workers in turn, so these two are apart.
  const auto guest = [](const char* name) {
    return *Component::from_file(fmt::format("{}/{}.wasm", TROUPE_GUEST_DIR, name));
  };
  SpawnOptions looping;
  looping.name = "looping";
  looping.restart = Restart::temporary;
  const Address loop = *runtime->spawn(guest("probe"), looping);
  const Address echo = *runtime->spawn(guest("echo"));
  ASSERT_TRUE(runtime->send(loop, as_bytes("loop")));
  int answers_during_the_loop = 0;
  while (!ended) {
    ASSERT_TRUE(runtime->request(echo, as_bytes("hello"), seconds(60)));
    if (!ended) ++answers_during_the_loop;
  }
  EXPECT_GT(answers_during_the_loop, 0);
  EXPECT_EQ(exit, "exceeded(\"deadline\")");
}

}  // namespace
}  // namespace troupe
