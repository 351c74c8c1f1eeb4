#include "engine/native.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "base/limits.hpp"
#include "base/utf8.hpp"

namespace troupe {
namespace {

// A turn that refuses everything: these tests are about what comes back from handlers.
class BareTurn final : public Turn {
 public:
  using Number = Accepted<std::uint64_t>;
  using Addresses = std::span<const Address>;

  Accepted<void> send(Address, BytesView, const SendOptions&, Addresses) override { return no(); }
  Number request(Address, BytesView, Duration, const SendOptions&, Addresses) override {
    return no();
  }
  Number watch(Address) override { return no(); }
  Accepted<void> stop(Address, Duration) override { return no(); }
  std::string label(Address) override { return "label"; }
  Accepted<void> answer(Responder, BytesView, Addresses) override { return no(); }
  Accepted<void> fail(Responder, std::string_view) override { return no(); }
  Accepted<void> drop(Responder) override { return no(); }
  Address self() override { return {.slot = 7, .generation = 1}; }
  std::optional<Address> sender() override { return std::nullopt; }
  std::span<const Address> received() override { return {}; }
  std::uint64_t message_id() override { return 1; }
  bool answer_owed() override { return false; }
  std::optional<Duration> time_left() override { return std::nullopt; }
  std::optional<Responder> responder_for_later() override { return std::nullopt; }
  Accepted<Address> find(std::string_view) override { return no(); }
  Accepted<Address> spawn(std::string_view, std::optional<std::string_view>, BytesView) override {
    return no();
  }
  std::vector<Address> children() override { return {}; }
  void exit(std::optional<std::string_view>) override {}
  Accepted<void> publish(std::string_view, BytesView) override { return no(); }
  Number subscribe(std::string_view) override { return no(); }
  Number start_timer(Duration, std::optional<Duration>) override { return no(); }
  Accepted<void> unsubscribe(std::uint64_t) override { return no(); }
  Accepted<void> cancel_timer(std::uint64_t) override { return no(); }
  Accepted<void> cancel_request(std::uint64_t) override { return no(); }
  Accepted<void> unwatch(std::uint64_t) override { return no(); }
  Instant monotonic_now() override { return {}; }
  std::uint64_t wall_clock_ms() override { return 0; }
  void random(std::span<std::uint8_t>) override {}
  void log(LogLevel, std::string_view) override {}

 private:
  AnyState& kept_state() override { return state_; }
  static std::unexpected<Refusal> no() { return refused(Refusal::unsupported); }

  AnyState state_;
};

// The native engine calls turn() and returned() only.
class BareHost final : public HostCalls {
 public:
  using Number = Accepted<std::uint64_t>;
  using Addresses = std::span<const Address>;

  BareHost() : HostCalls(&turn_) {}

  std::vector<std::string> answers;

  void returned(BytesView answer) override { answers.emplace_back(as_text(answer)); }

  Accepted<void> send(Address, BytesView, const SendOptions&, Addresses) override { return no(); }
  Number request(Address, BytesView, std::uint32_t, const SendOptions&, Addresses) override {
    return no();
  }
  Number watch(Address) override { return no(); }
  Accepted<void> stop(Address, std::uint32_t) override { return no(); }
  std::string label(Address) override { return {}; }
  Accepted<void> answer(Responder, BytesView, Addresses) override { return no(); }
  Accepted<void> fail(Responder, std::string_view) override { return no(); }
  Accepted<void> drop(Responder) override { return no(); }
  Address self() override { return nobody; }
  std::optional<Address> sender() override { return std::nullopt; }
  std::span<const Address> received() override { return {}; }
  std::uint64_t message_id() override { return 0; }
  bool answer_owed() override { return false; }
  std::optional<std::uint32_t> time_left_ms() override { return std::nullopt; }
  std::optional<Responder> responder_for_later() override { return std::nullopt; }
  Accepted<Address> find(std::string_view) override { return no(); }
  Accepted<Address> spawn(std::string_view, std::optional<std::string_view>, BytesView) override {
    return no();
  }
  std::vector<Address> children() override { return {}; }
  void exit(std::optional<std::string_view>) override {}
  Accepted<void> publish(std::string_view, BytesView) override { return no(); }
  Number subscribe(std::string_view) override { return no(); }
  Accepted<void> unsubscribe(std::uint64_t) override { return no(); }
  Number start_timer(std::uint64_t, std::optional<std::uint64_t>) override { return no(); }
  Accepted<void> cancel_timer(std::uint64_t) override { return no(); }
  Accepted<void> cancel_request(std::uint64_t) override { return no(); }
  Accepted<void> unwatch(std::uint64_t) override { return no(); }
  std::uint64_t monotonic_now() override { return 0; }
  std::uint64_t wall_clock_now() override { return 0; }
  void random(std::span<std::uint8_t>) override {}
  void log(LogLevel, std::string_view) override {}

 private:
  static std::unexpected<Refusal> no() { return refused(Refusal::unsupported); }

  BareTurn turn_;
};

// An actor whose handler is a function.
class Scripted final : public Actor {
 public:
  using Handler = std::function<Outcome(Turn&, BytesView)>;
  explicit Scripted(Handler handler) : handler_(std::move(handler)) {}
  Outcome handle(Turn& turn, BytesView message) override { return handler_(turn, message); }

 private:
  Handler handler_;
};

std::unique_ptr<Instance> booted(BareHost& host, Scripted::Handler handler) {
  const auto code =
      native_code([handler = std::move(handler)] { return std::make_unique<Scripted>(handler); });
  std::unique_ptr<Instance> life = code->instantiate({});
  EXPECT_EQ(life->boot(host).kind, Reply::Kind::none);
  return life;
}

Reply handled(Scripted::Handler handler) {
  BareHost host;
  return booted(host, std::move(handler))->handle(host, as_bytes("hello"));
}

TEST(NativeCode, OffersAllThatNeedsNoSavedState) {
  const auto code = native_code([]() -> std::unique_ptr<Actor> { return nullptr; });
  EXPECT_EQ(code->interfaces(), (GuestInterfaces{.answers = true,
                                                 .timers = true,
                                                 .events = true,
                                                 .exits = true,
                                                 .health = false,
                                                 .stopping = true,
                                                 .state = false}));
}

TEST(NativeInstance, GivesTheAnswerToTheHost) {
  BareHost host;
  const auto life = booted(host, [](Turn& turn, BytesView message) {
    return Outcome::answer(std::string(as_text(message)) + std::to_string(turn.self().slot));
  });
  EXPECT_EQ(life->handle(host, as_bytes("actor ")).kind, Reply::Kind::answered);
  EXPECT_EQ(life->handle(host, {}).kind, Reply::Kind::answered);
  EXPECT_EQ(host.answers, (std::vector<std::string>{"actor 7", "7"}));
}

TEST(NativeInstance, TellsTheOutcomesApart) {
  BareHost host;
  const auto life = booted(host, [](Turn&, BytesView message) -> Outcome {
    if (as_text(message) == "none") return {};
    if (as_text(message) == "error") return Outcome::error("out of stock");
    return Outcome::crash("broken");
  });
  EXPECT_EQ(life->handle(host, as_bytes("none")).kind, Reply::Kind::none);
  const Reply failed = life->handle(host, as_bytes("error"));
  EXPECT_EQ(failed.kind, Reply::Kind::failed);
  EXPECT_EQ(*failed.error, "out of stock");
  EXPECT_EQ(failed.death, nullptr);
  const Reply crash = life->handle(host, as_bytes("crash"));
  ASSERT_EQ(crash.kind, Reply::Kind::ended);
  EXPECT_EQ(crash.death->exit, Exit::crashed("broken"));
  EXPECT_EQ(crash.death->trap, std::nullopt);
  EXPECT_TRUE(host.answers.empty());
}

TEST(NativeInstance, FailsTheRequestWhoseAnswerIsTooLarge) {
  BareHost host;
  const auto code = native_code([] {
    return std::make_unique<Scripted>(
        [](Turn&, BytesView message) { return Outcome::answer(as_text(message)); });
  });
  const auto life = code->instantiate({.payload_bytes = 4});
  ASSERT_EQ(life->boot(host).kind, Reply::Kind::none);
  EXPECT_EQ(life->handle(host, as_bytes("four")).kind, Reply::Kind::answered);
  const Reply failed = life->handle(host, as_bytes("fives"));
  EXPECT_EQ(failed.kind, Reply::Kind::failed);
  EXPECT_EQ(*failed.error, "the answer has 5 bytes; the limit is 4");
  EXPECT_EQ(host.answers, std::vector<std::string>{"four"});
}

TEST(NativeInstance, TurnsExceptionsIntoCrashes) {
  const Reply known = handled([](Turn&, BytesView) -> Outcome {
    throw std::runtime_error("boo");  // tidy: allow(throw) what actors may do
  });
  ASSERT_EQ(known.kind, Reply::Kind::ended);
  EXPECT_EQ(known.death->exit, Exit::crashed("exception: boo"));
  const Reply unknown = handled([](Turn&, BytesView) -> Outcome {
    throw 42;  // tidy: allow(throw) likewise
  });
  ASSERT_EQ(unknown.kind, Reply::Kind::ended);
  EXPECT_EQ(unknown.death->exit, Exit::crashed("exception: of a type that is no std::exception"));
}

TEST(NativeInstance, KeepsTextsAsShortAndCleanAsAGuestsMayBe) {
  constexpr std::size_t max = limits::error_text_bytes_max;
  for (const std::size_t size : {max - 1, max, max + 1}) {
    const Reply reply =
        handled([size](Turn&, BytesView) { return Outcome::error(std::string(size, 'x')); });
    EXPECT_EQ(reply.error->size(), std::min(size, max));
  }
  const Reply cut = handled(
      [](Turn&, BytesView) { return Outcome::crash(std::string(max - 1, 'x') + "\u00e9"); });
  EXPECT_EQ(cut.death->exit.text, std::string(max - 1, 'x'));
  const Reply dirty = handled([](Turn&, BytesView) { return Outcome::crash("bad \xFF byte"); });
  EXPECT_TRUE(is_utf8(dirty.death->exit.text));
  EXPECT_EQ(dirty.death->exit.text, "bad \\xff byte");
  const Reply long_dirt =
      handled([](Turn&, BytesView) { return Outcome::crash(std::string(2 * max, '\xFF')); });
  EXPECT_LE(long_dirt.death->exit.text.size(), max);
  EXPECT_TRUE(is_utf8(long_dirt.death->exit.text));
}

TEST(NativeInstance, EndsAtBootWhenThereIsNoObject) {
  BareHost host;
  const auto null = native_code([]() -> std::unique_ptr<Actor> { return nullptr; });
  const Reply none = null->instantiate({})->boot(host);
  ASSERT_EQ(none.kind, Reply::Kind::ended);
  EXPECT_EQ(none.death->exit, Exit::crashed("the function that makes the actor returned null"));
  const auto throwing = native_code([]() -> std::unique_ptr<Actor> {
    throw std::logic_error("no config");  // tidy: allow(throw) likewise
  });
  const Reply thrown = throwing->instantiate({})->boot(host);
  ASSERT_EQ(thrown.kind, Reply::Kind::ended);
  EXPECT_EQ(thrown.death->exit, Exit::crashed("exception: no config"));
}

// Counts its calls, to see that each reaches its handler with its arguments.
class Recorder final : public Actor {
 public:
  explicit Recorder(std::string& seen) : seen_(seen) {}

  Outcome start(Turn&, BytesView config) override { return note("start", as_text(config)); }
  Outcome handle(Turn&, BytesView message) override { return note("handle", as_text(message)); }
  Outcome answered(Turn&, std::uint64_t request, const AnswerView& answer) override {
    return note("answered", std::to_string(request) + (answer ? std::string(as_text(*answer))
                                                              : " " + to_string(answer.error())));
  }
  Outcome fired(Turn&, std::uint64_t timer) override {
    return note("fired", std::to_string(timer));
  }
  Outcome event(Turn&, std::uint64_t subscription, std::string_view topic,
                BytesView payload) override {
    return note("event",
                std::to_string(subscription) + std::string(topic) + std::string(as_text(payload)));
  }
  Outcome exited(Turn&, std::uint64_t watch, const Exit& exit) override {
    return note("exited", std::to_string(watch) + to_string(exit));
  }
  void stop(Turn&, Duration budget) override { note("stop", std::to_string(budget.count())); }

 private:
  Outcome note(std::string_view handler, std::string_view what) {
    seen_ += std::string(handler) + ":" + std::string(what) + ";";
    return Outcome::answer("ignored but for handle");
  }

  std::string& seen_;
};

TEST(NativeInstance, CallsEveryHandlerAndTakesAnswersFromHandleOnly) {
  BareHost host;
  std::string seen;
  const Answer dropped = std::unexpected(Failure{.kind = Failure::Kind::dropped, .text = {}});
  const auto code = native_code([&] { return std::make_unique<Recorder>(seen); });
  const auto life = code->instantiate({});
  EXPECT_EQ(life->boot(host).kind, Reply::Kind::none);
  EXPECT_EQ(life->start(host, as_bytes("c")).kind, Reply::Kind::none);
  EXPECT_EQ(life->answered(host, 1, Bytes{'a'}).kind, Reply::Kind::none);
  EXPECT_EQ(life->answered(host, 2, dropped).kind, Reply::Kind::none);
  EXPECT_EQ(life->fired(host, 3).kind, Reply::Kind::none);
  EXPECT_EQ(life->event(host, 4, "t", as_bytes("p")).kind, Reply::Kind::none);
  EXPECT_EQ(life->exited(host, 5, Exit::killed()).kind, Reply::Kind::none);
  EXPECT_EQ(life->stop(host, std::chrono::milliseconds(6)).kind, Reply::Kind::none);
  EXPECT_TRUE(host.answers.empty());
  EXPECT_EQ(life->handle(host, as_bytes("m")).kind, Reply::Kind::answered);
  EXPECT_EQ(seen,
            "start:c;answered:1a;answered:2 dropped;fired:3;event:4tp;exited:5killed;"
            "stop:6000000;handle:m;");
}

TEST(NativeInstance, IgnoresWhatAnActorHasNoHandlerFor) {
  BareHost host;
  const auto life = booted(host, [](Turn&, BytesView) { return Outcome(); });
  EXPECT_EQ(life->start(host, {}).kind, Reply::Kind::none);
  EXPECT_EQ(life->answered(host, 1, Bytes{}).kind, Reply::Kind::none);
  EXPECT_EQ(life->fired(host, 1).kind, Reply::Kind::none);
  EXPECT_EQ(life->event(host, 1, "t", {}).kind, Reply::Kind::none);
  EXPECT_EQ(life->exited(host, 1, Exit::normal()).kind, Reply::Kind::none);
  EXPECT_EQ(life->stop(host, std::chrono::milliseconds(1)).kind, Reply::Kind::none);
}

TEST(NativeInstance, LivesOnWithoutItsCode) {
  BareHost host;
  auto code = native_code([] {
    return std::make_unique<Scripted>([](Turn&, BytesView) { return Outcome::answer("here"); });
  });
  const auto life = code->instantiate({});
  EXPECT_EQ(life->boot(host).kind, Reply::Kind::none);
  code.reset();
  EXPECT_EQ(life->handle(host, {}).kind, Reply::Kind::answered);
}

TEST(NativeInstanceDeathTest, EndsTheProcessOnCallsOutOfOrder) {
  BareHost host;
  const auto code = native_code([] {
    return std::make_unique<Scripted>([](Turn&, BytesView) { return Outcome::crash("over"); });
  });
  const auto life = code->instantiate({});
  EXPECT_DEATH(static_cast<void>(life->handle(host, {})), "not booted");
  ASSERT_EQ(life->boot(host).kind, Reply::Kind::none);
  EXPECT_DEATH(static_cast<void>(life->boot(host)), "once");
  EXPECT_DEATH(static_cast<void>(life->save(host, true, {})), "no state");
  ASSERT_EQ(life->handle(host, {}).kind, Reply::Kind::ended);
  EXPECT_DEATH(static_cast<void>(life->handle(host, {})), "ended already");
}

TEST(NativeInstanceDeathTest, EndsTheProcessOnAHandlerInsideAHandler) {
  BareHost host;
  const auto inner = booted(host, [](Turn&, BytesView) { return Outcome(); });
  const auto outer = booted(host, [&](Turn&, BytesView) {
    static_cast<void>(inner->handle(host, {}));
    return Outcome();
  });
  EXPECT_DEATH(static_cast<void>(outer->handle(host, {})), "a handler runs on this thread already");
}

TEST(NativeEngine, SaysThatThereIsNoWebAssembly) {
  NativeEngine engine;
  const auto code = engine.compile(as_bytes(std::string_view("\0asm", 4)), EngineClass::standard);
  ASSERT_FALSE(code);
  EXPECT_EQ(code.error().code, ErrorCode::unsupported);
}

TEST(NativeEngine, HasATickerInRealTimeOnly) {
  NativeEngine simulated;
  NativeEngine real(NativeEngine::Time::real);
  const TickerHold no_ticker(simulated);
  const TickerHold ticker(real);
  while (*real.ticks() == 0) std::this_thread::yield();
  EXPECT_EQ(simulated.ticks(), nullptr);
}

}  // namespace
}  // namespace troupe
