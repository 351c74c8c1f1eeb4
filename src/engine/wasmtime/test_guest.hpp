#pragma once
// Guests in WebAssembly text, and a host that writes down what they ask for.

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "base/check.hpp"
#include "base/format.hpp"
#include "engine/abi.hpp"
#include "engine/wasmtime/shim.hpp"
#include "engine/wasmtime/wasmtime_engine.hpp"

namespace troupe::wasmtime {

[[nodiscard]] inline Bytes wat(std::string_view text) {
  shim_text error = {};
  const shim_text wasm = shim_wat_to_wasm(to_view(text), &error);
  CHECK(wasm.data != nullptr, take(error));
  return to_bytes(take(wasm));
}

// Accepts everything, or refuses everything with `refusal`.
class FakeHost final : public HostCalls {
 public:
  std::vector<std::string> calls;  // "send 7 'hello'"
  std::vector<std::string> lines;  // "info hello"
  std::vector<Bytes> answers;
  std::optional<Refusal> refusal;
  Address self_address{.slot = 1, .generation = 1};
  std::optional<Address> from;
  std::vector<Address> given;
  std::optional<Responder> owed;

  std::function<Overrun()> on_overrun;

  Overrun overran() override { return on_overrun ? on_overrun() : Overrun::go_on; }
  void returned(BytesView answer) override { answers.emplace_back(answer.begin(), answer.end()); }

  Accepted<void> send(Address to, BytesView payload, const SendOptions& options,
                      std::span<const Address> addresses) override {
    return note(
        fmt::format("send {} '{}'{}{}", to.slot, as_text(payload), text(options), text(addresses)));
  }
  Accepted<std::uint64_t> request(Address to, BytesView payload, std::uint32_t timeout_ms,
                                  const SendOptions& options,
                                  std::span<const Address> addresses) override {
    return number(fmt::format("request {} '{}' {}ms{}{}", to.slot, as_text(payload), timeout_ms,
                              text(options), text(addresses)));
  }
  Accepted<std::uint64_t> watch(Address target) override {
    return number(fmt::format("watch {}", target.slot));
  }
  Accepted<void> stop(Address child, std::uint32_t budget_ms) override {
    return note(fmt::format("stop {} {}ms", child.slot, budget_ms));
  }
  std::string label(Address actor) override { return fmt::format("actor-{}", actor.slot); }
  Accepted<void> answer(Responder responder, BytesView payload,
                        std::span<const Address> addresses) override {
    return note(
        fmt::format("answer {} '{}'{}", responder.request, as_text(payload), text(addresses)));
  }
  Accepted<void> fail(Responder responder, std::string_view reason) override {
    return note(fmt::format("fail {} '{}'", responder.request, reason));
  }
  Accepted<void> drop(Responder responder) override {
    return note(fmt::format("drop {}", responder.request));
  }
  Address self() override { return self_address; }
  std::optional<Address> sender() override { return from; }
  std::span<const Address> received() override {
    taken_ = std::exchange(given, {});
    return taken_;
  }
  std::uint64_t message_id() override { return 4711; }
  bool answer_owed() override { return owed.has_value(); }
  std::optional<std::uint32_t> time_left_ms() override {
    return owed ? std::optional(250U) : std::nullopt;
  }
  std::optional<Responder> responder_for_later() override { return std::exchange(owed, {}); }
  Accepted<Address> find(std::string_view name) override {
    if (refusal) return refused(*refusal);
    calls.push_back(fmt::format("find {}", name));
    return Address{.slot = 70, .generation = 1};
  }
  Accepted<Address> spawn(std::string_view child_template, std::optional<std::string_view> name,
                          BytesView config) override {
    if (refusal) return refused(*refusal);
    calls.push_back(
        fmt::format("spawn {} {} '{}'", child_template, name.value_or("-"), as_text(config)));
    return Address{.slot = 71, .generation = 1};
  }
  std::vector<Address> children() override {
    return {{.slot = 80, .generation = 1}, {.slot = 81, .generation = 1}};
  }
  void exit(std::optional<std::string_view> error) override {
    calls.push_back(fmt::format("exit {}", error.value_or("-")));
  }
  Accepted<void> publish(std::string_view topic, BytesView payload) override {
    return note(fmt::format("publish {} '{}'", topic, as_text(payload)));
  }
  Accepted<std::uint64_t> subscribe(std::string_view filter) override {
    return number(fmt::format("subscribe {}", filter));
  }
  Accepted<void> unsubscribe(std::uint64_t subscription) override {
    return note(fmt::format("unsubscribe {}", subscription));
  }
  Accepted<std::uint64_t> start_timer(std::uint64_t delay_ms,
                                      std::optional<std::uint64_t> period_ms) override {
    return number(fmt::format("timer {} {}", delay_ms, period_ms.value_or(0)));
  }
  Accepted<void> cancel_timer(std::uint64_t timer) override {
    return note(fmt::format("cancel-timer {}", timer));
  }
  Accepted<void> cancel_request(std::uint64_t request) override {
    return note(fmt::format("cancel-request {}", request));
  }
  Accepted<void> unwatch(std::uint64_t watch) override {
    return note(fmt::format("unwatch {}", watch));
  }
  std::uint64_t monotonic_now() override { return 5'000'000; }
  std::uint64_t wall_clock_now() override { return 1'700'000'000'000; }
  void random(std::span<std::uint8_t> out) override {
    for (std::uint8_t& byte : out) byte = 0xAB;
  }
  void log(LogLevel level, std::string_view text) override {
    lines.push_back(fmt::format("{} {}", to_string(level), text));
  }

 private:
  Accepted<void> note(std::string call) {
    if (refusal) return refused(*refusal);
    calls.push_back(std::move(call));
    return {};
  }
  Accepted<std::uint64_t> number(std::string call) {
    if (const auto noted = note(std::move(call)); !noted) return refused(noted.error());
    return ++last_number_;
  }
  static std::string text(const SendOptions& options) {
    std::string text;
    if (options.priority != Priority::normal)
      text += fmt::format(" priority {}", std::to_underlying(options.priority));
    if (options.ttl_ms) text += fmt::format(" ttl {}", *options.ttl_ms);
    return text;
  }
  static std::string text(std::span<const Address> addresses) {
    std::string text;
    for (const Address address : addresses) text += fmt::format(" +{}", address.slot);
    return text;
  }

  std::uint64_t last_number_ = 99;
  std::vector<Address> taken_;
};

// What most guests have: memory, room from a pointer that only moves up, a start that is content.
// At 16 lies a result<_, string> or result<option<list<u8>>, string> of zeros: ok, none.
inline constexpr std::string_view prelude = R"(
  (memory (export "memory") 1 4)
  (global $top (mut i32) (i32.const 4096))
  (func $realloc (export "cabi_realloc") (param i32 i32 i32 i32) (result i32) (local i32)
    (local.set 4 (i32.and (i32.add (global.get $top) (i32.sub (local.get 2) (i32.const 1)))
                          (i32.sub (i32.const 0) (local.get 2))))
    (global.set $top (i32.add (local.get 4) (local.get 3)))
    (local.get 4))
)";
inline constexpr std::string_view idle_start = R"(
  (func (export "troupe:actor/guest@0.1.0#start") (param i32 i32) (result i32) (i32.const 16))
)";
inline constexpr std::string_view idle_handle = R"(
  (func (export "troupe:actor/guest@0.1.0#handle") (param i32 i32) (result i32) (i32.const 16))
)";

// Imports of the whole contract: $send, $self, $drop-address, and so on, after the part of their
// names that says what they do.
[[nodiscard]] inline std::string all_imports() {
  std::string text;
  for (const abi::ImportRow& row : abi::imports()) {
    std::string id(row.name);
    for (const std::string_view prefix : {"[method]address.", "[static]responder."})
      if (id.starts_with(prefix)) id.erase(0, prefix.size());
    if (id.starts_with("[resource-drop]")) id.replace(0, 15, "drop-");
    text += fmt::format("(import \"{}\" \"{}\" (func ${}", abi::host_module, row.name, id);
    for (const char letter : row.signature.params)
      text += letter == 'i' ? " (param i32)" : " (param i64)";
    for (const char letter : row.signature.results)
      text += letter == 'i' ? " (result i32)" : " (result i64)";
    text += "))";
  }
  return text;
}

// An engine for a whole test program: its classes and reservations are made once.
inline Engine& engine() {
  static const std::unique_ptr<Engine> made = [] {
    auto engine = make_wasmtime_engine({.arena = {.reserve_bytes = 1 * limits::GiB}});
    CHECK(engine.has_value(), engine.error().message);
    return *std::move(engine);
  }();
  return *made;
}

[[nodiscard]] inline std::shared_ptr<const Code> compile(
    std::string_view text, EngineClass engine_class = EngineClass::standard) {
  auto code = engine().compile(wat(text), engine_class);
  CHECK(code.has_value(), code.error().message);
  return *code;
}
// A module whose handler is `body`, with `more` beside it.
[[nodiscard]] inline std::string with_handler(std::string_view body, std::string_view more = {},
                                              std::string_view imports = {}) {
  return fmt::format(
      "(module {}{}{}{} (func (export \"troupe:actor/guest@0.1.0#handle\") (param i32 i32) "
      "(result i32) {}))",
      imports, prelude, idle_start, more, body);
}

inline constexpr Duration a_second = std::chrono::seconds(1);

// One life, with the ticker running.
class Life {
 public:
  explicit Life(std::shared_ptr<const Code> code, const InstanceLimits& limits = {})
      : hold_(engine()), code_(std::move(code)), instance_(code_->instantiate(limits)) {}

  Reply boot() { return instance_->boot(host); }
  Reply start(std::string_view config = {}) { return instance_->start(host, as_bytes(config)); }
  Reply handle(std::string_view payload = {}) { return instance_->handle(host, as_bytes(payload)); }
  // boot and start, which must work.
  Life& begin() {
    const Reply booted = boot();
    EXPECT_EQ(booted.kind, Reply::Kind::none) << text(booted);
    const Reply started = start();
    EXPECT_EQ(started.kind, Reply::Kind::none) << text(started);
    return *this;
  }
  Instance& operator*() { return *instance_; }
  Instance* operator->() { return instance_.get(); }
  [[nodiscard]] const Code& code() const { return *code_; }

  // "none", "answered", "failed: text", or the exit.
  static std::string text(const Reply& reply) {
    switch (reply.kind) {
      case Reply::Kind::none:
        return "none";
      case Reply::Kind::answered:
        return "answered";
      case Reply::Kind::failed:
        return "failed: " + *reply.error;
      case Reply::Kind::ended:
        return to_string(reply.death->exit);
    }
    return "?";
  }

  FakeHost host;

 private:
  TickerHold hold_;
  std::shared_ptr<const Code> code_;
  std::unique_ptr<Instance> instance_;
};

}  // namespace troupe::wasmtime
