#include "bench/rows/guest_rows.hpp"

#include <array>
#include <cstring>

#include "base/check.hpp"
#include "bench/rows/guests.hpp"
#include "engine/wasmtime/wasmtime_engine.hpp"

namespace troupe::bench {
namespace {

// Enough for 100,000 guests, and few enough for tools that watch every address (valgrind).
constexpr std::uint64_t arena_reserve_bytes = 8 * limits::GiB;

// (module (func (export "f") (param i32) (result i32) (local.get 0)))
constexpr std::array<std::uint8_t, 35> no_op_module = {
    0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00,  // Header.
    0x01, 0x06, 0x01, 0x60, 0x01, 0x7f, 0x01, 0x7f,  // Type (i32) -> (i32).
    0x03, 0x02, 0x01, 0x00,                          // Function 0 has it.
    0x07, 0x05, 0x01, 0x01, 0x66, 0x00, 0x00,        // Exported as f.
    0x0a, 0x06, 0x01, 0x04, 0x00, 0x20, 0x00, 0x0b,  // local.get 0
};

void store_number(Bytes& payload, std::uint64_t number) {
  if (payload.size() >= sizeof number) std::memcpy(payload.data(), &number, sizeof number);
}

}  // namespace

BareModule bare_module_of(std::string_view name, bare_settings settings) {
  const BytesView wasm = guest(name);
  return BareModule(bare_module_new(settings, wasm.data(), wasm.size()));
}

GuestEngine::GuestEngine(ArenaSet::Populate populate) {
  auto engine =
      make_wasmtime_engine({.arena = {.reserve_bytes = arena_reserve_bytes, .populate = populate}});
  CHECK(engine.has_value(), engine.error().message);
  engine_ = *std::move(engine);
  hold_.hold(*engine_);
}

std::shared_ptr<const Code> GuestEngine::compile(std::string_view name) {
  auto code = engine_->compile(guest(name), EngineClass::standard);
  CHECK(code.has_value(), code.error().message);
  return *code;
}

GuestLife::GuestLife(const Code& code) : instance_(code.instantiate({})) {
  CHECK(instance_->boot(host_).kind == Reply::Kind::none, "the guest boots");
  CHECK(instance_->start(host_, {}).kind == Reply::Kind::none, "the guest starts");
}

Work GuestLife::echo(Bytes& payload, std::uint64_t messages) {
  const CountingHost& host = host_;
  const std::uint64_t answers = host.answers;
  const std::uint64_t bytes = host.bytes;
  for (std::uint64_t message = 1; message <= messages; ++message) {
    store_number(payload, message);
    const Reply reply = instance_->handle(host_, payload);
    if (reply.kind != Reply::Kind::answered) break;
    if (payload.size() >= sizeof message && host.last() != message) break;
  }
  if (!proves_itself()) return {};
  return {.count = host.answers - answers - 1, .sum = host.bytes - bytes - sizeof(std::uint64_t)};
}

bool GuestLife::proves_itself() {
  Bytes proof(sizeof(std::uint64_t));
  const std::uint64_t number = ~host_.last();
  store_number(proof, number);
  return instance_->handle(host_, proof).kind == Reply::Kind::answered && host_.last() == number;
}

namespace {

// A deadline that never comes: nobody ticks this engine.
constexpr shim_budget no_op_budget = {.ticks = 1ULL << 40, .fuel = 0};

shim_memory* no_memory(void*, std::uint64_t, std::uint64_t) { return nullptr; }
void take_no_memory(void*, shim_memory*) {}

}  // namespace

NoOpProbe::NoOpProbe() {
  const shim_engine_options options = {
      .epochs = true,
      .fuel = false,
      .canonical_nans = false,
      .stack_bytes = limits::stack_bytes,
      .backtrace_frames = limits::backtrace_frames_max,
      .memory = {.context = nullptr, .acquire = no_memory, .release = take_no_memory},
  };
  const shim_guest_limits limits = {
      .memory_bytes = 0, .table_elements = 0, .overrun = wasmtime::end_at_deadline};
  const shim_view exports[] = {wasmtime::to_view(std::string_view("f"))};
  shim_text error = {};
  engine_.reset(shim_engine_new(&options, &error));
  CHECK(engine_ != nullptr, wasmtime::take(error));
  module_.reset(shim_module_new(engine_.get(), wasmtime::to_view(no_op_module), nullptr, 0, exports,
                                1, &error));
  CHECK(module_ != nullptr, wasmtime::take(error));
  CHECK(guest_.make(module_.get(), nullptr, limits, &error), wasmtime::take(error));
  shim_guest_set_budget(guest_.get(), no_op_budget);
  wasmtime::Report report;
  CHECK(shim_guest_boot(guest_.get(), &report) == shim_returned);
}

RowInfo NoOpProbe::info(std::string id) {
  return {.id = std::move(id), .title = "an unchecked call of an empty guest function"};
}

Row NoOpProbe::row(std::string id) {
  return {.id = std::move(id),
          .run =
              [guest = guest_.get()](std::uint64_t calls) {
                Work work;
                wasmtime::Report report;
                for (; work.count < calls; ++work.count) {
                  shim_value values[] = {{.i32 = 3}};
                  if (shim_guest_call(guest, 0, values, 1, &report) != shim_returned) break;
                  work.sum += values[0].i32;
                }
                return work;
              },
          .sum_each = 3};
}

}  // namespace troupe::bench
