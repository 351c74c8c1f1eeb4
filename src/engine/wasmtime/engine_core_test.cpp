#include "engine/wasmtime/engine_core.hpp"

#include <map>

#include <gtest/gtest.h>

#include "base/limits.hpp"
#include "engine/wasmtime/test_guest.hpp"

namespace troupe::wasmtime {
namespace {

std::map<std::string, std::string> settings(const EngineCore& core, EngineClass engine_class) {
  std::map<std::string, std::string> settings;
  const std::string text = settings_of(core, engine_class);
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = text.find('\n', at);
    const std::string line = text.substr(at, end - at);
    const std::size_t equals = line.find(" = ");
    settings[line.substr(0, equals)] = line.substr(equals + 3);
    at = end + 1;
  }
  return settings;
}

// The table of README.md, read back from the engines.
TEST(EngineCore, IsConfiguredAsItSays) {
  const auto core = EngineCore::make({.reserve_bytes = limits::GiB});
  ASSERT_TRUE(core.has_value()) << core.error().message;
  std::map<std::string, std::string> expected = {
      {"epoch_interruption", "true"},
      {"consume_fuel", "false"},
      {"canonical_nans", "false"},
      {"opt_level", "speed"},
      {"max_wasm_stack", fmt::format("{}", limits::stack_bytes)},
      {"backtrace_frames", fmt::format("{}", limits::backtrace_frames_max)},
      {"native_unwind_info", "false"},
      {"signals_based_traps", "false"},
      {"memory_reservation", "0"},
      {"memory_reservation_for_growth", "0"},
      {"memory_guard_size", "0"},
      {"guard_before_linear_memory", "false"},
      {"memory_may_move", "false"},
      {"memory_init_cow", "false"},
      {"concurrency_support", "false"},
      {"shared_memory", "false"},
      {"enable_heap_access_spectre_mitigation", "false"},
      {"enable_table_access_spectre_mitigation", "false"},
      {"features",
       "mutable_global saturating_float_to_int sign_extension reference_types multi_value "
       "bulk_memory simd tail_call floats extended_const custom_page_sizes"},
  };
  EXPECT_EQ(settings(**core, EngineClass::standard), expected);
  expected["consume_fuel"] = "true";
  expected["canonical_nans"] = "true";
  EXPECT_EQ(settings(**core, EngineClass::deterministic), expected);
}

TEST(EngineCore, GivesEverySliceBack) {
  const auto engine = make_wasmtime_engine({.arena = {.reserve_bytes = limits::GiB}});
  ASSERT_TRUE(engine.has_value());
  const auto code = (*engine)->compile(wat(with_handler("unreachable")), EngineClass::standard);
  ASSERT_TRUE(code.has_value());
  const TickerHold hold(**engine);
  FakeHost host;
  // More lives than the class of slices has room for, one after the other.
  for (int life = 0; life < 20'000; ++life) {
    const auto instance = (*code)->instantiate({.memory_bytes = 32 * limits::MiB});
    ASSERT_EQ(instance->boot(host).kind, Reply::Kind::none);
  }
}

TEST(EngineCore, EndsTheLifeForWhichThereIsNoMemory) {
  const auto engine = make_wasmtime_engine({.arena = {.reserve_bytes = 64 * limits::MiB}});
  ASSERT_TRUE(engine.has_value());
  const auto code = (*engine)->compile(
      wat(fmt::format("(module (memory (export \"memory\") 1) (func (export \"cabi_realloc\") "
                      "(param i32 i32 i32 i32) (result i32) unreachable) {}{})",
                      idle_start, idle_handle)),
      EngineClass::standard);
  ASSERT_TRUE(code.has_value());
  const TickerHold hold(**engine);
  FakeHost host;
  std::vector<std::unique_ptr<Instance>> instances;
  Reply reply;
  for (int life = 0; life < 100 && reply.kind != Reply::Kind::ended; ++life) {
    instances.push_back((*code)->instantiate({.memory_bytes = 32 * limits::MiB}));
    reply = instances.back()->boot(host);
  }
  ASSERT_EQ(reply.kind, Reply::Kind::ended);
  EXPECT_EQ(to_string(reply.death->exit), R"(exceeded("memory"))");
  EXPECT_EQ(reply.death->detail, "no memory left for another instance");
}

TEST(EngineCore, MayGoBeforeItsCodeAndLives) {
  FakeHost host;
  std::unique_ptr<Instance> instance;
  {
    auto engine = make_wasmtime_engine({.arena = {.reserve_bytes = limits::GiB}});
    ASSERT_TRUE(engine.has_value());
    const auto code =
        (*engine)->compile(wat(with_handler("(i32.const 16)")), EngineClass::standard);
    ASSERT_TRUE(code.has_value());
    instance = (*code)->instantiate({});
  }
  EXPECT_EQ(instance->boot(host).kind, Reply::Kind::none);
  EXPECT_EQ(instance->start(host, {}).kind, Reply::Kind::none);
  EXPECT_EQ(instance->handle(host, {}).kind, Reply::Kind::none);
}

}  // namespace
}  // namespace troupe::wasmtime
