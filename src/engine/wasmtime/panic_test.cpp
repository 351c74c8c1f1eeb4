// What becomes of a panic in the shim. A number that no export has makes one: the shim's table of
// functions ends before it.

#include "engine/wasmtime/code.hpp"
#include "engine/wasmtime/engine_core.hpp"
#include "engine/wasmtime/test_guest.hpp"

namespace troupe::wasmtime {
namespace {

constexpr std::uint8_t no_export = 200;
constexpr std::string_view panic_text =
    "the engine panicked: index out of bounds: the len is 24 but the index is 200";

std::shared_ptr<const EngineCore> make_core() {
  auto core = EngineCore::make({.reserve_bytes = limits::GiB});
  CHECK(core.has_value(), core.error().message);
  return *std::move(core);
}

// --- The shim alone: guests without memory, whose only export, number 0, answers with a number.

ModuleHandle make_module(const EngineCore& core, std::string_view text,
                         std::span<const shim_host_function> functions = {}) {
  const shim_view exports[] = {to_view("run")};
  const Bytes wasm = wat(text);
  shim_text error = {};
  ModuleHandle module(shim_module_new(core.engine(EngineClass::standard), to_view(wasm),
                                      functions.data(), functions.size(), exports,
                                      std::size(exports), &error));
  CHECK(module != nullptr, take(error));
  return module;
}

void boot(GuestHandle& guest, const ModuleHandle& module) {
  shim_text error = {};
  ASSERT_TRUE(guest.make(module.get(), &guest,
                         {.memory_bytes = 0, .table_elements = 0, .overrun = end_at_deadline},
                         &error))
      << take(error);
  shim_guest_set_budget(guest.get(), {.ticks = 1'000, .fuel = 0});
  Report report;
  ASSERT_EQ(shim_guest_boot(guest.get(), &report), shim_returned);
}

// "returned 7", "panicked: text", or the status.
std::string call(GuestHandle& guest, std::uint32_t export_number) {
  Report report;
  shim_value value = {.i32 = 0};
  const std::uint32_t status = shim_guest_call(guest.get(), export_number, &value, 1, &report);
  if (status == shim_returned) return fmt::format("returned {}", value.i32);
  if (status != shim_panicked) return fmt::format("status {}", status);
  EXPECT_EQ(report.frame_count, 0U);
  return "panicked: " + take(std::exchange(report.message, {}));
}

TEST(Panic, IsCaughtByTheShimAndPoisonsItsGuestOnly) {
  const auto core = make_core();
  const ModuleHandle module =
      make_module(*core, R"((module (func (export "run") (result i32) (i32.const 7))))");
  GuestHandle neighbour;
  boot(neighbour, module);
  {
    GuestHandle guest;
    boot(guest, module);
    EXPECT_EQ(call(guest, 0), "returned 7");
    EXPECT_EQ(call(guest, no_export), fmt::format("panicked: {}", panic_text));
    EXPECT_EQ(call(guest, 0), "panicked: the engine panicked before");
    EXPECT_EQ(call(neighbour, 0), "returned 7");
  }
  EXPECT_EQ(call(neighbour, 0), "returned 7");
}

// Calls back into its guest where there is nothing, and ends it as every import does that fails.
std::uint32_t call_back(void* context, shim_caller* caller, shim_value* /*values*/) noexcept {
  Report report;
  shim_value value = {.i32 = 0};
  EXPECT_EQ(shim_caller_call(static_cast<GuestHandle*>(context)->get(), caller, no_export, &value,
                             1, &report),
            shim_panicked);
  EXPECT_EQ(take(std::exchange(report.message, {})), panic_text);
  return 1;
}

TEST(Panic, InsideAHostFunctionPoisonsItsGuestWhenThatHasEnded) {
  const auto core = make_core();
  const shim_host_function functions[] = {call_back};
  const ModuleHandle module =
      make_module(*core,
                  R"((module (import "host" "f" (func $f)) (func (export "run") (result i32)
           (call $f) (i32.const 7))))",
                  functions);
  GuestHandle guest;
  boot(guest, module);
  EXPECT_EQ(call(guest, 0), fmt::format("status {}", std::uint32_t{shim_stopped}));
  EXPECT_EQ(call(guest, 0), "panicked: the engine panicked before");
}

// --- The engine's own view of a guest.

TEST(Panic, EndsTheLifeAsACrashOfTheEngineAndNoOther) {
  const auto core = make_core();
  const auto code =
      WasmtimeCode::compile(core, wat(with_handler("(i32.const 16)")), EngineClass::standard);
  ASSERT_TRUE(code.has_value()) << code.error().message;
  FakeHost host;
  const auto neighbour = (*code)->instantiate({});
  ASSERT_EQ(neighbour->boot(host).kind, Reply::Kind::none);
  {
    Guest guest(static_cast<const WasmtimeCode&>(**code).module(), {});
    guest.begin(host, abi::Phase::boot);
    ASSERT_TRUE(guest.boot());
    EXPECT_EQ(core->arena_stats().slices, 2U);
    EXPECT_FALSE(guest.call(static_cast<abi::Export>(no_export), {}));
    guest.end();
    EXPECT_TRUE(guest.is_dead());
    const std::unique_ptr<Death> death = guest.take_death();
    ASSERT_NE(death, nullptr);
    EXPECT_EQ(to_string(death->exit), R"(crashed("engine"))");
    EXPECT_EQ(death->detail, panic_text);
    EXPECT_EQ(death->trap, std::nullopt);
    EXPECT_TRUE(death->backtrace.empty());
  }
  EXPECT_EQ(core->arena_stats().slices, 1U);
  EXPECT_EQ(neighbour->start(host, {}).kind, Reply::Kind::none);
  EXPECT_EQ(neighbour->handle(host, {}).kind, Reply::Kind::none);
}

}  // namespace
}  // namespace troupe::wasmtime
