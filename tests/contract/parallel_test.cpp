// Proves that guests in endless loops delay nobody: with one worker, which all of them share,
// others go on answering. Counts and order only: that a loop has not ended is known by its
// deadline, which is longer than a test would ever wait for a lost answer, or by its exit not
// having been told.

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <filesystem>
#include <fstream>
#include <memory>
#include <mutex>
#include <semaphore>
#include <string>
#include <string_view>
#include <thread>
#include <unistd.h>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "base/format.hpp"
#include "base/limits.hpp"
#include "guest_node.hpp"
#include "troupe/runtime.hpp"

namespace troupe {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

// A node with real threads, one worker, and what ended and was logged in it.
class BesideALoop : public testing::Test {
 protected:
  // Probes whose deadline is as given, and an echo. None of them is restarted.
  void load(std::string_view deadline, std::string_view more = {},
            const std::vector<std::string>& probes = {"a", "b", "c"}) {
    const std::filesystem::path file = std::filesystem::path(testing::TempDir()) /
                                       fmt::format("beside-{}-{}.toml", getpid(), deadline);
    std::ofstream out(file);
    out << fmt::format(
        "schema = 1\n[app]\nname = \"test\"\n[app.components]\n"
        "probe = \"{0}/probe.wasm\"\necho = \"{0}/echo.wasm\"\n"
        "[app.actors.echo]\ncomponent = \"echo\"\n",
        TROUPE_GUEST_DIR);
    for (const std::string& name : probes) {
      out << fmt::format(
          "[app.actors.{}]\ncomponent = \"probe\"\nrestart = \"temporary\"\n"
          "grants.find = [\"a\", \"b\"]\nlimits.deadline = \"{}\"\n{}",
          name, deadline, more);
    }
    out.close();
    const auto loaded = runtime_->load(file);
    std::filesystem::remove(file);
    ASSERT_TRUE(loaded) << loaded.error().message;
  }
  void send(std::string_view to, std::string_view text) {
    ASSERT_TRUE(runtime_->send(runtime_->find(to).value(), as_bytes(text)));
  }
  std::string ask(std::string_view to, std::string_view text) {
    const auto answer = runtime_->request(runtime_->find(to).value(), as_bytes(text), seconds(60));
    return answer ? std::string(as_text(*answer)) : answer.error().message;
  }
  ActorStatus status(std::string_view name) {
    for (const ActorStatus& one : runtime_->actors()) {
      if (one.name == fmt::format("test/{}", name)) return one;
    }
    return {};
  }
  [[nodiscard]] std::size_t exit_count() {
    const std::lock_guard lock(mutex_);
    return exits_.size();
  }
  // Waits for that many exits; they come, or the test never ends.
  std::vector<std::string> exits(std::size_t count) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return exits_.size() >= count; });
    std::ranges::sort(exits_);
    return exits_;
  }
  // Likewise, for a guest to log that.
  void await_line(std::string_view text) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return std::ranges::find(lines_, text) != lines_.end(); });
  }
  // How many answers the echo gives before that many actors have ended. At least one.
  int answers_until(std::size_t ended) {
    int answers = 0;
    while (exit_count() < ended) {
      EXPECT_EQ(ask("echo", "hello"), "hello");
      if (exit_count() < ended) ++answers;
    }
    return answers;
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::string> exits_;
  std::vector<std::string> lines_;
  std::unique_ptr<Runtime> runtime_ =
      Runtime::start({.name = "test",
                      .workers = 1,
                      .on_log =
                          [this](const LogLine& line) {
                            const std::lock_guard lock(mutex_);
                            lines_.emplace_back(line.text);
                            changed_.notify_all();
                          },
                      .on_exit =
                          [this](const ExitEvent& event) {
                            const std::lock_guard lock(mutex_);
                            exits_.push_back(
                                fmt::format("{} {}", event.name, to_string(event.exit)));
                            changed_.notify_all();
                          }})
          .value();
};

// An answer takes microseconds. If a loop held the worker, there would be one, or none, before it
// ends.
constexpr int some = 10;

TEST_F(BesideALoop, OthersOfTheSameWorkerGoOn) {
  load("1s");
  send("a", "loop");
  EXPECT_GT(answers_until(1), some);
  EXPECT_EQ(exits(1), std::vector<std::string>{"test/a exceeded(\"deadline\")"});
}

// Other guest code than `handle`.
struct Loop {
  const char* in;
  const char* told;
  const char* guest = nullptr;  // Null: the probe a.
  std::size_t ends = 1;         // So many actors, and the guest last.
};

// Names what fails; without it a failing row would print the struct's bytes.
// NOLINTNEXTLINE(readability-identifier-naming): googletest's name.
void PrintTo(const Loop& loop, std::ostream* out) { *out << loop.in; }

class BesideALoopIn : public BesideALoop, public testing::WithParamInterface<Loop> {};

TEST_P(BesideALoopIn, OthersOfTheSameWorkerGoOn) {
  const Loop& loop = GetParam();
  load("1s", "grants.publish = [\"news.#\"]\ngrants.subscribe = [\"news.#\"]\n");
  std::string name = "a";
  if (loop.guest != nullptr) {
    // Its deadline is one second as well.
    name = "a-guest";
    SpawnOptions options;
    options.name = name;
    options.restart = Restart::temporary;
    const auto component = Component::from_bytes(loop.guest, guest_bytes(loop.guest));
    const auto spawned = runtime_->spawn(component, std::move(options));
    ASSERT_TRUE(spawned) << spawned.error().message;
  }
  send(name, loop.told);
  EXPECT_GT(answers_until(loop.ends), some);
  EXPECT_EQ(exits(loop.ends)[0], fmt::format("test/{} exceeded(\"deadline\")", name));
}

INSTANTIATE_TEST_SUITE_P(
    Table, BesideALoopIn,
    testing::Values(
        Loop{.in = "CabiRealloc", .told = "x", .guest = "loop_realloc"},
        Loop{.in = "CabiPost", .told = "x", .guest = "loop_post"},
        Loop{.in = "Answered", .told = "on answered loop;request b 60000 count"},
        Loop{.in = "Fired", .told = "on fired loop;start-timer 1 0"},
        Loop{.in = "Event", .told = "on event loop;subscribe news.x;publish news.x y"},
        Loop{.in = "Exited", .told = "on exited loop;watch b;send b exit ok", .ends = 2}),
    [](const auto& row) { return std::string(row.param.in); });

// So often that a machine with other things to do can't hide it.
TEST_F(BesideALoop, WhoTakesLongAgainAndAgainGoesAtOnce) {
  load("60s");
  for (int at = 0; at < 100 && !status("a").in_long_lane; ++at) {
    EXPECT_EQ(ask("a", "burn 50000000"), "ok");
  }
  EXPECT_TRUE(status("a").in_long_lane);
  EXPECT_FALSE(status("echo").in_long_lane);
  for (int at = 0; at < 1'000 && status("a").in_long_lane; ++at)
    EXPECT_EQ(ask("a", "count").substr(0, 2), "ok");
  EXPECT_FALSE(status("a").in_long_lane) << "it went, and was short";
}

TEST_F(BesideALoop, OthersGoOnWhileItIsNotEvenReady) {
  load("1s");
  std::atomic<bool> is_over{false};
  std::string error;
  std::jthread starting([&] {
    SpawnOptions options;
    options.name = "late";
    options.config = to_bytes("do loop");
    const auto component =
        Component::from_file(fmt::format("{}/probe.wasm", TROUPE_GUEST_DIR)).value();
    error = runtime_->spawn(component, std::move(options)).error().message;
    is_over = true;
  });
  // Its code is compiled first; only answers while it starts count.
  const auto is_starting = [this] {
    const auto all = runtime_->actors();
    return std::ranges::any_of(all, [](const ActorStatus& one) {
      return one.name == "test/late" && one.state == ActorState::starting;
    });
  };
  int answers = 0;
  while (!is_over) {
    const bool counts = is_starting();
    EXPECT_EQ(ask("echo", "hello"), "hello");
    if (counts && is_starting()) ++answers;
  }
  starting.join();
  EXPECT_GT(answers, some);
  EXPECT_NE(error.find("start-time"), std::string::npos) << error;
}

// Takes the only place beside the worker until the test is over.
struct Squatter final : Actor {
  explicit Squatter(std::shared_ptr<std::counting_semaphore<>> gate)
      : may_return(std::move(gate)) {}
  Outcome handle(Turn& /*turn*/, BytesView /*message*/) override {
    may_return->acquire();
    return {};
  }
  std::shared_ptr<std::counting_semaphore<>> may_return;
};

TEST_F(BesideALoop, AStartThatWaitsForItsTurnEndsInTime) {
  const auto gate = std::make_shared<std::counting_semaphore<>>(0);
  SpawnOptions squatting;
  squatting.name = "squatter";
  squatting.long_running = true;
  const auto squatter = Component::native("s", [gate] { return std::make_unique<Squatter>(gate); });
  ASSERT_TRUE(runtime_->spawn(squatter, squatting));
  send("squatter", "stay");
  const std::filesystem::path file =
      std::filesystem::path(testing::TempDir()) / fmt::format("late-{}.toml", getpid());
  std::ofstream(file) << fmt::format(
      "schema = 1\n[app]\nname = \"test\"\n[app.components]\nprobe = \"{}/probe.wasm\"\n"
      "[app.actors.late]\ncomponent = \"probe\"\nconfig = \"do loop\"\n"
      "start_timeout = \"100ms\"\n",
      TROUPE_GUEST_DIR);
  // Returns before the gate is opened, or never.
  const auto loaded = runtime_->load(file);
  std::filesystem::remove(file);
  ASSERT_FALSE(loaded);
  EXPECT_NE(loaded.error().message.find("start-time"), std::string::npos) << loaded.error().message;
  gate->release();
}

TEST_F(BesideALoop, ItCanBeKilled) {
  load("300s");
  send("a", "loop");
  EXPECT_EQ(ask("echo", "hello"), "hello");
  ASSERT_TRUE(runtime_->kill(runtime_->find("a").value()));
  EXPECT_EQ(exits(1), std::vector<std::string>{"test/a killed"});
}

// They take turns in the one place beside the worker; while they wait, their deadlines do, too.
TEST_F(BesideALoop, OtherLoopsWait) {
  load("200ms");
  for (const char* name : {"a", "b", "c"}) send(name, "loop");
  EXPECT_GT(answers_until(3), some);
  EXPECT_EQ(exits(3), (std::vector<std::string>{"test/a exceeded(\"deadline\")",
                                                "test/b exceeded(\"deadline\")",
                                                "test/c exceeded(\"deadline\")"}));
}

// Long enough to outlast its share, by far.
constexpr std::string_view long_work = "burn 100000000";

TEST_F(BesideALoop, WhoTakesLongComesHomeWithItsEffects) {
  load("60s");
  EXPECT_EQ(ask("a", fmt::format("send b count;{};send b count;count", long_work)),
            "ok;ok;ok;ok 1");
  EXPECT_EQ(ask("b", "count"), "ok 3");
  EXPECT_EQ(ask("a", "count"), "ok 2") << "it lives on, at home";
  send("a", long_work);
  while (status("a").handled < 3) std::this_thread::yield();
  EXPECT_EQ(ask("echo", "hello"), "hello") << "so the worker is done with that turn";
  EXPECT_EQ(status("a").queued, 0U) << "nothing waits, though its last turn was away";
}

// Long work beside a loop that would hold the only place for five minutes.
TEST_F(BesideALoop, WhoTakesLongIsNotHeldByALoop) {
  load("300s");
  send("a", "loop");
  EXPECT_EQ(ask("b", fmt::format("{};count", long_work)), "ok;ok 1");
  ASSERT_TRUE(runtime_->kill(runtime_->find("a").value()));
  EXPECT_EQ(exits(1), std::vector<std::string>{"test/a killed"});
}

// What is asked while it is away waits, in its order; what answers it and what fires, too.
TEST_F(BesideALoop, NothingIsLostMeanwhile) {
  load("60s");
  EXPECT_EQ(ask("a", "request b 60000 count;start-timer 1 0"), "ok 1;ok 2");
  send("a", long_work);
  for (int i = 0; i < 20; ++i) send("a", "count");
  EXPECT_EQ(ask("a", "count"), "ok 23");
  std::string journal = ask("a", "journal");
  EXPECT_NE(journal.find("answered 1 answered ok 1"), std::string::npos) << journal;
  EXPECT_NE(journal.find("fired 2"), std::string::npos) << journal;
}

TEST_F(BesideALoop, AKilledTurnHasNoEffect) {
  // Nobody is to try again what was killed.
  load("300s", "mailbox.redeliver = 2\n");
  send("a", "send b count;loop");
  EXPECT_EQ(ask("echo", "hello"), "hello");
  ASSERT_TRUE(runtime_->kill(runtime_->find("a").value()));
  EXPECT_EQ(exits(1), std::vector<std::string>{"test/a killed"});
  EXPECT_EQ(ask("b", "count"), "ok 1");
  const auto letters = runtime_->dead_letters();
  ASSERT_EQ(letters.size(), 1U);
  EXPECT_EQ(letters[0].reason, DeadReason::crashed);
}

TEST_F(BesideALoop, TheNodeEndsBesideIt) {
  load("300s");
  for (const char* name : {"a", "b", "c"}) send(name, "loop");
  EXPECT_EQ(ask("echo", "hello"), "hello");
  runtime_->shut_down(milliseconds(200));
  EXPECT_FALSE(runtime_->wait()->failed);
}

// For some of them there is no thread beside the worker, for a while.
TEST_F(BesideALoop, MoreLoopsThanThreadsAllEnd) {
  std::vector<std::string> names;
  std::vector<std::string> ends;
  for (std::uint32_t at = 0; at < limits::away_threads_max + 6; ++at) {
    names.push_back(fmt::format("p{}", at));
    ends.push_back(fmt::format("test/p{} exceeded(\"deadline\")", at));
  }
  load("50ms", {}, names);
  for (const std::string& name : names) send(name, "loop");
  std::ranges::sort(ends);
  EXPECT_EQ(exits(ends.size()), ends);
  EXPECT_EQ(ask("echo", "hello"), "hello");
}

// Native actors hold all threads that there may be beside the workers, until the test lets go.
class WithoutAThread : public BesideALoop {
 protected:
  void SetUp() override {
    const auto squatter =
        Component::native("s", [gate = gate_] { return std::make_unique<Squatter>(gate); });
    std::vector<std::string> names;
    for (std::uint32_t at = 0; at < limits::away_threads_max; ++at) {
      names.push_back(fmt::format("s{}", at));
      SpawnOptions options;
      options.name = names.back();
      options.long_running = true;
      const auto spawned = runtime_->spawn(squatter, options);
      ASSERT_TRUE(spawned) << spawned.error().message;
    }
    for (const std::string& name : names) {
      send(name, "stay");
      while (!status(name).long_turn) std::this_thread::yield();
    }
  }
  void TearDown() override { gate_->release(limits::away_threads_max); }

  std::shared_ptr<std::counting_semaphore<>> gate_ = std::make_shared<std::counting_semaphore<>>(0);
};

TEST_F(WithoutAThread, LoopsEndOnTheirWorker) {
  load("200ms");
  for (const char* name : {"a", "b", "c"}) send(name, "loop");
  EXPECT_EQ(exits(3), (std::vector<std::string>{"test/a exceeded(\"deadline\")",
                                                "test/b exceeded(\"deadline\")",
                                                "test/c exceeded(\"deadline\")"}));
  EXPECT_EQ(ask("echo", "hello"), "hello");
}

TEST_F(WithoutAThread, WhoTakesLongGoesOnOnItsWorker) {
  load("60s");
  EXPECT_EQ(ask("a", fmt::format("send b count;{};count", long_work)), "ok;ok;ok 1");
  EXPECT_EQ(ask("b", "count"), "ok 2");
}

TEST_F(WithoutAThread, ALoopLeavesItsWorkerWhenThereIsOne) {
  load("300s");
  send("a", fmt::format("{};log 2 here;loop", long_work));
  await_line("here");
  EXPECT_FALSE(status("a").long_turn) << "it has had its share, and is still there";
  gate_->release();
  EXPECT_EQ(ask("echo", "hello"), "hello");
  EXPECT_TRUE(status("a").long_turn);
  ASSERT_TRUE(runtime_->kill(runtime_->find("a").value()));
  EXPECT_EQ(exits(1), std::vector<std::string>{"test/a killed"});
}

}  // namespace
}  // namespace troupe
