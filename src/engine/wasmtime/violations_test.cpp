// Guests that break the rules of the ABI: each ends with the rule in its exit, none is an error of
// the host.

#include "engine/wasmtime/test_guest.hpp"

namespace troupe::wasmtime {
namespace {

std::string crashed(std::string_view rule) { return fmt::format("crashed(\"abi: {}\")", rule); }

// --- What comes back from a handler. `area` is the 16 bytes of its result at 32.

struct ResultCase {
  std::string_view area;
  std::string_view rule;
};

TEST(Violations, OfAHandlersResult) {
  const ResultCase cases[] = {
      {R"(\02)", "handle: the result has case 2 of a type with 2 cases"},
      {R"(\ff)", "handle: the result has case 255 of a type with 2 cases"},
      {R"(\00\00\00\00\02)", "handle: the result has case 2 of a type with 2 cases"},
      // One byte beyond the end, all of it, and around the address space.
      {R"(\00\00\00\00\01\00\00\00\ff\ff\00\00\02\00\00\00)",
       "handle: 2 bytes at 65535 of the result lie outside memory, which has 65536"},
      {R"(\00\00\00\00\01\00\00\00\00\00\00\80\01\00\00\00)",
       "handle: 1 bytes at 2147483648 of the result lie outside memory, which has 65536"},
      {R"(\00\00\00\00\01\00\00\00\ff\ff\ff\ff\ff\ff\ff\ff)",
       "handle: 4294967295 bytes at 4294967295 of the result lie outside memory, which has 65536"},
      {R"(\01\00\00\00\00\00\01\00\01\00\00\00)",
       "handle: 1 bytes at 65536 of the result lie outside memory, which has 65536"},
      // Error texts must be UTF-8: a lone continuation, a cut character, a surrogate.
      {R"(\01\00\00\00\2c\00\00\00\01\00\00\00\80)",
       "handle: the string at 44 of the result is not UTF-8"},
      {R"(\01\00\00\00\2c\00\00\00\02\00\00\00\e2\82)",
       "handle: the string at 44 of the result is not UTF-8"},
      {R"(\01\00\00\00\2c\00\00\00\03\00\00\00\ed\a0\80)",
       "handle: the string at 44 of the result is not UTF-8"},
  };
  for (const ResultCase& tried : cases) {
    SCOPED_TRACE(tried.area);
    Life life(compile(
        with_handler("(i32.const 32)", fmt::format(R"((data (i32.const 32) "{}"))", tried.area))));
    life.begin();
    EXPECT_EQ(Life::text(life.handle("x")), crashed(tried.rule));
    EXPECT_TRUE(life.host.answers.empty());
  }
}

TEST(Violations, OfAResultsPlace) {
  const std::pair<std::string_view, std::string_view> cases[] = {
      {"65524", "65524"},   {"65536", "65536"}, {"-4", "4294967292"},
      {"-1", "4294967295"}, {"33", "33"},       {"34", "34"},
  };
  for (const auto& [at, shown] : cases) {
    SCOPED_TRACE(at);
    Life life(compile(with_handler(fmt::format("(i32.const {})", at))));
    life.begin();
    EXPECT_EQ(Life::text(life.handle()),
              crashed(fmt::format("handle: the result's 16 bytes at {} are outside memory or not "
                                  "aligned to 4",
                                  shown)));
  }
}

TEST(Violations, DoNotCountTheVeryEndOfMemory) {
  Life life(compile(with_handler("(i32.const 65520)")));
  life.begin();
  EXPECT_EQ(Life::text(life.handle()), "none");
  // An empty answer at the end of memory is inside.
  Life empty(compile(
      with_handler("(i32.const 32)",
                   R"((data (i32.const 32) "\00\00\00\00\01\00\00\00\00\00\01\00\00\00\00\00"))")));
  empty.begin();
  EXPECT_EQ(Life::text(empty.handle()), "answered");
}

// --- cabi_realloc.

TEST(Violations, OfReallocs) {
  const std::pair<std::string_view, std::string_view> cases[] = {
      {"(i32.const 0)", "returned 0 for 3 bytes aligned to 1"},
      {"(i32.const 65534)", "returned 65534 for 3 bytes aligned to 1"},
      {"(i32.const 65536)", "returned 65536 for 3 bytes aligned to 1"},
      {"(i32.const -1)", "returned 4294967295 for 3 bytes aligned to 1"},
  };
  for (const auto& [realloc, rule] : cases) {
    SCOPED_TRACE(realloc);
    Life life(compile(fmt::format(
        R"((module (memory (export "memory") 1)
           (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32) {}) {}{}))",
        realloc, idle_start, idle_handle)));
    EXPECT_EQ(Life::text(life.boot()), "none");
    EXPECT_EQ(Life::text(life.start("abc")),
              crashed(fmt::format("cabi_realloc: {}, in a memory of 65536", rule)));
  }
}

TEST(Violations, OfReallocsForNothing) {
  Life life(compile(fmt::format(
      R"((module (memory (export "memory") 1)
         (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32) (i32.const 0)) {}{}))",
      idle_start, idle_handle)));
  EXPECT_EQ(Life::text(life.boot()), "none");
  EXPECT_EQ(Life::text(life.start("")),
            crashed("cabi_realloc: returned 0 for 0 bytes aligned to 1, in a memory of 65536"));
}

TEST(Violations, OfReallocsAlignment) {
  // The list of children is the first thing that needs it.
  Life life(compile(fmt::format(
      R"((module {} (memory (export "memory") 1)
         (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32) (i32.const 1025)) {}
         (func (export "troupe:actor/guest@0.1.0#handle") (param i32 i32) (result i32)
           (call $children (i32.const 64)) (i32.const 16))))",
      all_imports(), idle_start)));
  life.begin();
  EXPECT_EQ(Life::text(life.handle()),
            crashed("cabi_realloc: returned 1025 for 8 bytes aligned to 4, in a memory of 65536"));
}

TEST(Violations, DoNotCountAReallocThatGrowsMemory) {
  // Each call gets a page of its own.
  Life life(compile(fmt::format(
      R"((module (memory (export "memory") 1)
         (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32)
           (i32.mul (memory.grow (i32.const 1)) (i32.const 65536))) {}
         (func (export "troupe:actor/guest@0.1.0#handle") (param i32 i32) (result i32)
           (i32.store8 (i32.const 36) (i32.const 1)) (i32.store (i32.const 40) (local.get 0))
           (i32.store (i32.const 44) (local.get 1)) (i32.const 32))))",
      idle_start)));
  life.begin();
  EXPECT_EQ(Life::text(life.handle("hello")), "answered");
  EXPECT_EQ(life.host.answers, std::vector<Bytes>{to_bytes("hello")});
  EXPECT_EQ(life->usage().memory_bytes, 3 * 65'536U);
}

// --- What imports are given.

TEST(Violations, OfImportsArguments) {
  const std::pair<std::string_view, std::string_view> cases[] = {
      {"(call $log (i32.const 5) (i32.const 0) (i32.const 0))",
       "log: case 5 of a type with 5 cases"},
      {"(call $log (i32.const -1) (i32.const 0) (i32.const 0))",
       "log: case 4294967295 of a type with 5 cases"},
      {"(call $log (i32.const 1) (i32.const 65535) (i32.const 2))",
       "log: 2 bytes at 65535 lie outside memory, which has 65536"},
      {"(call $log (i32.const 1) (i32.const 1) (i32.const -1))",
       "log: 4294967295 bytes at 1 lie outside memory, which has 65536"},
      {"(i32.store8 (i32.const 64) (i32.const 0xC0))"
       "(call $log (i32.const 1) (i32.const 64) (i32.const 1))",
       "log: the string at 64 is not UTF-8"},
      {"(call $send (call $self) (i32.const 70000) (i32.const 0) (i32.const 64))",
       "[method]address.send: 0 bytes at 70000 lie outside memory, which has 65536"},
      {"(call $send (call $self) (i32.const 0) (i32.const 0) (i32.const 65535))",
       "[method]address.send: the result's 2 bytes at 65535 are outside memory or not aligned to "
       "1"},
      {"(call $watch (call $self) (i32.const 68))",
       "[method]address.watch: the result's 16 bytes at 68 are outside memory or not aligned to 8"},
      {"(call $send-with (call $self) (i32.const 0) (i32.const 0) (i32.const 4) (i32.const 0)"
       " (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 64))",
       "[method]address.send-with: case 4 of a type with 4 cases"},
      {"(call $send-with (call $self) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 2)"
       " (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 64))",
       "[method]address.send-with: case 2 of a type with 2 cases"},
      {"(call $send-with (call $self) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0)"
       " (i32.const 0) (i32.const 2) (i32.const 1) (i32.const 64))",
       "[method]address.send-with: a list of 1 handles at 2 is outside memory or unaligned"},
      {"(call $send-with (call $self) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0)"
       " (i32.const 0) (i32.const 65532) (i32.const 2) (i32.const 64))",
       "[method]address.send-with: a list of 2 handles at 65532 is outside memory or unaligned"},
      {"(call $send-with (call $self) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0)"
       " (i32.const 0) (i32.const 0) (i32.const 0x40000001) (i32.const 64))",
       "[method]address.send-with: a list of 1073741825 handles at 0 is outside memory or "
       "unaligned"},
      {"(call $start-timer (i64.const 1) (i32.const 2) (i64.const 1) (i32.const 64))",
       "start-timer: case 2 of a type with 2 cases"},
      {"(call $exit (i32.const 2) (i32.const 0) (i32.const 0))",
       "exit: case 2 of a type with 2 cases"},
      {"(call $random (i32.const 65537) (i32.const 64))",
       "random: 65537 bytes asked for; at most 65536 at a time"},
  };
  for (const auto& [body, rule] : cases) {
    SCOPED_TRACE(body);
    Life life(compile(with_handler(fmt::format("{} (i32.const 16)", body), "", all_imports())));
    life.begin();
    const Reply reply = life.handle();
    EXPECT_EQ(Life::text(reply), crashed(rule));
    EXPECT_TRUE(life.host.calls.empty());
    ASSERT_NE(reply.death, nullptr);
    EXPECT_FALSE(reply.death->backtrace.empty());
    EXPECT_FALSE(reply.death->trap.has_value());
  }
}

TEST(Violations, DoNotCountTheMostRandomBytes) {
  Life life(compile(with_handler(
      "(drop (memory.grow (i32.const 1))) (call $random (i32.const 65536) (i32.const 64))"
      "(i32.const 16)",
      "", all_imports())));
  life.begin();
  EXPECT_EQ(Life::text(life.handle()), "none");
}

// --- Phases.

// A guest that makes `call` while `place` runs; the other places do nothing.
std::string calling_in(std::string_view place, std::string_view call) {
  const auto in = [&](std::string_view here) { return here == place ? call : std::string_view(); };
  return fmt::format(
      R"((module {} (memory (export "memory") 1)
         (func $begin {}) (start $begin)
         (func (export "_initialize") {})
         (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32) {} (i32.const 4096))
         {}
         (func (export "troupe:actor/guest@0.1.0#handle") (param i32 i32) (result i32)
           {} (i32.const 16))
         (func (export "cabi_post_troupe:actor/guest@0.1.0#handle") (param i32) {})
         (func (export "troupe:actor/health@0.1.0#check") (result i32) {} (i32.const 16))
         (func (export "troupe:actor/state@0.1.0#save") (param i32) (result i32) {}
           (i32.const 128))
         (func (export "troupe:actor/state@0.1.0#load")
           (param i32 i32 i32 i32 i32 i32 i32 i32 i32 i32) (result i32) (i32.const 16))))",
      all_imports(), in("start section"), in("_initialize"), in("cabi_realloc"), idle_start,
      in("handle"), in("cabi_post_"), in("check"), in("save"));
}

std::string outcome_of(std::string_view place, std::string_view call) {
  Life life(compile(calling_in(place, call)));
  const Reply booted = life.boot();
  if (booted.kind == Reply::Kind::ended) return Life::text(booted);
  if (place == "check") {
    const HealthReply health = life->check(life.host, std::chrono::seconds(1));
    return health.death ? to_string(health.death->exit) : "none";
  }
  if (place == "save") {
    const SaveReply save = life->save(life.host, false, a_second);
    return save.death ? to_string(save.death->exit) : "none";
  }
  const Reply started = life.start();
  if (started.kind == Reply::Kind::ended) return Life::text(started);
  return Life::text(life.handle());
}

TEST(Phases, KeepImportsWhereTheyBelong) {
  constexpr std::string_view clock = "(drop (call $wall-clock-now))";
  constexpr std::string_view log = "(call $log (i32.const 2) (i32.const 0) (i32.const 0))";
  constexpr std::string_view self = "(call $drop-address (call $self))";
  constexpr std::string_view effect = "(call $unwatch (i64.const 1))";
  constexpr std::string_view sender = "(call $sender (i32.const 64))";
  struct Case {
    std::string_view place;
    std::string_view call;
    std::string result;
  };
  const Case cases[] = {
      {"start section", clock, "none"},
      {"start section", log, "none"},
      {"start section", self, crashed("self: may not be called before start")},
      {"_initialize", clock, "none"},
      {"_initialize", effect, crashed("unwatch: may not be called before start")},
      {"handle", self, "none"},
      {"handle", effect, "none"},
      {"check", log, "none"},
      {"check", self, crashed("self: may not be called in check")},
      {"check", effect, crashed("unwatch: may not be called in check")},
      {"save", clock, "none"},
      {"save", self, "none"},
      {"save", sender, crashed("sender: may not be called in save")},
      {"save", effect, crashed("unwatch: may not be called in save")},
      {"cabi_realloc", log, crashed("log: may not be called in cabi_realloc and cabi_post_")},
      {"cabi_realloc", clock,
       crashed("wall-clock-now: may not be called in cabi_realloc and cabi_post_")},
      {"cabi_post_", effect, crashed("unwatch: may not be called in cabi_realloc and cabi_post_")},
  };
  for (const Case& tried : cases) {
    SCOPED_TRACE(fmt::format("{} in {}", tried.call, tried.place));
    EXPECT_EQ(outcome_of(tried.place, tried.call), tried.result);
  }
}

TEST(Phases, GiveRandomBytesWhileTheModuleIsMade) {
  // The instance is not there yet; cabi_realloc is called all the same.
  EXPECT_EQ(outcome_of("start section", "(call $random (i32.const 16) (i32.const 64))"), "none");
}

TEST(Phases, RunPostReturnBeforeAnythingElse) {
  // The text of the error lies where cabi_post_ writes over it.
  Life life(compile(with_handler("(i32.const 32)",
                                 R"((data (i32.const 32) "\01\00\00\00\00\04\00\00\05\00\00\00")
               (data (i32.const 1024) "first")
         (func (export "cabi_post_troupe:actor/guest@0.1.0#handle") (param i32)
           (i32.store (i32.const 1024) (local.get 0))))")));
  life.begin();
  EXPECT_EQ(Life::text(life.handle()), "failed: first");
  EXPECT_EQ(Life::text(life.handle()), fmt::format("failed: {}t", std::string(" \0\0\0", 4)));
}

}  // namespace
}  // namespace troupe::wasmtime
