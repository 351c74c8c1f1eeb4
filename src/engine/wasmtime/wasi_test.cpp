// WASI preview 1, as far as it works.

#include "base/limits.hpp"
#include "engine/wasmtime/guest_memory.hpp"
#include "engine/wasmtime/test_guest.hpp"

namespace troupe::wasmtime {
namespace {

// All of WASI: $fd_write and so on.
std::string wasi_imports() {
  std::string text;
  for (const abi::WasiRow& row : abi::wasi_functions()) {
    text += fmt::format(R"((import "{}" "{}" (func ${})", abi::wasi_module, row.name, row.name);
    for (const char letter : row.signature.params)
      text += letter == 'i' ? " (param i32)" : " (param i64)";
    if (!row.signature.results.empty()) text += " (result i32)";
    text += "))";
  }
  return text;
}

// A guest that runs `body`, which leaves a number, and answers with that number, 4 bytes of zeros
// and 40 bytes at 512. In its memory: "hello\n" at 1024, and a vector for it at 1040.
std::shared_ptr<const Code> guest(std::string_view body) {
  return compile(with_handler(fmt::format(R"((i32.store (i32.const 504) {})
         (i32.store8 (i32.const 36) (i32.const 1)) (i32.store (i32.const 40) (i32.const 504))
         (i32.store (i32.const 44) (i32.const 48)) (i32.const 32))",
                                          body),
                              R"((data (i32.const 1024) "hello\nyou\n")
               (data (i32.const 1040) "\00\04\00\00\06\00\00\00"))",
                              wasi_imports()));
}

struct Ran {
  std::uint32_t error = 0;
  Bytes area = Bytes(40);
  std::vector<std::string> lines;
};
Ran run(std::string_view body) {
  Life life(guest(body));
  life.begin();
  const Reply reply = life.handle();
  EXPECT_EQ(reply.kind, Reply::Kind::answered) << Life::text(reply);
  if (life.host.answers.empty()) return {};
  const Bytes& answer = life.host.answers[0];
  return {.error = load<std::uint32_t>(answer.data()),
          .area = {answer.begin() + 8, answer.end()},
          .lines = life.host.lines};
}

constexpr std::uint32_t ok = 0;
constexpr std::uint32_t bad_descriptor = 8;
constexpr std::uint32_t bad_address = 21;
constexpr std::uint32_t invalid = 28;
constexpr std::uint32_t not_there = 52;

TEST(Wasi, LinksWhole) {
  Life life(guest("(i32.const 0)"));
  life.begin();
  EXPECT_EQ(Life::text(life.handle()), "answered");
}

TEST(Wasi, TellsTheTime) {
  const Ran wall = run("(call $clock_time_get (i32.const 0) (i64.const 1) (i32.const 512))");
  EXPECT_EQ(wall.error, ok);
  EXPECT_EQ(load<std::uint64_t>(wall.area.data()), 1'700'000'000'000ULL * 1'000'000);
  const Ran monotonic = run("(call $clock_time_get (i32.const 1) (i64.const 1) (i32.const 512))");
  EXPECT_EQ(load<std::uint64_t>(monotonic.area.data()), 5'000'000U);
  EXPECT_EQ(run("(call $clock_time_get (i32.const 2) (i64.const 1) (i32.const 512))").error,
            invalid);
  EXPECT_EQ(run("(call $clock_time_get (i32.const 1) (i64.const 1) (i32.const 65529))").error,
            bad_address);
  EXPECT_EQ(
      load<std::uint64_t>(run("(call $clock_res_get (i32.const 1) (i32.const 512))").area.data()),
      1'000'000U);
}

TEST(Wasi, GivesRandomBytes) {
  const Ran ran = run("(call $random_get (i32.const 512) (i32.const 3))");
  EXPECT_EQ(ran.error, ok);
  EXPECT_EQ(load<std::uint32_t>(ran.area.data()), 0x00AB'ABABU);
  EXPECT_EQ(run("(call $random_get (i32.const 65535) (i32.const 2))").error, bad_address);
  EXPECT_EQ(run("(call $random_get (i32.const 0) (i32.const 65537))").error, invalid);
}

TEST(Wasi, HasNoArgumentsAndNoEnvironment) {
  for (const std::string_view what : {"args", "environ"}) {
    const Ran sizes =
        run(fmt::format("(call ${}_sizes_get (i32.const 512) (i32.const 516))", what));
    EXPECT_EQ(sizes.error, ok);
    EXPECT_EQ(load<std::uint64_t>(sizes.area.data()), 0U);
    EXPECT_EQ(run(fmt::format("(call ${}_get (i32.const 512) (i32.const 516))", what)).error, ok);
  }
}

TEST(Wasi, WritesLinesToTheLog) {
  const Ran out =
      run("(call $fd_write (i32.const 1) (i32.const 1040) (i32.const 1) (i32.const 512))");
  EXPECT_EQ(out.error, ok);
  EXPECT_EQ(load<std::uint32_t>(out.area.data()), 6U);
  EXPECT_EQ(out.lines, std::vector<std::string>{"info hello"});
  EXPECT_EQ(
      run("(call $fd_write (i32.const 2) (i32.const 1040) (i32.const 1) (i32.const 512))").lines,
      std::vector<std::string>{"warn hello"});
  // Two lines at once, the second without its end, which comes when the handler returns.
  EXPECT_EQ(run("(i32.store (i32.const 1044) (i32.const 9))"
                "(call $fd_write (i32.const 1) (i32.const 1040) (i32.const 1) (i32.const 512))")
                .lines,
            (std::vector<std::string>{"info hello", "info you"}));
  // A line in pieces.
  EXPECT_EQ(
      run("(i32.store (i32.const 1044) (i32.const 3))"
          "(drop (call $fd_write (i32.const 1) (i32.const 1040) (i32.const 1) (i32.const 512)))"
          "(i32.store (i32.const 1040) (i32.const 1027))"
          "(call $fd_write (i32.const 1) (i32.const 1040) (i32.const 1) (i32.const 512))")
          .lines,
      std::vector<std::string>{"info hello"});
  // What is no text is shown as what it is.
  EXPECT_EQ(run("(i32.store8 (i32.const 1024) (i32.const 0xFF))"
                "(call $fd_write (i32.const 1) (i32.const 1040) (i32.const 1) (i32.const 512))")
                .lines,
            std::vector<std::string>{"info \\xffello"});
}

TEST(Wasi, WritesWhatADeadHandlerPrinted) {
  Life life(
      guest("(drop (call $fd_write (i32.const 2) (i32.const 1040) (i32.const 1)"
            " (i32.const 512))) unreachable"));
  life.begin();
  EXPECT_EQ(Life::text(life.handle()), R"(crashed("unreachable"))");
  EXPECT_EQ(life.host.lines, std::vector<std::string>{"warn hello"});
}

TEST(Wasi, WritesAtMostALineAtATime) {
  const Ran ran =
      run("(drop (memory.grow (i32.const 2)))"
          "(memory.fill (i32.const 65536) (i32.const 120) (i32.const 131072))"
          "(i32.store (i32.const 1040) (i32.const 65536))"
          "(i32.store (i32.const 1044) (i32.const 65537))"
          "(call $fd_write (i32.const 1) (i32.const 1040) (i32.const 1) (i32.const 512))");
  EXPECT_EQ(ran.error, ok);
  EXPECT_EQ(load<std::uint32_t>(ran.area.data()), limits::log_line_bytes_max);
  ASSERT_EQ(ran.lines.size(), 1U);
  EXPECT_EQ(ran.lines[0].size(), limits::log_line_bytes_max + std::string_view("info ").size());
}

TEST(Wasi, RefusesBadWrites) {
  EXPECT_EQ(
      run("(call $fd_write (i32.const 3) (i32.const 1040) (i32.const 1) (i32.const 512))").error,
      bad_descriptor);
  EXPECT_EQ(
      run("(call $fd_write (i32.const 0) (i32.const 1040) (i32.const 1) (i32.const 512))").error,
      bad_descriptor);
  EXPECT_EQ(
      run("(call $fd_write (i32.const 1) (i32.const 65529) (i32.const 1) (i32.const 512))").error,
      bad_address);
  EXPECT_EQ(
      run("(call $fd_write (i32.const 1) (i32.const 1040) (i32.const 1025) (i32.const 512))").error,
      invalid);
  EXPECT_EQ(run("(i32.store (i32.const 1044) (i32.const -1))"
                "(call $fd_write (i32.const 1) (i32.const 1040) (i32.const 1) (i32.const 512))")
                .error,
            bad_address);
}

TEST(Wasi, KnowsTheStandardDescriptors) {
  for (const std::uint32_t descriptor : {0U, 1U, 2U}) {
    const Ran ran =
        run(fmt::format("(call $fd_fdstat_get (i32.const {}) (i32.const 512))", descriptor));
    EXPECT_EQ(ran.error, ok);
    EXPECT_EQ(ran.area[0], 2);  // A character device.
  }
  EXPECT_EQ(run("(call $fd_fdstat_get (i32.const 3) (i32.const 512))").error, bad_descriptor);
  EXPECT_EQ(run("(call $fd_prestat_get (i32.const 3) (i32.const 512))").error, bad_descriptor);
  EXPECT_EQ(run("(call $fd_close (i32.const 3))").error, bad_descriptor);
  EXPECT_EQ(run("(call $fd_close (i32.const 1))").error, not_there);
  EXPECT_EQ(run("(call $path_open (i32.const 3) (i32.const 0) (i32.const 0) (i32.const 0)"
                " (i32.const 0) (i64.const 0) (i64.const 0) (i32.const 0) (i32.const 512))")
                .error,
            bad_descriptor);
  EXPECT_EQ(run("(call $proc_raise (i32.const 1))").error, not_there);
}

TEST(Wasi, NeverWaits) {
  // Three subscriptions: a clock of a century, output, a file.
  const Ran ran = run(R"(
    (i64.store (i32.const 2048) (i64.const 77)) (i64.store (i32.const 2072) (i64.const -1))
    (i64.store (i32.const 2096) (i64.const 78)) (i32.store8 (i32.const 2104) (i32.const 2))
    (i32.store (i32.const 2112) (i32.const 1))
    (i64.store (i32.const 2144) (i64.const 79)) (i32.store8 (i32.const 2152) (i32.const 1))
    (i32.store (i32.const 2160) (i32.const 5))
    (drop (call $poll_oneoff (i32.const 2048) (i32.const 3000) (i32.const 3) (i32.const 512)))
    (i64.store (i32.const 516) (i64.load (i32.const 3000)))
    (i32.store (i32.const 524) (i32.load (i32.const 3008)))
    (i32.store (i32.const 528) (i32.load (i32.const 3040)))
    (i32.store (i32.const 532) (i32.load (i32.const 3072)))
    (i32.const 0))");
  EXPECT_EQ(load<std::uint32_t>(ran.area.data()), 3U);
  EXPECT_EQ(load<std::uint64_t>(ran.area.data() + 4), 77U);
  EXPECT_EQ(load<std::uint32_t>(ran.area.data() + 12), 0U);         // Success, a clock.
  EXPECT_EQ(load<std::uint32_t>(ran.area.data() + 16), 0x2'0000U);  // Success, a write.
  EXPECT_EQ(load<std::uint32_t>(ran.area.data() + 20), 0x1'0008U);  // No such descriptor, a read.
  EXPECT_EQ(
      run("(call $poll_oneoff (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 512))").error,
      invalid);
  EXPECT_EQ(run("(call $sched_yield)").error, ok);
}

TEST(Wasi, ExitsTheLife) {
  const std::pair<std::uint32_t, std::string_view> cases[] = {
      {0, "normal"}, {1, R"(crashed("exit code 1"))"}, {255, R"(crashed("exit code 255"))"}};
  for (const auto& [code, exit] : cases) {
    Life life(
        guest(fmt::format("(block (result i32) (call $proc_exit (i32.const {}))"
                          " (i32.const 0))",
                          code)));
    life.begin();
    const Reply reply = life.handle();
    EXPECT_EQ(Life::text(reply), exit);
    EXPECT_TRUE(life.host.answers.empty());
  }
}

TEST(Wasi, WorksBeforeStartAndInReallocs) {
  Life life(compile(fmt::format(
      R"((module {} (memory (export "memory") 1)
         (func $tell (drop (call $clock_time_get (i32.const 0) (i64.const 1) (i32.const 512))))
         (start $tell) (func (export "_initialize") (call $tell))
         (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32)
           (call $tell) (i32.const 1024)) {}{}))",
      wasi_imports(), idle_start, idle_handle)));
  life.begin();
  EXPECT_EQ(Life::text(life.handle()), "none");
}

}  // namespace
}  // namespace troupe::wasmtime
