// The whole path: compile, boot, start, handle, and the values that go in and out.

#include "engine/wasmtime/guest_memory.hpp"
#include "engine/wasmtime/test_guest.hpp"

namespace troupe::wasmtime {
namespace {

// Answers with what it got.
constexpr std::string_view echo = R"(
  (i32.store8 (i32.const 36) (i32.const 1))
  (i32.store (i32.const 40) (local.get 0))
  (i32.store (i32.const 44) (local.get 1))
  (i32.const 32))";

// A guest whose handler is `body`, with the contract's imports and some text in memory: "hello" at
// 1024, "a.b" at 1032, handle lists from 1040.
std::shared_ptr<const Code> probe(std::string_view body) {
  return compile(with_handler(fmt::format("{} (i32.const 16)", body),
                              R"((data (i32.const 1024) "hello") (data (i32.const 1032) "a.b"))",
                              all_imports()));
}

TEST(Instance, AnswersWhatItGot) {
  Life life(compile(with_handler(echo)));
  life.begin();
  EXPECT_EQ(Life::text(life.handle("hello")), "answered");
  EXPECT_EQ(Life::text(life.handle("")), "answered");
  EXPECT_EQ(life.host.answers, (std::vector<Bytes>{to_bytes("hello"), Bytes{}}));
}

TEST(Instance, SaysThatTheHandlerFailed) {
  Life life(compile(with_handler(R"(
    (i32.store8 (i32.const 32) (i32.const 1))
    (i32.store (i32.const 36) (local.get 0))
    (i32.store (i32.const 40) (local.get 1))
    (i32.const 32))")));
  life.begin();
  EXPECT_EQ(Life::text(life.handle("no such account")), "failed: no such account");
  EXPECT_EQ(Life::text(life.handle("again")), "failed: again");
}

TEST(Instance, RefusesAnAnswerAboveThePayloadLimit) {
  const auto code = compile(with_handler(echo));
  Life life(code, {.payload_bytes = 4});
  life.begin();
  EXPECT_EQ(Life::text(life.handle("1234")), "answered");
  EXPECT_EQ(Life::text(life.handle("12345")),
            "failed: the answer has 5 bytes; this actor's payloads may have 4");
}

TEST(Instance, SaysThatStartFailed) {
  Life life(compile(fmt::format(
      R"((module {}{} (data (i32.const 32) "\01\00\00\00\00\04\00\00\05\00\00\00")
         (data (i32.const 1024) "oh no")
         (func (export "troupe:actor/guest@0.1.0#start") (param i32 i32) (result i32)
           (i32.const 32))))",
      prelude, idle_handle)));
  EXPECT_EQ(Life::text(life.boot()), "none");
  EXPECT_EQ(Life::text(life.start()), "failed: oh no");
}

TEST(Instance, GivesStartItsConfig) {
  // The handler answers with what start got.
  Life life(compile(fmt::format(
      R"((module {}
         (func (export "troupe:actor/guest@0.1.0#start") (param i32 i32) (result i32)
           (i32.store (i32.const 40) (local.get 0)) (i32.store (i32.const 44) (local.get 1))
           (i32.store8 (i32.const 36) (i32.const 1)) (i32.const 16))
         (func (export "troupe:actor/guest@0.1.0#handle") (param i32 i32) (result i32)
           (i32.const 32))))",
      prelude)));
  EXPECT_EQ(Life::text(life.boot()), "none");
  EXPECT_EQ(Life::text(life.start("limit = 3")), "none");
  EXPECT_EQ(Life::text(life.handle()), "answered");
  EXPECT_EQ(life.host.answers, std::vector<Bytes>{to_bytes("limit = 3")});
}

TEST(Instance, InitialisesOnceBeforeStart) {
  Life life(compile(with_handler(
      R"((i32.store8 (i32.const 36) (i32.const 1)) (i32.store (i32.const 40) (i32.const 1024))
         (i32.store (i32.const 44) (i32.load (i32.const 48))) (i32.const 32))",
      R"((func $count (i32.store (i32.const 48) (i32.add (i32.load (i32.const 48)) (i32.const 1))))
         (func (export "_initialize") (call $count))
         (start $count) (data (i32.const 1024) "ab"))")));
  life.begin();
  EXPECT_EQ(Life::text(life.handle()), "answered");
  EXPECT_EQ(life.host.answers,
            std::vector<Bytes>{to_bytes("ab")});  // The start section, _initialize.
}

// --- Imports.

struct Probe {
  std::string_view body;
  std::vector<std::string> calls;
};

TEST(Imports, LiftTheirArguments) {
  const Probe probes[] = {
      {"(call $send (call $self) (i32.const 1024) (i32.const 5) (i32.const 64))",
       {"send 1 'hello'"}},
      {"(i32.store (i32.const 1040) (call $self))"
       "(call $send-with (call $self) (i32.const 1024) (i32.const 2) (i32.const 3) (i32.const 1)"
       " (i32.const 50) (i32.const 1040) (i32.const 1) (i32.const 64))",
       {"send 1 'he' priority 3 ttl 50 +1"}},
      {"(call $request (call $self) (i32.const 1024) (i32.const 5) (i32.const 100) (i32.const 64))",
       {"request 1 'hello' 100ms"}},
      {"(call $request-with (call $self) (i32.const 1024) (i32.const 0) (i32.const 7) (i32.const 0)"
       " (i32.const 0) (i32.const 9) (i32.const 0) (i32.const 0) (i32.const 64))",
       {"request 1 '' 7ms priority 0"}},
      {"(call $watch (call $self) (i32.const 64))", {"watch 1"}},
      {"(call $stop (call $self) (i32.const 30) (i32.const 64))", {"stop 1 30ms"}},
      {"(call $find (i32.const 1024) (i32.const 5) (i32.const 64))", {"find hello"}},
      {"(call $spawn (i32.const 1024) (i32.const 5) (i32.const 1) (i32.const 1032) (i32.const 3)"
       " (i32.const 1024) (i32.const 1) (i32.const 64))",
       {"spawn hello a.b 'h'"}},
      {"(call $spawn (i32.const 1024) (i32.const 5) (i32.const 0) (i32.const -1) (i32.const -1)"
       " (i32.const 0) (i32.const 0) (i32.const 64))",
       {"spawn hello - ''"}},
      {"(call $exit (i32.const 0) (i32.const -1) (i32.const -1))", {"exit -"}},
      {"(call $exit (i32.const 1) (i32.const 1024) (i32.const 5))", {"exit hello"}},
      {"(call $publish (i32.const 1032) (i32.const 3) (i32.const 1024) (i32.const 5)"
       " (i32.const 64))",
       {"publish a.b 'hello'"}},
      {"(call $subscribe (i32.const 1032) (i32.const 3) (i32.const 64))", {"subscribe a.b"}},
      {"(call $unsubscribe (i64.const 9007199254740991))", {"unsubscribe 9007199254740991"}},
      {"(call $start-timer (i64.const 10) (i32.const 1) (i64.const 20) (i32.const 64))",
       {"timer 10 20"}},
      {"(call $start-timer (i64.const 10) (i32.const 0) (i64.const 20) (i32.const 64))",
       {"timer 10 0"}},
      {"(call $cancel-timer (i64.const 3))", {"cancel-timer 3"}},
      {"(call $cancel-request (i64.const 4))", {"cancel-request 4"}},
      {"(call $unwatch (i64.const 5))", {"unwatch 5"}},
      {"(call $responder-for-later (i32.const 64))"
       "(call $answer (i32.load (i32.const 68)) (i32.const 1024) (i32.const 5) (i32.const 0)"
       " (i32.const 0))",
       {"answer 33 'hello'"}},
      {"(call $responder-for-later (i32.const 64))"
       "(call $fail (i32.load (i32.const 68)) (i32.const 1024) (i32.const 5))",
       {"fail 33 'hello'"}},
      {"(call $responder-for-later (i32.const 64))"
       "(call $drop-responder (i32.load (i32.const 68)))",
       {"drop 33"}},
      {"(call $drop-address (call $clone (call $self)))", {}},
  };
  for (const Probe& tried : probes) {
    SCOPED_TRACE(tried.body);
    Life life(probe(tried.body));
    life.begin();
    life.host.owed = Responder{.asker = {.slot = 5, .generation = 1}, .request = 33};
    EXPECT_EQ(Life::text(life.handle()), "none");
    EXPECT_EQ(life.host.calls, tried.calls);
  }
}

// Runs `body` and gives the 16 bytes at 64 as its answer.
Bytes area_after(std::string_view body, std::optional<Refusal> refusal = {}) {
  Life life(compile(with_handler(fmt::format(R"({} (i32.store8 (i32.const 36) (i32.const 1))
                     (i32.store (i32.const 40) (i32.const 64))
                     (i32.store (i32.const 44) (i32.const 16)) (i32.const 32))",
                                             body),
                                 R"((data (i32.const 1024) "hello"))", all_imports())));
  life.begin();
  life.host.refusal = refusal;
  life.host.given = {{.slot = 8, .generation = 1}};
  const Reply reply = life.handle();
  EXPECT_EQ(reply.kind, Reply::Kind::answered) << Life::text(reply);
  return life.host.answers.empty() ? Bytes(16) : life.host.answers[0];
}
std::uint64_t number_at(const Bytes& area, std::size_t at) {
  return load<std::uint64_t>(area.data() + at);
}

TEST(Imports, LowerTheirResults) {
  const std::string_view send =
      "(call $send (call $self) (i32.const 1024) (i32.const 5) (i32.const 64))";
  EXPECT_EQ(area_after(send)[0], 0);
  const Bytes refused_send = area_after(send, Refusal::busy);
  EXPECT_EQ(refused_send[0], 1);
  EXPECT_EQ(refused_send[1], 2);

  const std::string_view watch = "(call $watch (call $self) (i32.const 64))";
  const Bytes watched = area_after(watch);
  EXPECT_EQ(watched[0], 0);
  EXPECT_EQ(number_at(watched, 8), 100U);
  const Bytes refused_watch = area_after(watch, Refusal::other);
  EXPECT_EQ(refused_watch[0], 1);
  EXPECT_EQ(refused_watch[8], 11);

  const std::string_view find = "(call $find (i32.const 1024) (i32.const 5) (i32.const 64))";
  const Bytes found = area_after(find);
  EXPECT_EQ(found[0], 0);
  EXPECT_EQ(found[4], 1);  // The first handle.
  const Bytes refused_find = area_after(find, Refusal::denied);
  EXPECT_EQ(refused_find[0], 1);
  EXPECT_EQ(refused_find[4], 1);

  EXPECT_EQ(number_at(area_after("(i64.store (i32.const 64) (call $message-id))"), 0), 4711U);
  EXPECT_EQ(number_at(area_after("(i64.store (i32.const 64) (call $monotonic-now))"), 0),
            5'000'000U);
  EXPECT_EQ(area_after("(call $sender (i32.const 64))")[0], 0);
  EXPECT_EQ(area_after("(call $time-left-ms (i32.const 64))")[0], 0);

  const Bytes random = area_after(
      "(call $random (i32.const 8) (i32.const 56))"
      "(i64.store (i32.const 64) (i64.load (i32.load (i32.const 56))))"
      "(i64.store (i32.const 72) (i64.extend_i32_u (i32.load (i32.const 60))))");
  EXPECT_EQ(number_at(random, 0), 0xABAB'ABAB'ABAB'ABABU);
  EXPECT_EQ(number_at(random, 8), 8U);

  const Bytes label = area_after(
      "(call $label (call $self) (i32.const 56))"
      "(i64.store (i32.const 64) (i64.load (i32.load (i32.const 56))))"
      "(i64.store (i32.const 72) (i64.extend_i32_u (i32.load (i32.const 60))))");
  EXPECT_EQ(as_text(BytesView(label).first(7)), "actor-1");
  EXPECT_EQ(number_at(label, 8), 7U);

  const Bytes children = area_after(
      "(call $children (i32.const 56))"
      "(i64.store (i32.const 64) (i64.load (i32.load (i32.const 56))))"
      "(i64.store (i32.const 72) (i64.extend_i32_u (i32.load (i32.const 60))))");
  EXPECT_EQ(number_at(children, 0), (2ULL << 32U) | 1U);
  EXPECT_EQ(number_at(children, 8), 2U);

  const Bytes received = area_after(
      "(call $received (i32.const 64))"
      "(i32.store (i32.const 72) (i32.load (i32.load (i32.const 64))))");
  EXPECT_EQ(received[4], 1);
  EXPECT_EQ(received[8], 1);
}

TEST(Imports, LogAtOnceWithTheirLevel) {
  Life life(probe("(call $log (i32.const 3) (i32.const 1024) (i32.const 5)) unreachable"));
  life.begin();
  EXPECT_EQ(Life::text(life.handle()), R"(crashed("unreachable"))");
  EXPECT_EQ(life.host.lines, std::vector<std::string>{"warn hello"});
}

TEST(Imports, AreRefusedForPayloadsAboveTheLimit) {
  const auto code = probe(
      "(call $send (call $self) (i32.const 1024) (local.get 1) (i32.const 64))"
      "(if (i32.load8_u (i32.const 64)) (then"
      " (call $log (i32.load8_u (i32.const 65)) (i32.const 1024) (i32.const 0))))");
  Life life(code, {.payload_bytes = 5});
  life.begin();
  EXPECT_EQ(Life::text(life.handle("12345")), "none");
  EXPECT_EQ(life.host.calls.size(), 1U);
  EXPECT_EQ(Life::text(life.handle("123456")), "none");
  EXPECT_EQ(life.host.calls.size(), 1U);
  EXPECT_EQ(life.host.lines, std::vector<std::string>{"warn "});  // 3: too-large.
}

TEST(Imports, TakeAtMostSixteenAddresses) {
  const auto code = compile(with_handler(
      "(local.set 0 (i32.const 0))"
      "(loop $l (i32.store (i32.add (i32.const 1040) (i32.mul (i32.const 4) (local.get 0)))"
      " (i32.const 1)) (local.set 0 (i32.add (local.get 0) (i32.const 1)))"
      " (br_if $l (i32.lt_u (local.get 0) (i32.const 17))))"
      "(drop (call $self))"
      "(call $send-with (i32.const 1) (i32.const 0) (i32.const 0) (i32.const 1) (i32.const 0)"
      " (i32.const 0) (i32.const 1040) (local.get 1) (i32.const 64))"
      "(call $log (i32.load8_u (i32.const 65)) (i32.const 64) (i32.const 0)) (i32.const 16)",
      "", all_imports()));
  Life life(code);
  life.begin();
  EXPECT_EQ(Life::text(life.handle(std::string(16, 'x'))), "none");
  ASSERT_EQ(life.host.calls.size(), 1U);
  EXPECT_EQ(life.host.lines.back(), "trace ");
  EXPECT_EQ(Life::text(life.handle(std::string(17, 'x'))), "none");
  EXPECT_EQ(life.host.calls.size(), 1U);
  EXPECT_EQ(life.host.lines.back(), "error ");  // 4: over-quota.
}

// --- The table of handles.

TEST(Handles, AreOverQuotaWhereTheContractCanSaySo) {
  const auto code = probe(
      "(drop (call $self))"
      "(call $find (i32.const 1024) (i32.const 5) (i32.const 64))"
      "(call $log (i32.load8_u (i32.const 68)) (i32.const 0) (i32.const 0))");
  Life life(code, {.addresses = 1});
  life.begin();
  EXPECT_EQ(Life::text(life.handle()), "none");
  EXPECT_EQ(life.host.lines, std::vector<std::string>{"error "});
  EXPECT_TRUE(life.host.calls.empty());
}

TEST(Handles, EndTheLifeWhereItCanNot) {
  for (const std::string_view body :
       {"(drop (call $self)) (drop (call $self))", "(drop (call $clone (call $self)))",
        "(drop (call $self)) (call $sender (i32.const 64))", "(call $children (i32.const 64))",
        "(call $received (i32.const 64))",
        "(drop (call $self)) (call $responder-for-later (i32.const 64))"}) {
    SCOPED_TRACE(body);
    Life life(probe(body), {.addresses = 1});
    life.begin();
    life.host.from = Address{.slot = 2, .generation = 1};
    life.host.given = {{.slot = 3, .generation = 1}, {.slot = 4, .generation = 1}};
    life.host.owed = Responder{.asker = {.slot = 5, .generation = 1}, .request = 33};
    EXPECT_EQ(Life::text(life.handle()), R"(exceeded("addresses"))");
  }
}

TEST(Handles, EndTheLifeWhenTheyAreUnknown) {
  const std::pair<std::string_view, std::string_view> tries[] = {
      {"(call $drop-address (i32.const 1))", "[resource-drop]address: unknown handle 1"},
      {"(call $drop-address (i32.const 0))", "[resource-drop]address: unknown handle 0"},
      {"(call $drop-address (call $self)) (call $drop-address (i32.const 1))",
       "[resource-drop]address: unknown handle 1"},
      {"(call $drop-address (call $self))"
       "(call $send (i32.const 1) (i32.const 0) (i32.const 0) (i32.const 64))",
       "[method]address.send: unknown handle 1"},
      {"(call $responder-for-later (i32.const 64))"
       "(call $watch (i32.const 1) (i32.const 64))",
       "[method]address.watch: unknown handle 1"},
      {"(call $drop-responder (call $self))", "[resource-drop]responder: unknown handle 1"},
      {"(drop (call $clone (i32.const -1)))", "[method]address.clone: unknown handle 4294967295"},
  };
  for (const auto& [body, rule] : tries) {
    SCOPED_TRACE(body);
    Life life(probe(body));
    life.begin();
    life.host.owed = Responder{.asker = {.slot = 5, .generation = 1}, .request = 33};
    EXPECT_EQ(Life::text(life.handle()), fmt::format("crashed(\"abi: {}\")", rule));
  }
}

TEST(Imports, EndTheLifeWhenAnEffectIsRefusedThatCanNotBe) {
  Life life(probe("(call $cancel-timer (i64.const 1))"));
  life.begin();
  life.host.refusal = Refusal::over_quota;
  const Reply reply = life.handle();
  EXPECT_EQ(Life::text(reply), R"(exceeded("effects"))");
  EXPECT_EQ(reply.death->detail, "cancel-timer was refused: over-quota");
}

}  // namespace
}  // namespace troupe::wasmtime
