// Proves that a node with threads keeps its word: answers reach their askers, order holds, nothing
// is lost over crashes and kills, and it ends. Counts and order only; ThreadSanitizer runs it too.

#include "troupe/runtime.hpp"

#include <atomic>
#include <filesystem>
#include <future>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "base/format.hpp"
#include "base/limits.hpp"
#include "io/temporary_folder.hpp"

namespace troupe {
namespace {

using std::chrono::seconds;

// "add N" -> the sum; "crash" ends the life.
class Sum final : public Actor {
 public:
  Outcome handle(Turn& /*turn*/, BytesView message) override {
    const std::string_view text = as_text(message);
    if (text == "crash") return Outcome::crash("told to");
    ++sum_;
    return Outcome::answer(std::to_string(sum_));
  }

 private:
  int sum_ = 0;
};

// Passes each message on to the actor that its config names.
class Forward final : public Actor {
 public:
  Outcome start(Turn& /*turn*/, BytesView config) override {
    to_ = as_text(config);
    return {};
  }
  Outcome handle(Turn& turn, BytesView message) override {
    const auto to = turn.find(to_);
    if (!to) return Outcome::error(std::string(to_string(to.error())));
    const auto sent = turn.send(*to, message);
    return sent ? Outcome::answer("sent") : Outcome::error(std::string(to_string(sent.error())));
  }

 private:
  std::string to_;
};

// Writes down what time it was given to stop in.
class Budgeted final : public Actor {
 public:
  explicit Budgeted(std::atomic<Duration>& told) : told_(told) {}
  Outcome handle(Turn& /*turn*/, BytesView /*message*/) override { return {}; }
  void stop(Turn& /*turn*/, Duration budget) override { told_ = budget; }

 private:
  std::atomic<Duration>& told_;
};

std::unique_ptr<Runtime> start(std::function<void(const ExitEvent&)> on_exit = {}) {
  auto runtime = Runtime::start({.name = "test",
                                 .workers = 2,
                                 .on_log = [](const LogLine&) {},
                                 .on_exit = std::move(on_exit)});
  EXPECT_TRUE(runtime) << runtime.error().message;
  return *std::move(runtime);
}

SpawnOptions named(const std::string& name, const std::string& config = "") {
  SpawnOptions options;
  options.name = name;
  options.config = to_bytes(config);
  return options;
}

const Component sum = Component::native("sum", [] { return std::make_unique<Sum>(); });
const Component forward = Component::native("forward", [] { return std::make_unique<Forward>(); });

TEST(Runtime, AnswersManyThreadsAtOnce) {
  const auto runtime = start();
  std::vector<Address> actors;
  actors.reserve(4);
  for (int i = 0; i < 4; ++i) actors.push_back(*runtime->spawn(sum, named(fmt::format("s{}", i))));
  constexpr int each = 500;
  std::atomic<int> answered{0};
  {
    std::vector<std::jthread> askers;
    askers.reserve(4);
    for (int asker = 0; asker < 4; ++asker) {
      askers.emplace_back([&, asker] {
        for (int i = 0; i < each; ++i) {
          const auto to = actors[static_cast<std::size_t>(asker + i) % actors.size()];
          if (runtime->request(to, as_bytes("add 1"), seconds(60))) ++answered;
        }
      });
    }
  }
  EXPECT_EQ(answered, 4 * each);
  std::uint64_t handled = 0;
  for (const ActorStatus& one : runtime->actors()) handled += one.handled;
  EXPECT_EQ(handled, 4U * each);
}

TEST(Runtime, LosesNothingBetweenWorkers) {
  const auto runtime = start();
  const Address end = *runtime->spawn(sum, named("end"));
  const Address first = *runtime->spawn(forward, named("f1", "f2"));
  (void)*runtime->spawn(forward, named("f2", "f3"));
  (void)*runtime->spawn(forward, named("f3", "end"));
  constexpr std::uint64_t count = 2'000;
  std::uint64_t sent = 0;
  while (sent < count) {
    if (runtime->send(first, as_bytes("x"))) {
      ++sent;
    } else {
      std::this_thread::yield();  // Its mailbox is full: the rule is to try again.
    }
  }
  // Forwarders that find the next mailbox full say so by an error; nothing else may be missing.
  std::uint64_t arrived = 0;
  std::uint64_t given_up = 0;
  while (arrived + given_up < count) {
    arrived = given_up = 0;
    for (const ActorStatus& one : runtime->actors()) {
      (one.name == "test/end" ? arrived : given_up) +=
          one.name == "test/end" ? one.handled : one.errors;
    }
  }
  EXPECT_EQ(arrived + given_up, count);
  const auto last = runtime->request(end, as_bytes("last"), seconds(60));
  ASSERT_TRUE(last) << last.error().message;
  EXPECT_EQ(as_text(*last), std::to_string(arrived + 1));
}

TEST(Runtime, RestartsAndTellsOfEveryExit) {
  std::atomic<int> crashes{0};
  std::atomic<int> kills{0};
  const auto runtime = start([&](const ExitEvent& event) {
    if (event.exit.kind == Exit::Kind::crashed) ++crashes;
    if (event.exit.kind == Exit::Kind::killed) ++kills;
  });
  const Address actor = *runtime->spawn(sum, named("actor"));
  EXPECT_EQ(runtime->request(actor, as_bytes("crash"), seconds(60)).error().code,
            ErrorCode::unavailable);
  EXPECT_EQ(as_text(*runtime->request(actor, as_bytes("add"), seconds(60))), "1");
  EXPECT_TRUE(runtime->kill(actor));
  // The kill and the next request race; whichever came first, the actor answers in the end.
  while (!runtime->request(actor, as_bytes("add"), seconds(60))) {
  }
  while (kills == 0) std::this_thread::yield();
  EXPECT_EQ(crashes, 1);
}

TEST(Runtime, EndsWithTheReasonWhenASupervisorGivesUp) {
  const auto runtime = start();
  const Address actor = *runtime->spawn(sum, named("actor"));
  while (runtime->send(actor, as_bytes("crash"))) std::this_thread::yield();
  const auto end = runtime->wait();
  ASSERT_TRUE(end);
  EXPECT_TRUE(end->failed);
  EXPECT_NE(end->reason.find("gave up"), std::string::npos) << end->reason;
}

TEST(Runtime, StopsAnActorForGood) {
  const auto runtime = start();
  const Address actor = *runtime->spawn(sum, named("actor"));
  EXPECT_EQ(*runtime->find("actor"), actor);
  EXPECT_EQ(*runtime->find("test/actor"), actor);
  EXPECT_TRUE(runtime->stop(actor));
  EXPECT_EQ(runtime->find("actor").error().code, ErrorCode::not_found);
  EXPECT_EQ(runtime->send(actor, {}).error().code, ErrorCode::not_found);
  EXPECT_EQ(runtime->stop(actor).error().code, ErrorCode::not_found);
  EXPECT_TRUE(runtime->spawn(sum, named("actor"))) << "the name is free again";
}

TEST(Runtime, GivesActorsTheTimeToStopThatTheyWereSpawnedWith) {
  std::atomic<Duration> told = Duration::zero();
  const auto runtime = start();
  const auto spawn = [&](Duration shutdown) {
    SpawnOptions options;
    options.shutdown = shutdown;
    return runtime->spawn(
        Component::native("till", [&told] { return std::make_unique<Budgeted>(told); }), options);
  };
  ASSERT_TRUE(spawn(std::chrono::hours(1)));
  ASSERT_TRUE(spawn(std::chrono::milliseconds(1)));
  for (const Duration wrong :
       {Duration(std::chrono::microseconds(999)), Duration(std::chrono::hours(1)) + Duration(1)}) {
    const auto refused = spawn(wrong);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, ErrorCode::invalid_argument);
    EXPECT_TRUE(refused.error().message.contains("1ms to 1h")) << refused.error().message;
  }
  runtime->shut_down(seconds(60));
  // The first was stopped last: what is left of its hour.
  EXPECT_GT(told.load(), std::chrono::minutes(30));
}

// Senders go on until they are refused: what was taken in before that is handled, or buried.
// Longer than any clock counts.
TEST(Runtime, WaitsAndShutsDownHoweverLongThatMayTake) {
  std::vector<Exit> exits;
  const auto runtime = start([&](const ExitEvent& event) { exits.push_back(event.exit); });
  ASSERT_TRUE(runtime->spawn(sum));
  std::optional<RuntimeEnd> end;
  {
    const std::jthread waiting([&] { end = runtime->wait(Duration::max()); });
    runtime->shut_down(Duration::max());
  }
  EXPECT_TRUE(end.has_value());
  EXPECT_EQ(exits, std::vector<Exit>{Exit::normal()});
}

TEST(Runtime, LosesNothingThatItHasTakenInWhenItEnds) {
  for (int round = 0; round < 50; ++round) {
    struct Counter final : Actor {
      explicit Counter(std::atomic<std::uint64_t>& its_count) : count(its_count) {}
      Outcome handle(Turn& /*turn*/, BytesView /*message*/) override {
        ++count;
        return {};
      }
      std::atomic<std::uint64_t>& count;
    };
    std::atomic<std::uint64_t> handled = 0;
    std::atomic<std::uint64_t> accepted = 0;
    std::atomic<int> sending = 0;
    const auto runtime = start();
    const Address counter = *runtime->spawn(
        Component::native("counter", [&handled] { return std::make_unique<Counter>(handled); }));
    std::vector<std::jthread> senders(3);
    for (std::jthread& sender : senders) {
      sender = std::jthread([&] {
        while (true) {
          const auto sent = runtime->send(counter, as_bytes("counts"));
          if (sent) {
            ++accepted;
          } else if (sent.error().code != ErrorCode::overloaded) {
            return;
          }
          if (++sending < 3) sending.notify_all();
        }
      });
    }
    sending.wait(0);
    runtime->shut_down();
    for (std::jthread& sender : senders) sender.join();
    std::uint64_t dead = 0;
    for (const std::uint64_t count : runtime->counters().dead_by) dead += count;
    ASSERT_EQ(handled + dead, accepted) << "round " << round;
  }
}

TEST(Runtime, RefusesWhatItCannotDo) {
  const auto runtime = start();
  EXPECT_EQ(runtime->spawn(sum, named("No Name")).error().code, ErrorCode::invalid_argument);
  (void)*runtime->spawn(sum, named("a"));
  EXPECT_EQ(runtime->spawn(sum, named("a")).error().code, ErrorCode::already_exists);
  EXPECT_EQ(Runtime::start({.name = "Bad Name"}).error().code, ErrorCode::invalid_argument);
  EXPECT_EQ(Runtime::start({.workers = 257}).error().code, ErrorCode::invalid_argument);
  EXPECT_EQ(runtime->request(*runtime->find("a"), {}, Duration{0}).error().code,
            ErrorCode::invalid_argument);
  EXPECT_EQ(Component::from_file("/no/such.wasm").error().code, ErrorCode::not_found);
}

TEST(Runtime, RefusesToWaitInsideAHandler) {
  struct Impatient final : Actor {
    explicit Impatient(Runtime*& runtime) : runtime_(runtime) {}
    Outcome handle(Turn& turn, BytesView /*message*/) override {
      const auto answer = runtime_->request(turn.self(), {}, seconds(1));
      EXPECT_FALSE(runtime_->wait());
      runtime_->shut_down();
      return Outcome::answer(answer.error().message);
    }
    Runtime*& runtime_;
  };
  Runtime* inner = nullptr;
  const auto runtime = start();
  inner = runtime.get();
  const Address actor = *runtime->spawn(
      Component::native("impatient", [&inner] { return std::make_unique<Impatient>(inner); }));
  const auto answer = runtime->request(actor, {}, seconds(60));
  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_NE(as_text(*answer).find("inside a handler"), std::string_view::npos) << as_text(*answer);
}

// Whatever thread a callback runs on, the runtime would wait there for itself.
TEST(Runtime, RefusesToWaitInsideACallback) {
  const auto runtime = start();
  const Address actor = *runtime->spawn(sum, named("actor"));
  std::promise<std::string> answered;
  runtime->request_async(actor, {}, seconds(60), [&](const Result<Bytes>&) {
    answered.set_value(runtime->spawn(sum).error().message);
  });
  EXPECT_NE(answered.get_future().get().find("a callback"), std::string::npos);
  std::promise<std::string> ended;
  ASSERT_TRUE(runtime->watch(
      actor, [&](const ExitEvent&) { ended.set_value(runtime->stop(actor).error().message); }));
  ASSERT_TRUE(runtime->kill(actor));
  EXPECT_NE(ended.get_future().get().find("a callback"), std::string::npos);
}

TEST(Runtime, TellsOnceHowAWatchedLifeEnded) {
  const auto runtime = start();
  const Address actor = *runtime->spawn(sum, named("actor"));
  std::promise<ExitEvent> first;
  ASSERT_TRUE(runtime->watch(actor, [&](const ExitEvent& event) { first.set_value(event); }));
  ASSERT_TRUE(runtime->send(actor, as_bytes("crash")));
  const ExitEvent crash = first.get_future().get();
  EXPECT_EQ(crash.exit, Exit::crashed("told to"));
  EXPECT_EQ(crash.name, "test/actor");
  EXPECT_EQ(crash.life, 1U);
  EXPECT_EQ(crash.decision, "restarted");
  // The first watch is over: only the second hears of the second life.
  std::promise<ExitEvent> second;
  ASSERT_TRUE(runtime->watch(actor, [&](const ExitEvent& event) { second.set_value(event); }));
  ASSERT_TRUE(runtime->stop(actor));
  const ExitEvent stop = second.get_future().get();
  EXPECT_EQ(stop.exit, Exit::normal());
  EXPECT_EQ(stop.life, 2U);
  EXPECT_EQ(stop.decision, "ended, as it was asked to");
  EXPECT_EQ(runtime->watch(actor, [](const ExitEvent&) {}).error().code, ErrorCode::not_found);
}

TEST(Runtime, LoadsAnAppOfNativeActors) {
  const TemporaryFolder folder;
  const auto manifest = folder.write("app.toml", as_bytes(R"(schema = 1
[app]
name = "shop"
[app.components]
sum = "native:sum"
forward = "native:forward"
[app.actors.total]
component = "sum"
[app.actors.door]
component = "forward"
config = "total"
)"));
  const auto runtime = start();
  EXPECT_EQ(runtime->load(manifest).error().code, ErrorCode::not_found) << "nothing registered";
  EXPECT_TRUE(runtime->add_native("sum", [] { return std::make_unique<Sum>(); }));
  EXPECT_TRUE(runtime->add_native("forward", [] { return std::make_unique<Forward>(); }));
  const auto loaded = runtime->load(manifest);
  ASSERT_TRUE(loaded) << loaded.error().message;
  std::vector<std::string> names;
  for (const ActorStatus& one : runtime->actors()) names.push_back(one.name);
  EXPECT_EQ(names, (std::vector<std::string>{"shop/total", "shop/door"}));
  EXPECT_TRUE(runtime->send(*runtime->find("door"), as_bytes("x")));
  EXPECT_TRUE(runtime->request(*runtime->find("shop/total"), {}, seconds(60)));
}

// The manifest of an app with one actor, of a class that the program registers; `more` of its keys.
std::filesystem::path shop_of_one(const TemporaryFolder& folder, std::string_view component,
                                  std::string_view actor, std::string_view more) {
  return folder.write("app.toml", as_bytes(fmt::format(R"(schema = 1
[app]
name = "shop"
[app.components]
{0} = "native:{0}"
[app.actors.{1}]
component = "{0}"
{2}
)",
                                                       component, actor, more)));
}

TEST(Runtime, AsksANativeActorHowItIsIfTheManifestSaysSo) {
  const TemporaryFolder folder;
  const auto manifest = shop_of_one(folder, "till", "till", R"(health = { interval = "10ms" })");
  // Its second check lets the test go on: what the first said is shown by then.
  class Till final : public Actor {
   public:
    explicit Till(std::promise<void>& checked) : checked_(checked) {}
    Outcome handle(Turn& /*turn*/, BytesView /*message*/) override { return {}; }
    Health health() override {
      if (++checks_ == 2) checked_.set_value();
      return {.status = HealthStatus::degraded, .reason = "empty"};
    }

   private:
    std::promise<void>& checked_;
    int checks_ = 0;
  };
  // On its worker, and beside it.
  for (const bool long_running : {false, true}) {
    std::promise<void> checked;
    const auto runtime = start();
    EXPECT_TRUE(runtime->add_native("till", [&] { return std::make_unique<Till>(checked); },
                                    {.long_running = long_running}));
    ASSERT_TRUE(runtime->load(manifest));
    checked.get_future().wait();
    const auto till = runtime->actor(*runtime->find("till"));
    EXPECT_EQ(till->health.status, HealthStatus::degraded);
    EXPECT_EQ(till->health.reason, "empty");
    runtime->shut_down();
  }
}

// What it says to a spawn with these options; empty: nothing, the actor is there.
std::string refusal_of(Runtime& runtime, const SpawnOptions& options) {
  const auto spawned = runtime.spawn(sum, options);
  if (spawned) return {};
  EXPECT_EQ(spawned.error().code, ErrorCode::invalid_argument);
  return spawned.error().message;
}

TEST(Runtime, RefusesHealthChecksThatCantBe) {
  using std::chrono::hours;
  using std::chrono::milliseconds;
  using std::chrono::minutes;
  const auto runtime = start();
  const auto refusal = [&](const HealthChecks& checks) {
    SpawnOptions options;
    options.health = checks;
    return refusal_of(*runtime, options);
  };
  for (const HealthChecks& fine : {
           HealthChecks{},
           HealthChecks{.interval = milliseconds(10), .timeout = milliseconds(1), .threshold = 1},
           HealthChecks{.interval = hours(24), .timeout = minutes(5), .threshold = 100},
       }) {
    EXPECT_EQ(refusal(fine), "");
  }
  constexpr Duration least(1);
  for (const Duration wrong : {milliseconds(10) - least, hours(24) + least}) {
    EXPECT_TRUE(refusal({.interval = wrong}).contains("interval of 10 ms to 24 h"));
  }
  for (const Duration wrong : {milliseconds(1) - least, minutes(5) + least}) {
    EXPECT_TRUE(refusal({.timeout = wrong}).contains("timeout of 1 ms to 5 min"));
  }
  for (const std::uint32_t wrong : {0U, 101U}) {
    EXPECT_TRUE(refusal({.threshold = wrong}).contains("1 to 100"));
  }
}

TEST(Runtime, RefusesMailboxesThatCantBe) {
  constexpr std::uint32_t messages = limits::mailbox_messages_max;
  constexpr std::uint64_t bytes = limits::mailbox_bytes_max;
  constexpr std::uint8_t redeliver = limits::redeliver_max;
  const auto runtime = start();
  const auto refusal = [&](const MailboxBounds& mailbox) {
    SpawnOptions options;
    options.mailbox = mailbox;
    return refusal_of(*runtime, options);
  };
  EXPECT_EQ(refusal({.messages = 1, .bytes = 1, .redeliver = 0}), "");
  EXPECT_EQ(refusal({.messages = messages, .bytes = bytes, .redeliver = redeliver}), "");
  for (const std::uint32_t wrong : {0U, messages + 1}) {
    EXPECT_EQ(refusal({.messages = wrong}),
              fmt::format("a mailbox for {} messages; it has room for 1 to 1000000", wrong));
  }
  for (const std::uint64_t wrong : {std::uint64_t{0}, bytes + 1}) {
    EXPECT_EQ(refusal({.bytes = wrong}),
              fmt::format("a mailbox for {} bytes; it has room for 1 to 1073741824", wrong));
  }
  EXPECT_EQ(refusal({.redeliver = redeliver + 1}),
            "a message redelivered 101 times; 100 is the most");
}

// Has a child that ends well, and answers when it has.
class Spawner final : public Actor {
 public:
  Outcome handle(Turn& turn, BytesView message) override {
    if (as_text(message) == "end") {
      turn.exit(std::nullopt);
      return {};
    }
    const Address kid = turn.spawn("kid", "kid", {}).value();
    if (!turn.watch(kid) || !turn.send(kid, as_bytes("end"))) return Outcome::crash("refused");
    asker_ = *turn.responder_for_later();
    return {};
  }
  Outcome exited(Turn& turn, std::uint64_t /*watch*/, const Exit& exit) override {
    if (!turn.answer(asker_, as_bytes(to_string(exit)))) return Outcome::crash("refused");
    return {};
  }

 private:
  Responder asker_;
};

TEST(Runtime, TellsThatASpawnedActorHasEndedWellOnlyIfSomebodyListens) {
  const TemporaryFolder folder;
  const auto manifest = shop_of_one(folder, "spawner", "parent", R"(grants.spawn = ["kid"]
[app.templates.kid]
component = "spawner")");
  for (const bool listens : {false, true}) {
    const auto runtime =
        start(listens ? [](const ExitEvent&) {} : std::function<void(const ExitEvent&)>());
    EXPECT_TRUE(runtime->add_native("spawner", [] { return std::make_unique<Spawner>(); }));
    ASSERT_TRUE(runtime->load(manifest));
    const Address parent = runtime->find("parent").value();
    EXPECT_EQ(as_text(*runtime->request(parent, {}, seconds(60))), "normal");
    ASSERT_TRUE(runtime->stop(parent));
    std::vector<std::string> told;
    for (const NodeEvent& event : runtime->events()) {
      told.push_back(fmt::format("{} {}", to_string(event.kind), event.name));
    }
    std::vector<std::string> expected{"started shop/parent", "stopped shop/parent"};
    if (listens) expected.insert(expected.begin() + 1, "stopped shop/kid");
    EXPECT_EQ(told, expected);
  }
}

TEST(Runtime, TakesSnapshotsOfNothingThatHasNoState) {
  const TemporaryFolder folder;
  const auto manifest = shop_of_one(folder, "sum", "total", R"(snapshot_interval = "1s")");
  const auto runtime = start();
  EXPECT_TRUE(runtime->add_native("sum", [] { return std::make_unique<Sum>(); }));
  const auto loaded = runtime->load(manifest);
  ASSERT_FALSE(loaded);
  EXPECT_EQ(loaded.error().code, ErrorCode::invalid_argument);
  EXPECT_TRUE(loaded.error().message.contains("'total' has a snapshot_interval"))
      << loaded.error().message;
}

TEST(Runtime, GivesActorsTheTimeToStopThatTheManifestSays) {
  const TemporaryFolder folder;
  const auto manifest = shop_of_one(folder, "till", "till", R"(shutdown = "1h")");
  std::atomic<Duration> told = Duration::zero();
  const auto runtime = start();
  EXPECT_TRUE(runtime->add_native("till", [&told] { return std::make_unique<Budgeted>(told); }));
  ASSERT_TRUE(runtime->load(manifest));
  runtime->shut_down(seconds(60));
  // What is left of the hour.
  EXPECT_GT(told.load(), std::chrono::minutes(30));
}

// What several have in common they share; each has what it was given all the same.
TEST(Runtime, GivesEachWhatItWasSpawnedWith) {
  const auto runtime = start();
  ASSERT_TRUE(runtime->spawn(sum, named("sum")));
  SpawnOptions options = named("first", "sum");
  options.mailbox.messages = 7;
  const Address first = runtime->spawn(forward, options).value();
  options.name = "alike";
  options.config = to_bytes("nobody");
  const Address alike = runtime->spawn(forward, options).value();
  options.name = "narrow";
  options.mailbox.messages = 8;
  const Address narrow = runtime->spawn(forward, options).value();
  options.name = "other";
  const Address other = runtime->spawn(sum, options).value();
  const auto mailbox = [&](Address actor) {
    return runtime->details(actor)->limits.mailbox_messages;
  };
  EXPECT_EQ(mailbox(first), 7U);
  EXPECT_EQ(mailbox(alike), 7U);
  EXPECT_EQ(mailbox(narrow), 8U);
  EXPECT_EQ(runtime->details(narrow)->status.component, "native:forward");
  EXPECT_EQ(runtime->details(other)->status.component, "native:sum");
  EXPECT_TRUE(runtime->request(first, as_bytes("one"), seconds(60)));
  EXPECT_FALSE(runtime->request(alike, as_bytes("one"), seconds(60))) << "it is to find nobody";
}

}  // namespace
}  // namespace troupe
