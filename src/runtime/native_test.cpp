// Proves what an embedding program has of its native actors beyond what guests can do: a state that
// outlasts their lives, and to hear of handlers that take too long. Simulated time, but where a
// thread has to be stuck.

#include <algorithm>
#include <atomic>
#include <memory>
#include <optional>
#include <semaphore>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "base/format.hpp"
#include "runtime/sim_node.hpp"
#include "troupe/runtime.hpp"

namespace troupe {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

// --- State.

struct Tally {
  int sum = 0;
};

// "add": to the state, then answers it; "crash" does so, too, and crashes; "other" asks for a state
// of another type.
struct Adder final : Actor {
  Outcome handle(Turn& turn, BytesView message) override {
    if (as_text(message) == "other") {
      return Outcome::answer(turn.state<std::string>() == nullptr ? "none" : "some");
    }
    State<Tally>* const state = turn.state<Tally>();
    const int sum = state->write([](Tally& tally) { return ++tally.sum; });
    if (as_text(message) == "crash") return Outcome::crash("told to");
    return Outcome::answer(std::to_string(sum));
  }
};

// Can't be made of nothing.
struct Named {
  explicit Named(std::string its_name) : name(std::move(its_name)) {}
  std::string name;
};
struct NamedReader final : Actor {
  Outcome handle(Turn& turn, BytesView /*message*/) override {
    const State<Named>* const state = turn.state<Named>();
    if (state == nullptr) return Outcome::answer("nobody");
    return Outcome::answer(state->read([](const Named& named) { return named.name; }));
  }
};

template <typename T>
Component native() {
  return Component::native("native", [] { return std::make_unique<T>(); });
}

std::unique_ptr<Runtime> start(std::uint32_t workers = 2) {
  return Runtime::start(
             {.name = "test", .workers = workers, .on_log = [](const LogLine&) {}, .on_exit = {}})
      .value();
}

std::string ask(Runtime& runtime, Address actor, std::string_view text) {
  const auto answer = runtime.request(actor, as_bytes(text), seconds(60));
  return answer ? std::string(as_text(*answer)) : answer.error().message;
}

TEST(NativeState, IsOfTheActorAndOutlastsItsLives) {
  const auto runtime = start();
  const Address one = runtime->spawn(native<Adder>(), {.name = "one"}).value();
  const Address other = runtime->spawn(native<Adder>(), {.name = "other"}).value();
  EXPECT_EQ(ask(*runtime, one, "add"), "1");
  EXPECT_NE(ask(*runtime, one, "crash"), "2") << "it has crashed";
  EXPECT_EQ(ask(*runtime, one, "add"), "3") << "and what it had done stays done";
  EXPECT_EQ(ask(*runtime, other, "add"), "1");
  EXPECT_EQ(ask(*runtime, one, "other"), "none");
}

TEST(NativeState, IsTheOneItWasSpawnedWith) {
  const auto runtime = start();
  const auto state = make_state<Tally>(Tally{.sum = 10});
  const Address one = runtime->spawn(native<Adder>(), {.name = "one", .state = state}).value();
  const Address other = runtime->spawn(native<Adder>(), {.name = "other", .state = state}).value();
  EXPECT_EQ(ask(*runtime, one, "add"), "11");
  EXPECT_EQ(ask(*runtime, other, "add"), "12") << "two may share one";
  EXPECT_EQ(state->get().sum, 12);
  state->set({.sum = 20});
  EXPECT_EQ(ask(*runtime, one, "add"), "21");
  // The next that is spawned alike has none of it.
  EXPECT_EQ(ask(*runtime, runtime->spawn(native<Adder>()).value(), "add"), "1");
}

TEST(NativeState, MayBeOfATypeThatCannotBeMadeOfNothing) {
  const auto runtime = start();
  const Address without = runtime->spawn(native<NamedReader>()).value();
  EXPECT_EQ(ask(*runtime, without, "?"), "nobody");
  SpawnOptions options;
  options.state = make_state<Named>("Ada");
  const Address with = runtime->spawn(native<NamedReader>(), options).value();
  EXPECT_EQ(ask(*runtime, with, "?"), "Ada");
}

TEST(NativeState, IsReadByManyAndWrittenByOne) {
  struct Pair {
    int one = 0;
    int other = 0;
  };
  State<Pair> state;
  constexpr int rounds = 2'000;
  std::vector<std::thread> threads;
  std::atomic<int> torn{0};
  for (int i = 0; i < 2; ++i) {
    threads.emplace_back([&] {
      for (int round = 0; round < rounds; ++round) {
        state.write([](Pair& pair) {
          ++pair.one;
          ++pair.other;
        });
      }
    });
    threads.emplace_back([&] {
      for (int round = 0; round < rounds; ++round) {
        if (state.read([](const Pair& pair) { return pair.one != pair.other; })) ++torn;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(torn, 0);
  EXPECT_EQ(state.get().one, 2 * rounds);
  // Two readers at once: were it exclusive, this would wait for ever.
  std::binary_semaphore inside(0);
  std::binary_semaphore may_leave(0);
  std::thread reader([&] {
    state.read([&](const Pair&) {
      inside.release();
      may_leave.acquire();
    });
  });
  inside.acquire();
  EXPECT_EQ(state.read([](const Pair& pair) { return pair.other; }), 2 * rounds);
  may_leave.release();
  reader.join();
}

// --- Handlers that take too long.

struct Sleeper final : Actor {
  Sleeper(SimClock& its_clock, Duration its_time) : clock(its_clock), time(its_time) {}
  Outcome handle(Turn& /*turn*/, BytesView /*message*/) override {
    clock.advance(time);
    return {};
  }
  SimClock& clock;
  Duration time;
};

std::vector<std::string> limit_events(SimNode& node) {
  std::vector<std::string> texts;
  for (const NodeEvent& event : node.core().history().events.find({.limit = 100}, "test")) {
    if (event.kind == NodeEvent::Kind::limit) texts.push_back(event.name + ": " + event.text);
  }
  return texts;
}

TEST(NativeOverrun, IsReportedByName) {
  SimNode node({.workers = 1, .seed = 3});
  const auto spawn = [&](const std::string& name, Duration time) {
    return *node.spawn({.name = name,
                        .spec = native_spec([&node, time] {
                          return std::make_unique<Sleeper>(node.clock(), time);
                        }),
                        .config = {}});
  };
  const Address quick = spawn("quick", seconds(1));
  const Address slow = spawn("slow", milliseconds(1'200));
  node.send(quick, "x");
  EXPECT_TRUE(limit_events(node).empty()) << "as long as its deadline lets it";
  node.send(slow, "x");
  const auto events = limit_events(node);
  ASSERT_EQ(events.size(), 1U);
  EXPECT_TRUE(events[0].starts_with("test/slow: a handler held its worker for 1.2s")) << events[0];
}

// Returns from a handler when the test lets it.
struct Waiter final : Actor {
  Waiter(std::counting_semaphore<>& its_gate, std::atomic<int>& are_inside)
      : gate(its_gate), inside(are_inside) {}
  Outcome handle(Turn& turn, BytesView message) override {
    ++inside;
    inside.notify_all();
    gate.acquire();
    if (as_text(message) == "in hand") (void)turn.send(turn.self(), as_bytes("never sent"));
    return {};
  }
  std::counting_semaphore<>& gate;
  std::atomic<int>& inside;
};

struct Gate {
  std::counting_semaphore<> gate{0};
  std::atomic<int> inside{0};

  [[nodiscard]] Component component() {
    return Component::native("waiter", [this] { return std::make_unique<Waiter>(gate, inside); });
  }
  void wait_for(int count) {
    for (int seen = inside; seen < count; seen = inside) inside.wait(seen);
  }
};

void wait_for_event(Runtime& runtime, std::string_view text) {
  const auto is_it = [&](const NodeEvent& event) {
    return event.kind == NodeEvent::Kind::limit && event.text.contains(text);
  };
  while (std::ranges::none_of(runtime.events(), is_it)) {
    std::this_thread::sleep_for(milliseconds(5));  // tidy: allow(sleep) events are looked up
  }
}

TEST(NativeOverrun, IsToldWhileItHoldsItsWorker) {
  Gate gate;
  const auto runtime = start(1);
  const Address waiter = runtime->spawn(gate.component(), {.name = "waiter"}).value();
  ASSERT_TRUE(runtime->send(waiter, {}));
  wait_for_event(*runtime, "has held worker 0 for");
  EXPECT_EQ(runtime->events().back().name, "test/waiter");
  // Who waits for its end, or that of another there, would wait for ever.
  const auto stopped = runtime->stop(waiter, milliseconds(1));
  ASSERT_FALSE(stopped);
  EXPECT_EQ(stopped.error().code, ErrorCode::timed_out);
  EXPECT_TRUE(stopped.error().message.contains("'test/waiter' holds its worker"))
      << stopped.error().message;
  gate.gate.release(2);
}

TEST(NativeOverrun, OfALongRunningOneThatIsKilledGivesUpItsThread) {
  Gate gate;
  const auto runtime = start(1);
  SpawnOptions options;
  options.name = "waiter";
  options.long_running = true;
  const Address waiter = runtime->spawn(gate.component(), options).value();
  ASSERT_TRUE(runtime->send(waiter, as_bytes("in hand")));
  gate.wait_for(1);
  ASSERT_TRUE(runtime->send(waiter, as_bytes("behind it")));
  const auto stopped = runtime->stop(waiter, milliseconds(1));
  EXPECT_TRUE(stopped) << "it counts as ended";
  EXPECT_FALSE(runtime->actor(waiter));
  const auto crashes = runtime->crashes();
  ASSERT_EQ(crashes.size(), 1U);
  EXPECT_EQ(crashes[0].exit, Exit::killed());
  // Its name is free, and its place beside the worker another's.
  const Address next = runtime->spawn(gate.component(), options).value();
  ASSERT_TRUE(runtime->send(next, {}));
  gate.wait_for(2);
  EXPECT_EQ(runtime->dead_letters().size(), 1U) << "what was behind it; the rest is in its hand";
  // What it still asks for when it returns never happens, and what it had in hand is dead.
  gate.gate.release(4);
  while (runtime->dead_letters().size() < 2) {
    std::this_thread::sleep_for(milliseconds(5));  // tidy: allow(sleep) letters are looked up
  }
  EXPECT_EQ(as_text(runtime->dead_letters()[0].payload), "in hand");
}

// Watches "test/waiter" at its first message, and crashes over the second when the test lets it.
struct Watcher final : Actor {
  explicit Watcher(std::counting_semaphore<>& its_gate) : gate(its_gate) {}
  Outcome handle(Turn& turn, BytesView message) override {
    if (as_text(message) == "watch") {
      if (!turn.watch(turn.find("test/waiter").value())) return Outcome::crash("refused");
      return Outcome::answer("watched");
    }
    gate.acquire();
    return Outcome::crash("with its watches");
  }
  std::counting_semaphore<>& gate;
};

// Its thread still runs in what it had: only its return gives that back.
TEST(NativeOverrun, OfOneThatWasGivenUpOutlastsOrdersThatComeTooLate) {
  Gate lost;
  std::counting_semaphore<> gate{0};
  const auto runtime = start(1);
  const auto spawn = [&](const Component& component, std::string name) {
    SpawnOptions options;
    options.name = std::move(name);
    options.long_running = true;
    return runtime->spawn(component, options).value();
  };
  const Address waiter = spawn(lost.component(), "waiter");
  const Address watcher = spawn(
      Component::native("watcher", [&] { return std::make_unique<Watcher>(gate); }), "watcher");
  EXPECT_EQ(ask(*runtime, watcher, "watch"), "watched");
  ASSERT_TRUE(runtime->send(waiter, as_bytes("in hand")));
  lost.wait_for(1);  // There may be one place for both: the watcher gets it when this one is lost.
  ASSERT_TRUE(runtime->send(watcher, as_bytes("crash")));
  ASSERT_TRUE(runtime->stop(waiter, milliseconds(1)));
  // It has not heard of that: its watch is taken back from one that is gone.
  gate.release();
  while (runtime->crashes().size() < 2) {
    std::this_thread::sleep_for(milliseconds(5));  // tidy: allow(sleep) crashes are looked up
  }
  EXPECT_EQ(runtime->dead_letters().size(), 1U) << "what it crashed over";
  lost.gate.release();
  while (runtime->dead_letters().size() < 2) {
    std::this_thread::sleep_for(milliseconds(5));  // tidy: allow(sleep) letters are looked up
  }
  EXPECT_EQ(as_text(runtime->dead_letters()[0].payload), "in hand");
}

}  // namespace
}  // namespace troupe
