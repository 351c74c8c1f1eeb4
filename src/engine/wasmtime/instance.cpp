#include "engine/wasmtime/instance.hpp"

#include <array>
#include <utility>

#include "base/check.hpp"
#include "engine/wasmtime/calls.hpp"
#include "engine/wasmtime/code.hpp"
#include "engine/wasmtime/result_reader.hpp"

namespace troupe::wasmtime {
namespace {

using abi::Export;
using abi::Phase;

// A string or list argument, copied into the guest.
struct Passed {
  shim_value at;
  shim_value size;
};
std::optional<Passed> pass(Guest& guest, BytesView bytes) {
  const auto at = guest.copy_in(bytes);
  if (!at) return std::nullopt;
  return Passed{.at = {.i32 = *at}, .size = {.i32 = static_cast<std::uint32_t>(bytes.size())}};
}

constexpr shim_value zero = {.i32 = 0};
shim_value number(std::uint32_t value) { return {.i32 = value}; }
shim_value number(std::uint64_t value) { return {.i64 = value}; }

}  // namespace

WasmtimeInstance::WasmtimeInstance(std::shared_ptr<const WasmtimeCode> code,
                                   const InstanceLimits& limits)
    : code_(std::move(code)), guest_(code_->module(), limits) {}

WasmtimeInstance::~WasmtimeInstance() = default;

Reply WasmtimeInstance::boot(HostCalls& host) {
  const Running running(guest_, host, Phase::boot);
  return guest_.boot() ? Reply() : ended(guest_);
}

Reply WasmtimeInstance::start(HostCalls& host, BytesView config) {
  const Running running(guest_, host, Phase::handle);
  const auto passed = pass(guest_, config);
  if (!passed) return ended(guest_);
  shim_value values[] = {passed->at, passed->size};
  Reply reply = call_unit(guest_, Export::start, values);
  guest_.has_started();
  return reply;
}

Reply WasmtimeInstance::handle(HostCalls& host, BytesView payload) {
  const Running running(guest_, host, Phase::handle);
  const auto passed = pass(guest_, payload);
  if (!passed) [[unlikely]]
    return ended(guest_);
  shim_value values[] = {passed->at, passed->size};
  if (!guest_.call(Export::handle, values)) [[unlikely]]
    return ended(guest_);
  const std::uint32_t at = values[0].i32;
  guest_.note_result(at);

  // result<option<list<u8>>, string>
  ResultReader result(guest_, "handle", at);
  if (!result.is_sound({.bytes = 16, .alignment = 4})) return ended(guest_);
  const auto is_error = result.discriminant(0, 2);
  if (!is_error) return ended(guest_);
  Reply reply;
  if (*is_error == 0) [[likely]] {
    const auto is_some = result.discriminant(4, 2);
    if (!is_some) return ended(guest_);
    if (*is_some != 0) {
      const auto answer = result.bytes(8);
      if (!answer) return ended(guest_);
      if (answer->size() > guest_.limits().payload_bytes) {
        reply = failed(fmt::format("the answer has {} bytes; this actor's payloads may have {}",
                                   answer->size(), guest_.limits().payload_bytes));
      } else {
        reply.kind = Reply::Kind::answered;
        host.returned(*answer);
      }
    }
  } else {
    auto text = result.text(4);
    if (!text) return ended(guest_);
    reply = failed(std::move(*text));
  }
  if (!guest_.call_post(Export::handle, at)) [[unlikely]]
    return ended(guest_);
  return reply;
}

Reply WasmtimeInstance::answered(HostCalls& host, std::uint64_t request, const AnswerView& answer) {
  CHECK(code_->interfaces().answers);
  const Running running(guest_, host, Phase::handle);
  // The request, then result<list<u8>, failure>: its case, and the cases' values joined.
  shim_value values[] = {number(request), number(answer ? 0U : 1U), zero, zero, zero};
  if (answer) {
    const auto passed = pass(guest_, *answer);
    if (!passed) return ended(guest_);
    values[2] = passed->at;
    values[3] = passed->size;
    return call_unit(guest_, Export::answered, values);
  }
  const Failure& failure = answer.error();
  values[2] = number(std::uint32_t{std::to_underlying(failure.kind)});
  switch (failure.kind) {
    case Failure::Kind::refused:
      values[3] = number(std::uint32_t{std::to_underlying(failure.refusal)});
      break;
    case Failure::Kind::failed:
    case Failure::Kind::other: {
      const auto passed = pass(guest_, as_bytes(failure.text));
      if (!passed) return ended(guest_);
      values[3] = passed->at;
      values[4] = passed->size;
      break;
    }
    case Failure::Kind::timed_out:
    case Failure::Kind::receiver_exited:
    case Failure::Kind::dropped:
    case Failure::Kind::cancelled:
      break;
  }
  return call_unit(guest_, Export::answered, values);
}

Reply WasmtimeInstance::fired(HostCalls& host, std::uint64_t timer) {
  CHECK(code_->interfaces().timers);
  const Running running(guest_, host, Phase::handle);
  shim_value values[] = {number(timer)};
  return call_unit(guest_, Export::fired, values);
}

Reply WasmtimeInstance::event(HostCalls& host, std::uint64_t subscription, std::string_view topic,
                              BytesView payload) {
  CHECK(code_->interfaces().events);
  const Running running(guest_, host, Phase::handle);
  const auto topic_passed = pass(guest_, as_bytes(topic));
  if (!topic_passed) return ended(guest_);
  const auto payload_passed = pass(guest_, payload);
  if (!payload_passed) return ended(guest_);
  shim_value values[] = {number(subscription), topic_passed->at, topic_passed->size,
                         payload_passed->at, payload_passed->size};
  return call_unit(guest_, Export::event, values);
}

Reply WasmtimeInstance::exited(HostCalls& host, std::uint64_t watch, const Exit& exit) {
  CHECK(code_->interfaces().exits);
  const Running running(guest_, host, Phase::handle);
  shim_value values[] = {number(watch), number(std::uint32_t{std::to_underlying(exit.kind)}), zero,
                         zero};
  switch (exit.kind) {
    case Exit::Kind::crashed:
    case Exit::Kind::exceeded:
    case Exit::Kind::other: {
      const auto passed = pass(guest_, as_bytes(exit.text));
      if (!passed) return ended(guest_);
      values[2] = passed->at;
      values[3] = passed->size;
      break;
    }
    case Exit::Kind::normal:
    case Exit::Kind::killed:
    case Exit::Kind::lost:
      break;
  }
  return call_unit(guest_, Export::exited, values);
}

Reply WasmtimeInstance::stop(HostCalls& host, Duration budget) {
  CHECK(code_->interfaces().stopping);
  const Guest::OtherDeadline other(guest_, budget);
  const Running running(guest_, host, Phase::handle);
  const auto budget_ms = std::chrono::duration_cast<std::chrono::milliseconds>(budget).count();
  shim_value values[] = {
      number(static_cast<std::uint32_t>(std::clamp<std::int64_t>(budget_ms, 0, UINT32_MAX)))};
  return guest_.call(Export::stop, values) ? Reply() : ended(guest_);
}

HealthReply WasmtimeInstance::check(HostCalls& host, Duration deadline) {
  CHECK(code_->interfaces().health);
  const Guest::OtherDeadline other(guest_, deadline);
  const Running running(guest_, host, Phase::check);
  HealthReply reply;
  const auto dead = [&] {
    reply.death = guest_.take_death();
    return std::move(reply);
  };
  shim_value values[] = {zero};
  if (!guest_.call(Export::check, values)) return dead();
  const std::uint32_t at = values[0].i32;
  ResultReader result(guest_, "check", at);
  if (!result.is_sound({.bytes = 12, .alignment = 4})) return dead();
  // In the order of the contract, which does not let a guest say that it does not know.
  constexpr std::array statuses{HealthStatus::healthy, HealthStatus::degraded,
                                HealthStatus::unhealthy};
  const auto status = result.discriminant(0, statuses.size());
  if (!status) return dead();
  reply.says.status = statuses.at(*status);
  if (reply.says.status != HealthStatus::healthy) {
    auto reason = result.text(4);
    if (!reason) return dead();
    reply.says.reason = std::move(*reason);
  }
  if (!guest_.call_post(Export::check, at)) return dead();
  return reply;
}

}  // namespace troupe::wasmtime
