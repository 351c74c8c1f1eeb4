// The whole path: compile, boot, start, handle, and the values that go in and out.

#include "engine/wasmtime/test_guest.hpp"

namespace troupe::wasmtime {
namespace {

// Answers with what it got.
constexpr std::string_view echo = R"(
  (i32.store8 (i32.const 32) (i32.const 0))
  (i32.store8 (i32.const 36) (i32.const 1))
  (i32.store (i32.const 40) (local.get 0))
  (i32.store (i32.const 44) (local.get 1))
  (i32.const 32))";

TEST(Instance, AnswersWhatItGot) {
  Life life(compile(with_handler(echo)));
  life.begin();
  EXPECT_EQ(Life::text(life.handle("hello")), "answered");
  EXPECT_EQ(Life::text(life.handle("")), "answered");
  EXPECT_EQ(life.host.answers, (std::vector{to_bytes("hello"), Bytes{}}));
}

TEST(Instance, SendsToItself) {
  const auto code = compile(with_handler(
      R"((call $send (call $self) (local.get 0) (local.get 1) (i32.const 64))
         (i32.const 16))",
      "", R"((import "troupe:actor/host@0.1.0" "self" (func $self (result i32)))
             (import "troupe:actor/host@0.1.0" "[method]address.send"
               (func $send (param i32 i32 i32 i32))))"));
  Life life(code);
  life.begin();
  EXPECT_EQ(Life::text(life.handle("hello")), "none");
  EXPECT_EQ(life.host.calls, std::vector<std::string>{"send 1 'hello'"});
}

}  // namespace
}  // namespace troupe::wasmtime
