// Proves that actors that may take long run beside their workers, and that nothing is lost, doubled
// or reordered when they come and go. Real threads; ThreadSanitizer runs it too.

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <semaphore>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "base/format.hpp"
#include "io/temporary_folder.hpp"
#include "troupe/runtime.hpp"

namespace troupe {
namespace {

using std::chrono::seconds;

std::unique_ptr<Runtime> start(std::uint32_t workers) {
  return Runtime::start(
             {.name = "test", .workers = workers, .on_log = [](const LogLine&) {}, .on_exit = {}})
      .value();
}

struct Echo final : Actor {
  Outcome handle(Turn& /*turn*/, BytesView message) override { return Outcome::answer(message); }
};

// Returns from a handler when the test lets it.
struct Waiter final : Actor {
  explicit Waiter(std::counting_semaphore<>& gate) : may_return(gate) {}
  Outcome handle(Turn& /*turn*/, BytesView message) override {
    may_return.acquire();
    return Outcome::answer(message);
  }
  std::counting_semaphore<>& may_return;
};

// Spawns a child, says so, and returns when the test lets it.
struct Parent final : Actor {
  Parent(std::counting_semaphore<>& spawned, std::counting_semaphore<>& gate)
      : has_spawned(spawned), may_return(gate) {}
  Outcome handle(Turn& turn, BytesView /*message*/) override {
    const bool is_spawned = turn.spawn("kid", "kid", {}).has_value();
    has_spawned.release();
    may_return.acquire();
    return is_spawned ? Outcome::answer("done") : Outcome::error("refused");
  }
  std::counting_semaphore<>& has_spawned;
  std::counting_semaphore<>& may_return;
};

// Counts the answers of the requests that it is handed to. Copies count together.
class Answers {
 public:
  void operator()(const Result<Bytes>& answer) const {
    EXPECT_TRUE(answer) << answer.error().message;
    ++*count_;
    count_->notify_all();
  }
  [[nodiscard]] int count() const { return *count_; }
  void wait_for(int answers) const {
    for (int seen = *count_; seen < answers; seen = *count_) count_->wait(seen);
  }

 private:
  std::shared_ptr<std::atomic<int>> count_ = std::make_shared<std::atomic<int>>(0);
};

// Passes numbers on to `counter`, asks it in between, and crashes over every hundredth.
struct Passer final : Actor {
  Outcome handle(Turn& turn, BytesView message) override {
    const auto counter = turn.find("counter");
    if (!counter) return Outcome::error("there is no counter");
    if (!turn.send(*counter, message)) return Outcome::error("refused");
    if (++handled % 100 == 0) return Outcome::crash("every hundredth");
    if (handled % 7 == 0 && !turn.request(*counter, message, seconds(60))) {
      return Outcome::error("refused");
    }
    return {};
  }
  Outcome answered(Turn& /*turn*/, std::uint64_t, const AnswerView& answer) override {
    return answer ? Outcome() : Outcome::error("no answer");
  }
  std::uint64_t handled = 0;
};

// Notes whether what each passer sends comes in its order.
struct Counter final : Actor {
  Counter(std::atomic<std::uint64_t>& arrived, std::atomic<std::uint64_t>& disorder)
      : count(arrived), out_of_order(disorder) {}
  Outcome handle(Turn& turn, BytesView message) override {
    if (turn.answer_owed()) return Outcome::answer(message);
    const std::string text(as_text(message));
    const auto passer = static_cast<std::size_t>(text.at(0) - '0');
    const std::uint64_t number = std::stoull(text.substr(2));
    if (number <= last.at(passer)) out_of_order.fetch_add(1);
    last.at(passer) = number;
    count.fetch_add(1);
    count.notify_all();
    return {};
  }
  std::atomic<std::uint64_t>& count;
  std::atomic<std::uint64_t>& out_of_order;
  std::array<std::uint64_t, 10> last{};
};

TEST(LongRunning, LetOthersOfTheirWorkerGoOn) {
  std::counting_semaphore<> gate(0);
  const auto runtime = start(1);
  SpawnOptions options;
  options.long_running = true;
  const Address waiter =
      runtime
          ->spawn(Component::native("waiter", [&] { return std::make_unique<Waiter>(gate); }),
                  options)
          .value();
  const Address echo =
      runtime->spawn(Component::native("echo", [] { return std::make_unique<Echo>(); })).value();
  Answers answers;
  for (int i = 0; i < 3; ++i) runtime->request_async(waiter, as_bytes("x"), seconds(60), answers);
  for (int i = 0; i < 100; ++i) ASSERT_TRUE(runtime->request(echo, as_bytes("y"), seconds(60)));
  EXPECT_EQ(answers.count(), 0) << "none of them may have returned";
  gate.release(3);
  answers.wait_for(3);
}

// What is sent to a child whose name is found before its parent's handler has returned waits until
// it is there.
TEST(LongRunning, HaveChildrenThatGetWhatCameBeforeThem) {
  std::counting_semaphore<> spawned(0);
  std::counting_semaphore<> gate(0);
  const auto runtime = start(1);
  ASSERT_TRUE(runtime->add_native("echo", [] { return std::make_unique<Echo>(); }));
  ASSERT_TRUE(runtime->add_native("parent", [&] { return std::make_unique<Parent>(spawned, gate); },
                                  {.long_running = true}));
  const TemporaryFolder folder;
  ASSERT_TRUE(runtime->load(folder.write("app.toml", as_bytes(R"(schema = 1
[app]
name = "test"
[app.components]
echo = "native:echo"
parent = "native:parent"
[app.templates.kid]
component = "echo"
[app.actors.echo]
component = "echo"
[app.actors.parent]
component = "parent"
grants = { spawn = ["kid"] }
)"))));
  Answers answers;
  const auto ask = [&](std::string_view name) {
    runtime->request_async(runtime->find(name).value(), as_bytes("x"), seconds(60), answers);
  };
  ask("parent");
  spawned.acquire();
  ask("kid");
  // The worker has seen it when it has answered what came behind it.
  ASSERT_TRUE(runtime->request(runtime->find("echo").value(), as_bytes("y"), seconds(60)));
  EXPECT_EQ(answers.count(), 0);
  gate.release();
  answers.wait_for(2);
}

TEST(LongRunning, LoseNothingAndKeepTheOrder) {
  constexpr std::size_t passer_count = 3;
  constexpr std::uint64_t each = 99;
  for (const std::uint32_t workers : {1U, 3U}) {
    SCOPED_TRACE(workers);
    std::atomic<std::uint64_t> arrived{0};
    std::atomic<std::uint64_t> disorder{0};
    const auto runtime = start(workers);
    SpawnOptions counting;
    counting.name = "counter";
    ASSERT_TRUE(runtime->spawn(
        Component::native("counter", [&] { return std::make_unique<Counter>(arrived, disorder); }),
        counting));
    SpawnOptions passing;
    passing.long_running = true;
    passing.restart = Restart::temporary;
    std::vector<Address> passers;
    passers.reserve(passer_count);
    for (std::size_t i = 0; i < passer_count; ++i) {
      passers.push_back(
          runtime
              ->spawn(Component::native("passer", [] { return std::make_unique<Passer>(); }),
                      passing)
              .value());
    }
    for (std::uint64_t number = 1; number <= each; ++number) {
      for (std::size_t i = 0; i < passer_count; ++i) {
        ASSERT_TRUE(runtime->send(passers[i], as_bytes(fmt::format("{} {}", i, number))));
      }
    }
    for (std::uint64_t seen = arrived; seen < passer_count * each; seen = arrived) {
      arrived.wait(seen);
    }
    // The hundredth ends its passer: what it asked for never happens, and it is a dead letter.
    for (std::size_t i = 0; i < passer_count; ++i) {
      ASSERT_TRUE(runtime->send(passers[i], as_bytes(fmt::format("{} {}", i, each + 1))));
      (void)runtime->stop(passers[i]);
    }
    EXPECT_EQ(arrived, passer_count * each);
    EXPECT_EQ(disorder, 0U);
    EXPECT_EQ(runtime->dead_letters().size(), passer_count);
  }
}

}  // namespace
}  // namespace troupe
