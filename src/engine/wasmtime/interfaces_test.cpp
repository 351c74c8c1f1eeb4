// The optional interfaces: what they are given and what comes back.

#include "engine/wasmtime/test_guest.hpp"

namespace troupe::wasmtime {
namespace {

// Exports everything; each function logs its flat arguments as bytes at 256 and on, and the text
// that the third and fourth name where it says so.
constexpr std::string_view everything = R"(
  (func $show (param i32 i32) (call $log (i32.const 2) (local.get 0) (local.get 1)))
  (func (export "troupe:actor/answers@0.1.0#answered") (param i64 i32 i32 i32 i32) (result i32)
    (i32.store8 (i32.const 256) (i32.add (i32.const 48) (i32.wrap_i64 (local.get 0))))
    (i32.store8 (i32.const 257) (i32.add (i32.const 48) (local.get 1)))
    (i32.store8 (i32.const 258) (i32.add (i32.const 48) (local.get 2)))
    (if (local.get 1)
      (then
        (i32.store8 (i32.const 259) (i32.add (i32.const 48) (local.get 3)))
        (call $show (i32.const 256) (if (result i32) (i32.eq (local.get 2) (i32.const 4))
          (then (i32.const 4)) (else (i32.const 3))))
        (if (i32.ge_u (local.get 2) (i32.const 5))
          (then (call $show (local.get 3) (local.get 4)))))
      (else
        (call $show (i32.const 256) (i32.const 2))
        (call $show (local.get 2) (local.get 3))))
    (i32.const 16))
  (func (export "troupe:actor/timers@0.1.0#fired") (param i64) (result i32)
    (i32.store8 (i32.const 256) (i32.add (i32.const 48) (i32.wrap_i64 (local.get 0))))
    (call $show (i32.const 256) (i32.const 1)) (i32.const 16))
  (func (export "troupe:actor/events@0.1.0#event") (param i64 i32 i32 i32 i32) (result i32)
    (i32.store8 (i32.const 256) (i32.add (i32.const 48) (i32.wrap_i64 (local.get 0))))
    (call $show (i32.const 256) (i32.const 1))
    (call $show (local.get 1) (local.get 2)) (call $show (local.get 3) (local.get 4))
    (i32.const 16))
  (func (export "troupe:actor/exits@0.1.0#exited") (param i64 i32 i32 i32) (result i32)
    (i32.store8 (i32.const 256) (i32.add (i32.const 48) (i32.wrap_i64 (local.get 0))))
    (i32.store8 (i32.const 257) (i32.add (i32.const 48) (local.get 1)))
    (call $show (i32.const 256) (i32.const 2)) (call $show (local.get 2) (local.get 3))
    (i32.const 16))
  (func (export "troupe:actor/health@0.1.0#check") (result i32) (i32.const 300))
  (data (i32.const 300) "\01\00\00\00\40\01\00\00\04\00\00\00") (data (i32.const 320) "slow")
  (func (export "troupe:actor/stopping@0.1.0#stop") (param i32)
    (i32.store8 (i32.const 256) (i32.add (i32.const 48) (local.get 0)))
    (call $show (i32.const 256) (i32.const 1)))
)";

std::shared_ptr<const Code> full_guest() {
  static const auto code =
      compile(with_handler("(i32.const 16)", fmt::format("{}{}", everything, R"(
    (func (export "troupe:actor/state@0.1.0#save") (param i32) (result i32) (i32.const 16))
    (func (export "troupe:actor/state@0.1.0#load")
      (param i32 i32 i32 i32 i32 i32 i32 i32 i32 i32) (result i32) (i32.const 16)))"),
                           all_imports()));
  return code;
}

TEST(Interfaces, AreFoundByTheirExports) {
  EXPECT_EQ(full_guest()->interfaces(), (GuestInterfaces{.answers = true,
                                                         .timers = true,
                                                         .events = true,
                                                         .exits = true,
                                                         .health = true,
                                                         .stopping = true,
                                                         .state = true}));
  EXPECT_EQ(compile(with_handler("(i32.const 16)"))->interfaces(), GuestInterfaces{});
}

TEST(Interfaces, GetAnswersAndFailures) {
  using Kind = Failure::Kind;
  const std::pair<Answer, std::vector<std::string>> cases[] = {
      {to_bytes("done"), {"info 70", "info done"}},
      {Bytes{}, {"info 70", "info "}},
      {std::unexpected(Failure{.kind = Kind::timed_out, .text = {}}), {"info 710"}},
      {std::unexpected(Failure{.kind = Kind::receiver_exited, .text = {}}), {"info 711"}},
      {std::unexpected(Failure{.kind = Kind::dropped, .text = {}}), {"info 712"}},
      {std::unexpected(Failure{.kind = Kind::cancelled, .text = {}}), {"info 713"}},
      {std::unexpected(Failure{.kind = Kind::refused, .refusal = Refusal::busy, .text = {}}),
       {"info 7142"}},
      {std::unexpected(Failure{.kind = Kind::failed, .text = "no funds"}),
       {"info 715", "info no funds"}},
      {std::unexpected(Failure{.kind = Kind::other, .text = "?"}), {"info 716", "info ?"}},
  };
  for (const auto& [answer, lines] : cases) {
    Life life(full_guest());
    life.begin();
    EXPECT_EQ(Life::text(life->answered(life.host, 7, answer)), "none");
    EXPECT_EQ(life.host.lines, lines);
  }
}

TEST(Interfaces, GetTimersEventsExitsAndStop) {
  Life life(full_guest());
  life.begin();
  EXPECT_EQ(Life::text(life->fired(life.host, 3)), "none");
  EXPECT_EQ(Life::text(life->event(life.host, 4, "a.b", as_bytes("payload"))), "none");
  EXPECT_EQ(Life::text(life->exited(life.host, 5, Exit::killed())), "none");
  EXPECT_EQ(Life::text(life->exited(life.host, 6, Exit::exceeded("deadline"))), "none");
  EXPECT_EQ(Life::text(life->stop(life.host, std::chrono::milliseconds(9))), "none");
  EXPECT_EQ(life.host.lines,
            (std::vector<std::string>{"info 3", "info 4", "info a.b", "info payload", "info 51",
                                      "info ", "info 63", "info deadline", "info 9"}));
}

TEST(Interfaces, TellTheirHealth) {
  Life life(full_guest());
  life.begin();
  const HealthReply reply = life->check(life.host, std::chrono::seconds(1));
  EXPECT_EQ(reply.death, nullptr);
  EXPECT_EQ(reply.says.status, HealthStatus::degraded);
  EXPECT_EQ(reply.says.reason, "slow");
}

// --- State.

// Saves "bytes" with clones of itself and, if `responders`, the responder it took over; loads by
// sending to the addresses it got. `start` keeps nothing.
std::string saver(std::string_view save, std::string_view load = {}) {
  return with_handler("(call $responder-for-later (i32.const 64)) (i32.const 16)",
                      fmt::format(R"(
    (data (i32.const 1024) "bytes")
    (func (export "troupe:actor/state@0.1.0#save") (param i32) (result i32)
      (i32.store8 (i32.const 128) (i32.const 0))
      (i32.store (i32.const 132) (i32.const 1024)) (i32.store (i32.const 136) (i32.const 5))
      {} (i32.const 128))
    (func (export "troupe:actor/state@0.1.0#load")
      (param $version i32) (param $version-size i32) (param $bytes i32) (param $bytes-size i32)
      (param $addresses i32) (param $address-count i32) (param $responders i32)
      (param $responder-count i32) (param $config i32) (param $config-size i32) (result i32)
      {} (i32.const 16)))",
                                  save, load),
                      all_imports());
}
constexpr std::string_view give_self = R"(
  (i32.store (i32.const 160) (call $self))
  (i32.store (i32.const 140) (i32.const 160)) (i32.store (i32.const 144) (i32.const 1)))";
constexpr std::string_view give_responder = R"(
  (i32.store (i32.const 164) (i32.load (i32.const 68)))
  (i32.store (i32.const 148) (i32.const 164)) (i32.store (i32.const 152) (i32.const 1)))";

TEST(State, IsSavedWithItsHandles) {
  const Responder responder{.asker = {.slot = 5, .generation = 1}, .request = 33};
  Life life(compile(saver(fmt::format("{}{}", give_self, give_responder))));
  life.begin();
  life.host.owed = responder;
  EXPECT_EQ(Life::text(life.handle()), "none");
  const SaveReply reply = life->save(life.host, true, a_second);
  ASSERT_EQ(reply.death, nullptr);
  ASSERT_TRUE(reply.saved.has_value());
  EXPECT_EQ(as_text(reply.saved->bytes), "bytes");
  EXPECT_EQ(reply.saved->addresses, std::vector{life.host.self_address});
  EXPECT_EQ(reply.saved->responders, std::vector{responder});
  EXPECT_EQ(life->usage().handles, 0U);
}

TEST(State, MayNotGiveWhatItCanNot) {
  const Responder responder{.asker = {.slot = 5, .generation = 1}, .request = 33};
  struct Case {
    std::string save;
    bool ending;
    std::string_view rule;
  };
  const Case cases[] = {
      {std::string(give_responder), false,
       "save: responders may be given only when the life is ending"},
      {fmt::format("{}{}", give_self,
                   "(i32.store (i32.const 164) (i32.load (i32.const 160)))"
                   "(i32.store (i32.const 144) (i32.const 2))"),
       true, "save: unknown handle 2"},
      {"(i32.store (i32.const 140) (i32.const 65533)) (i32.store (i32.const 144) (i32.const 1))",
       true, "save: the list of handles at 65533 is outside memory or unaligned"},
      {fmt::format("{}{}", give_responder, "(i32.store (i32.const 136) (i32.const -1))"), true,
       "save: 4294967295 bytes at 1024 of the result lie outside memory, which has 65536"},
  };
  for (const Case& tried : cases) {
    SCOPED_TRACE(tried.rule);
    Life life(compile(saver(tried.save)));
    life.begin();
    life.host.owed = responder;
    EXPECT_EQ(Life::text(life.handle()), "none");
    const SaveReply reply = life->save(life.host, tried.ending, a_second);
    ASSERT_NE(reply.death, nullptr);
    EXPECT_EQ(to_string(reply.death->exit), fmt::format("crashed(\"abi: {}\")", tried.rule));
  }
}

TEST(State, IsLoadedInPlaceOfStart) {
  const Responder responder{.asker = {.slot = 5, .generation = 1}, .request = 33};
  const auto code = compile(saver("", R"(
    (call $log (i32.const 2) (local.get $version) (local.get $version-size))
    (call $log (i32.const 2) (local.get $bytes) (local.get $bytes-size))
    (call $log (i32.const 2) (local.get $config) (local.get $config-size))
    (call $send (i32.load (local.get $addresses)) (i32.const 0) (i32.const 0) (i32.const 64))
    (call $drop-responder (i32.load (local.get $responders)))
    (call $log (i32.add (local.get $address-count) (local.get $responder-count)) (i32.const 0)
      (i32.const 0)))"));
  const SavedState saved = {.bytes = to_bytes("state"),
                            .addresses = {{.slot = 9, .generation = 1}},
                            .responders = {responder}};
  Life life(code);
  EXPECT_EQ(Life::text(life.boot()), "none");
  EXPECT_EQ(Life::text(life->load(life.host, "1.2.3", saved, as_bytes("config"))), "none");
  EXPECT_EQ(life.host.lines,
            (std::vector<std::string>{"info 1.2.3", "info state", "info config", "info "}));
  EXPECT_EQ(life.host.calls, (std::vector<std::string>{"send 9 ''", "drop 33"}));

  Life full(code, {.addresses = 1});
  EXPECT_EQ(Life::text(full.boot()), "none");
  EXPECT_EQ(Life::text(full->load(full.host, "1", saved, {})), R"(exceeded("addresses"))");
}

TEST(State, CanBeNotNow) {
  Life life(compile(saver("(i32.store8 (i32.const 128) (i32.const 1))")));
  life.begin();
  const SaveReply reply = life->save(life.host, false, a_second);
  ASSERT_EQ(reply.death, nullptr);
  ASSERT_FALSE(reply.saved.has_value());
  EXPECT_EQ(reply.saved.error(), "bytes");
}

}  // namespace
}  // namespace troupe::wasmtime
