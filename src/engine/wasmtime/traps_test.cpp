// How lives end: traps, deadlines, fuel, stack, memory.

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <thread>

#include "engine/ticker.hpp"
#include "engine/wasmtime/test_guest.hpp"

namespace troupe::wasmtime {
namespace {

constexpr std::string_view endless = "(loop $l (br $l))";
constexpr InstanceLimits short_life = {.start_timeout = std::chrono::milliseconds(2),
                                       .deadline = std::chrono::milliseconds(2)};

struct TrapCase {
  std::string_view body;
  TrapKind kind;
  std::string_view exit;
};

TEST(Traps, HaveTheirKinds) {
  const TrapCase cases[] = {
      {"unreachable", TrapKind::unreachable, R"(crashed("unreachable"))"},
      {"(i32.store (i32.const 65533) (i32.const 0)) (i32.const 16)", TrapKind::memory_out_of_bounds,
       R"(crashed("memory out of bounds"))"},
      {"(memory.fill (i32.const 0) (i32.const 0) (i32.const -1)) (i32.const 16)",
       TrapKind::memory_out_of_bounds, R"(crashed("memory out of bounds"))"},
      {"(call_indirect (type $none) (i32.const 9)) (i32.const 16)", TrapKind::table_out_of_bounds,
       R"(crashed("table out of bounds"))"},
      {"(call_indirect (type $none) (i32.const 1)) (i32.const 16)", TrapKind::indirect_call_to_null,
       R"(crashed("indirect call to null"))"},
      {"(call_indirect (type $none) (i32.const 0)) (i32.const 16)", TrapKind::bad_signature,
       R"(crashed("bad signature"))"},
      {"(i32.div_s (i32.const 0x80000000) (i32.const -1))", TrapKind::integer_overflow,
       R"(crashed("integer overflow"))"},
      {"(i32.rem_u (i32.const 1) (local.get 1))", TrapKind::integer_division_by_zero,
       R"(crashed("integer division by zero"))"},
      {"(i32.trunc_f64_s (f64.const nan))", TrapKind::bad_conversion_to_integer,
       R"(crashed("bad conversion to integer"))"},
      {"(call $deeper) (i32.const 16)", TrapKind::stack_overflow, R"(exceeded("stack"))"},
  };
  for (const TrapCase& tried : cases) {
    SCOPED_TRACE(tried.body);
    Life life(compile(with_handler(tried.body, R"(
      (type $none (func)) (table 2 funcref) (elem (i32.const 0) $one)
      (func $one (result i32) (i32.const 1))
      (func $deeper (call $deeper) (drop (i32.load (i32.const 0)))))")));
    life.begin();
    const Reply reply = life.handle();
    EXPECT_EQ(Life::text(reply), tried.exit);
    ASSERT_NE(reply.death, nullptr);
    EXPECT_EQ(reply.death->trap, tried.kind);
    ASSERT_FALSE(reply.death->backtrace.empty());
    EXPECT_LE(reply.death->backtrace.size(), limits::backtrace_frames_max);
    EXPECT_GT(reply.death->backtrace[0].module_offset, 0U);
  }
}

TEST(Traps, AreDescribedByNameFromTheInside) {
  Life life(compile(with_handler("(call $debit) (i32.const 16)",
                                 "(func $debit (call $ledger)) (func $ledger unreachable)")));
  life.begin();
  const Reply reply = life.handle();
  ASSERT_EQ(reply.kind, Reply::Kind::ended);
  ASSERT_EQ(reply.death->backtrace.size(), 3U);
  EXPECT_EQ(life.code().describe(reply.death->backtrace[0]).function, "ledger");
  EXPECT_EQ(life.code().describe(reply.death->backtrace[1]).function, "debit");
  const FrameDescription handler = life.code().describe(reply.death->backtrace[2]);
  EXPECT_EQ(handler.function, fmt::format("function {}", reply.death->backtrace[2].function_index));
  EXPECT_EQ(handler.module_offset, reply.death->backtrace[2].module_offset);
  EXPECT_TRUE(handler.file.empty());
}

// What is kept of them is each frame's own, however often and in whatever order they are asked for,
// and whether it fits in or not.
TEST(Traps, AreDescribedTheSameEachTime) {
  const std::string long_name(limits::frame_described_bytes_max + 1, 'n');
  std::string functions;
  constexpr std::size_t count = limits::frames_described_max + 10;
  for (std::size_t i = 0; i < count; ++i) {
    functions += fmt::format("(func $f{}_{} unreachable)\n", i, i == 7 ? long_name : "");
  }
  Life life(compile(with_handler("(i32.const 16)", functions)));
  life.begin();
  // Where the functions begin in the index space is the helper's affair.
  std::uint32_t first = 0;
  while (life.code().describe({.function_index = first}).function != "f0_") {
    ++first;
    ASSERT_LT(first, 100U);
  }
  for (std::size_t round = 0; round < 2; ++round) {
    for (std::uint32_t i = 0; i < count; ++i) {
      const TrapFrame frame{.function_index = first + i, .module_offset = i};
      const FrameDescription found = life.code().describe(frame);
      EXPECT_EQ(found.function, fmt::format("f{}_{}", i, i == 7 ? long_name : ""));
      EXPECT_EQ(found.module_offset, i);
      EXPECT_EQ(life.code().describe(frame).function, found.function);
    }
  }
}

TEST(Deadlines, HoldForEverythingTheGuestRuns) {
  struct Place {
    std::string_view name;
    std::string start_section = {};
    std::string initialize = {};
    std::string realloc = {};
    std::string start = {};
    std::string handle = {};
    std::string post = {};
    std::string_view exit = R"(exceeded("deadline"))";
  };
  const std::string loop(endless);
  constexpr std::string_view late = R"(exceeded("start-time"))";
  const Place places[] = {
      {.name = "start section", .start_section = loop, .exit = late},
      {.name = "_initialize", .initialize = loop, .exit = late},
      {.name = "cabi_realloc", .realloc = loop, .exit = late},
      {.name = "start", .start = loop, .exit = late},
      {.name = "handle", .handle = loop},
      {.name = "cabi_post_", .post = loop},
  };
  for (const Place& place : places) {
    SCOPED_TRACE(place.name);
    Life life(compile(fmt::format(R"((module (memory (export "memory") 1)
        (func $begin {}) (start $begin)
        (func (export "_initialize") {})
        (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32) {} (i32.const 4096))
        (func (export "troupe:actor/guest@0.1.0#start") (param i32 i32) (result i32)
          {} (i32.const 16))
        (func (export "troupe:actor/guest@0.1.0#handle") (param i32 i32) (result i32)
          {} (i32.const 16))
        (func (export "cabi_post_troupe:actor/guest@0.1.0#handle") (param i32) {})))",
                                  place.start_section, place.initialize, place.realloc, place.start,
                                  place.handle, place.post)),
              short_life);
    Reply reply = life.boot();
    if (reply.kind != Reply::Kind::ended) reply = life.start();
    if (reply.kind != Reply::Kind::ended) reply = life.handle();
    EXPECT_EQ(Life::text(reply), place.exit);
    ASSERT_NE(reply.death, nullptr);
    EXPECT_EQ(reply.death->trap, TrapKind::deadline);
  }
}

// A loop with a deadline of 10 ms that is held up for as much by its host at every tick.
int overruns_of(HostCalls::Overrun said) {
  constexpr std::chrono::milliseconds deadline(10);
  Life life(compile(with_handler(fmt::format("{} unreachable", endless))), {.deadline = deadline});
  life.begin();
  int overruns = 0;
  life.host.on_overrun = [&] {
    ++overruns;
    const std::uint64_t ticks = *engine().ticks() + deadline / Ticker::period;
    const auto until = std::chrono::steady_clock::now() + deadline;
    while (*engine().ticks() < ticks || std::chrono::steady_clock::now() < until)
      std::this_thread::yield();
    return said;
  };
  EXPECT_EQ(Life::text(life.handle()), R"(exceeded("deadline"))");
  return overruns;
}

TEST(Deadlines, CountWhatTheHostTakesUnlessItHasWaited) {
  EXPECT_EQ(overruns_of(HostCalls::Overrun::go_on), 1);
  // A tick or two for each time that it went on, unless others had the processor meanwhile.
  int most = 0;
  for (int lives = 0; lives < 100 && most < 3; ++lives)
    most = std::max(most, overruns_of(HostCalls::Overrun::waited));
  EXPECT_GE(most, 3);
}

// Of a share it has had a tick, or less when the ticker makes up for late ones.
TEST(Deadlines, CountTheShare) {
  const auto code = compile(with_handler(fmt::format("{} unreachable", endless)));
  constexpr int lives = 100;
  int ended_by_share = 0;
  for (int number = 0; number < lives; ++number) {
    Life life(code, {.deadline = Ticker::period / 10});
    life.begin();
    bool has_overrun = false;
    life.host.on_overrun = [&] {
      has_overrun = true;
      return HostCalls::Overrun::go_on;
    };
    ASSERT_EQ(Life::text(life.handle()), R"(exceeded("deadline"))");
    if (!has_overrun) ++ended_by_share;
  }
  EXPECT_GT(ended_by_share, 0);
}

TEST(Fuel, IsEqualOverEqualRuns) {
  const auto code =
      compile(with_handler("(loop $l (local.set 1 (i32.sub (local.get 1) (i32.const 1)))"
                           " (br_if $l (i32.gt_s (local.get 1) (i32.const 0)))) (i32.const 16)"),
              EngineClass::deterministic);
  std::vector<std::uint64_t> used;
  for (int run = 0; run < 2; ++run) {
    Life life(code);
    life.begin();
    for (const std::size_t bytes : {1U, 1000U, 1U}) {
      EXPECT_EQ(Life::text(life.handle(std::string(bytes, 'x'))), "none");
      used.push_back(life->usage().fuel_used);
    }
  }
  EXPECT_GT(used[0], 0U);
  EXPECT_GT(used[1], used[0]);
  EXPECT_EQ(used[0], used[2]);
  EXPECT_EQ(std::vector(used.begin(), used.begin() + 3), std::vector(used.begin() + 3, used.end()));
}

TEST(Fuel, EndsALifeThatUsesItUp) {
  Life life(
      compile(with_handler(fmt::format("{} unreachable", endless)), EngineClass::deterministic),
      {.fuel = 10'000});
  life.begin();
  const Reply reply = life.handle();
  EXPECT_EQ(Life::text(reply), R"(exceeded("fuel"))");
  EXPECT_EQ(reply.death->trap, TrapKind::out_of_fuel);
}

TEST(Fuel, IsNotCountedInTheDefaultClass) {
  Life life(compile(with_handler("(i32.const 16)")), {.fuel = 1});
  life.begin();
  EXPECT_EQ(Life::text(life.handle()), "none");
  EXPECT_EQ(life->usage().fuel_used, 0U);
}

// --- Memory and tables.

// Answers with what memory.grow gave, page by page, until it gives -1.
constexpr std::string_view grow = R"(
  (block $full (loop $l
    (br_if $full (i32.eq (memory.grow (i32.const 1)) (i32.const -1)))
    (br $l)))
  (i32.store8 (i32.const 36) (i32.const 1))
  (i32.store (i32.const 40) (i32.const 48))
  (i32.store (i32.const 44) (i32.const 4))
  (i32.store (i32.const 48) (memory.size))
  (i32.const 32))";

TEST(Memory, GrowsToTheLimitAndNoFurther) {
  const auto code = compile(with_handler(grow));
  struct Case {
    std::uint64_t limit;
    std::uint8_t pages;
  };
  // The module itself allows four pages.
  for (const Case tried : {Case{65'536, 1}, Case{65'537, 1}, Case{131'071, 1}, Case{131'072, 2},
                           Case{196'608, 3}, Case{1U << 20U, 4}}) {
    SCOPED_TRACE(tried.limit);
    Life life(code, {.memory_bytes = tried.limit});
    life.begin();
    EXPECT_EQ(Life::text(life.handle()), "answered");
    ASSERT_EQ(life.host.answers.size(), 1U);
    EXPECT_EQ(life.host.answers[0][0], tried.pages);
    EXPECT_EQ(life->usage().memory_bytes, tried.pages * 65'536U);
    EXPECT_EQ(life->usage().memory_peak_bytes, tried.pages * 65'536U);
  }
}

TEST(Memory, OfAnotherLifeIsNotSeen) {
  // Writes a page that it grew, dies; the next life in that slice finds zeros.
  const auto code =
      compile(with_handler("(drop (memory.grow (i32.const 3)))"
                           "(if (i32.load (i32.const 200000)) (then (return (i32.const -1))))"
                           "(i32.store (i32.const 200000) (i32.const 7)) unreachable"));
  for (int life_number = 0; life_number < 100; ++life_number) {
    Life life(code);
    life.begin();
    ASSERT_EQ(Life::text(life.handle()), R"(crashed("unreachable"))");
  }
}

TEST(Memory, ThatBeginsAboveTheLimitEndsTheLife) {
  Life life(compile(with_handler("(i32.const 16)")), {.memory_bytes = 65'535});
  const Reply reply = life.boot();
  EXPECT_EQ(Life::text(reply), R"(exceeded("memory"))");
  EXPECT_EQ(reply.death->detail, "its memory begins with 65536 bytes; the limit is 65535");
}

TEST(Memory, IsExactToTheByteWithSmallPages) {
  Life life(compile(fmt::format(
      R"((module (memory (export "memory") 5000 5000 (pagesize 1))
         (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32) (i32.const 1000)) {}
         (func (export "troupe:actor/guest@0.1.0#handle") (param i32 i32) (result i32)
           (i32.store8 (local.get 1) (i32.const 0)) (i32.const 16))))",
      idle_start)));
  life.begin();
  EXPECT_EQ(life->usage().memory_bytes, 5'000U);
  EXPECT_EQ(Life::text(life.handle(std::string(4'000, 'x'))), "none");
  EXPECT_EQ(Life::text(life.handle(std::string(4'001, 'x'))),
            "crashed(\"abi: cabi_realloc: returned 1000 for 4001 bytes aligned to 1, in a memory "
            "of 5000\")");
}

TEST(Tables, GrowToTheLimitAndNoFurther) {
  const auto code = compile(with_handler(
      "(drop (table.grow 0 (ref.null func) (i32.const 7)))"
      "(i32.store8 (i32.const 36) (i32.const 1)) (i32.store (i32.const 40) (i32.const 48))"
      "(i32.store (i32.const 44) (i32.const 1)) (i32.store (i32.const 48) (table.size 0))"
      "(i32.const 32)",
      "(table 3 funcref)"));
  for (const auto& [limit, size] : {std::pair{9U, 3U}, {10U, 10U}, {11U, 10U}}) {
    Life life(code, {.table_elements = limit});
    life.begin();
    EXPECT_EQ(Life::text(life.handle()), "answered");
    EXPECT_EQ(life.host.answers.at(0)[0], size);
  }
  Life life(code, {.table_elements = 2});
  EXPECT_EQ(Life::text(life.boot()), R"(exceeded("table"))");
}

TEST(Boot, EndsTheLifeOfAModuleWhoseDataDoesNotFit) {
  Life life(compile(with_handler("(i32.const 16)", R"((data (i32.const 65535) "ab"))")));
  EXPECT_EQ(Life::text(life.boot()), R"(crashed("memory out of bounds"))");
}

TEST(Deaths, LeaveNothingBehindOverAThousandLives) {
  const std::string_view bodies[] = {"unreachable", "(call $deeper) (i32.const 16)",
                                     "(drop (memory.grow (i32.const 3))) unreachable",
                                     "(i32.const -1)"};
  for (const std::string_view body : bodies) {
    const auto code = compile(
        with_handler(body, "(func $deeper (call $deeper) (drop (i32.load (i32.const 0))))"));
    for (int life_number = 0; life_number < 1'000; ++life_number) {
      Life life(code);
      life.begin();
      ASSERT_EQ(life.handle("some payload").kind, Reply::Kind::ended);
    }
  }
}

TEST(Deaths, ByDeadlineLeaveNothingBehindEither) {
  const auto code = compile(with_handler(fmt::format("{} unreachable", endless)));
  for (int life_number = 0; life_number < 100; ++life_number) {
    Life life(code, short_life);
    life.begin();
    ASSERT_EQ(Life::text(life.handle()), R"(exceeded("deadline"))");
  }
}

}  // namespace
}  // namespace troupe::wasmtime
