// The contract's `host` interface: each function lifts its arguments, asks HostCalls and lowers
// what came back. By theme, in the order of wit/actor.wit.

#include <array>

#include "base/utf8.hpp"
#include "engine/wasmtime/import_call.hpp"

namespace troupe::wasmtime {
namespace {

using abi::Import;
constexpr std::uint32_t go_on = ImportCall::go_on;
constexpr std::uint32_t stop = ImportCall::stop;

// --- Messages.

std::uint32_t send(ImportCall& call) {
  Address to;
  BytesView payload;
  if (!call.address(0, to) || !call.bytes(1, payload) || !call.result_area(3, 2, 1)) return stop;
  if (call.is_too_large(payload))
    return call.reply(Accepted<void>(call.host().refuse(Refusal::too_large)));
  return call.reply(call.host().send(to, payload, {}, {}));
}

std::uint32_t send_with(ImportCall& call) {
  Address to;
  BytesView payload;
  SendOptions options;
  SentAddresses addresses;
  if (!call.address(0, to) || !call.bytes(1, payload) || !call.options(3, options) ||
      !call.addresses(6, addresses) || !call.result_area(8, 2, 1))
    return stop;
  if (addresses.are_too_many())
    return call.reply(Accepted<void>(call.host().refuse(Refusal::over_quota)));
  if (call.is_too_large(payload))
    return call.reply(Accepted<void>(call.host().refuse(Refusal::too_large)));
  return call.reply(call.host().send(to, payload, options, addresses.view()));
}

using AcceptedNumber = Accepted<std::uint64_t>;

std::uint32_t request(ImportCall& call) {
  Address to;
  BytesView payload;
  if (!call.address(0, to) || !call.bytes(1, payload) || !call.result_area(4, 16, 8)) return stop;
  if (call.is_too_large(payload))
    return call.reply(AcceptedNumber(call.host().refuse(Refusal::too_large)));
  return call.reply(call.host().request(to, payload, call.u32(3), {}, {}));
}

std::uint32_t request_with(ImportCall& call) {
  Address to;
  BytesView payload;
  SendOptions options;
  SentAddresses addresses;
  if (!call.address(0, to) || !call.bytes(1, payload) || !call.options(4, options) ||
      !call.addresses(7, addresses) || !call.result_area(9, 16, 8))
    return stop;
  if (addresses.are_too_many())
    return call.reply(AcceptedNumber(call.host().refuse(Refusal::over_quota)));
  if (call.is_too_large(payload))
    return call.reply(AcceptedNumber(call.host().refuse(Refusal::too_large)));
  return call.reply(call.host().request(to, payload, call.u32(3), options, addresses.view()));
}

// --- Actors.

std::uint32_t watch(ImportCall& call) {
  Address target;
  if (!call.address(0, target) || !call.result_area(1, 16, 8)) return stop;
  return call.reply(call.host().watch(target));
}

std::uint32_t stop_child(ImportCall& call) {
  Address child;
  if (!call.address(0, child) || !call.result_area(2, 2, 1)) return stop;
  return call.reply(call.host().stop(child, call.u32(1)));
}

std::uint32_t clone(ImportCall& call) {
  Address address;
  return call.address(0, address) ? call.result_address(address) : stop;
}

std::uint32_t label(ImportCall& call) {
  Address address;
  if (!call.address(0, address) || !call.result_area(1, 8, 4)) return stop;
  const std::string label = call.host().label(address);
  return call.reply_bytes(as_bytes(utf8_prefix(label, limits::label_bytes_max)));
}

std::uint32_t drop_address(ImportCall& call) {
  if (call.guest().handles().drop_address(call.u32(0))) return go_on;
  call.violate(fmt::format("unknown handle {}", call.u32(0)));
  return stop;
}

std::uint32_t find(ImportCall& call) {
  std::string_view name;
  if (!call.text(0, name) || !call.result_area(2, 8, 4)) return stop;
  if (!call.guest().has_room_for_handle())
    return call.reply(Accepted<Address>(call.host().refuse(Refusal::over_quota)));
  return call.reply(call.host().find(name));
}

std::uint32_t spawn(ImportCall& call) {
  std::string_view child_template;
  std::uint32_t has_name = 0;
  std::string_view name;
  BytesView config;
  if (!call.text(0, child_template) || !call.discriminant(2, 2, has_name) ||
      (has_name != 0 && !call.text(3, name)) || !call.bytes(5, config) ||
      !call.result_area(7, 8, 4))
    return stop;
  if (config.size() > limits::config_bytes_max)
    return call.reply(Accepted<Address>(call.host().refuse(Refusal::too_large)));
  // Before the child exists: nobody could take its address back.
  if (!call.guest().has_room_for_handle())
    return call.reply(Accepted<Address>(call.host().refuse(Refusal::over_quota)));
  return call.reply(call.host().spawn(child_template,
                                      has_name != 0 ? std::optional(name) : std::nullopt, config));
}

std::uint32_t children(ImportCall& call) {
  if (!call.result_area(0, 8, 4)) return stop;
  return call.reply_addresses(call.host().children());
}

std::uint32_t exit(ImportCall& call) {
  std::uint32_t is_error = 0;
  std::string_view error;
  if (!call.discriminant(0, 2, is_error) || (is_error != 0 && !call.text(1, error))) return stop;
  if (is_error == 0) {
    call.host().exit(std::nullopt);
  } else {
    call.host().exit(utf8_prefix(error, limits::error_text_bytes_max));
  }
  return go_on;
}

// --- Answers.

std::uint32_t answer(ImportCall& call) {
  BytesView payload;
  SentAddresses addresses;
  Responder responder;
  if (!call.bytes(1, payload) || !call.addresses(3, addresses) || !call.responder(0, responder))
    return stop;
  if (addresses.are_too_many()) return call.must(call.host().refuse(Refusal::over_quota));
  if (call.is_too_large(payload)) return call.must(call.host().refuse(Refusal::too_large));
  return call.must(call.host().answer(responder, payload, addresses.view()));
}

std::uint32_t fail_request(ImportCall& call) {
  std::string_view reason;
  Responder responder;
  if (!call.text(1, reason) || !call.responder(0, responder)) return stop;
  return call.must(call.host().fail(responder, utf8_prefix(reason, limits::error_text_bytes_max)));
}

std::uint32_t drop_responder(ImportCall& call) {
  Responder responder;
  if (!call.responder(0, responder)) return stop;
  return call.must(call.host().drop(responder));
}

std::uint32_t responder_for_later(ImportCall& call) {
  if (!call.result_area(0, 8, 4)) return stop;
  // Before the duty is taken over: it would be lost.
  if (!call.guest().has_room_for_handle() && call.host().answer_owed()) {
    call.guest().die(Exit::exceeded("addresses"));
    return stop;
  }
  return call.reply_handle(call.host().responder_for_later());
}

// --- The message in hand.

std::uint32_t self(ImportCall& call) { return call.result_address(call.host().self()); }

std::uint32_t sender(ImportCall& call) {
  return call.result_area(0, 8, 4) ? call.reply_handle(call.host().sender()) : stop;
}

std::uint32_t received(ImportCall& call) {
  if (!call.result_area(0, 8, 4)) return stop;
  return call.reply_addresses(call.host().received());
}

std::uint32_t message_id(ImportCall& call) { return call.result_u64(call.host().message_id()); }

std::uint32_t answer_owed(ImportCall& call) {
  return call.result_u32(call.host().answer_owed() ? 1 : 0);
}

std::uint32_t time_left_ms(ImportCall& call) {
  if (!call.result_area(0, 8, 4)) return stop;
  const auto left = call.host().time_left_ms();
  call.put<std::uint8_t>(0, left ? 1 : 0);
  if (left) call.put<std::uint32_t>(4, *left);
  return go_on;
}

// --- Topics and timers.

std::uint32_t publish(ImportCall& call) {
  std::string_view topic;
  BytesView payload;
  if (!call.text(0, topic) || !call.bytes(2, payload) || !call.result_area(4, 2, 1)) return stop;
  if (call.is_too_large(payload))
    return call.reply(Accepted<void>(call.host().refuse(Refusal::too_large)));
  return call.reply(call.host().publish(topic, payload));
}

std::uint32_t subscribe(ImportCall& call) {
  std::string_view filter;
  if (!call.text(0, filter) || !call.result_area(2, 16, 8)) return stop;
  return call.reply(call.host().subscribe(filter));
}

std::uint32_t unsubscribe(ImportCall& call) {
  return call.must(call.host().unsubscribe(call.u64(0)));
}

std::uint32_t start_timer(ImportCall& call) {
  std::uint32_t has_period = 0;
  if (!call.discriminant(1, 2, has_period) || !call.result_area(3, 16, 8)) return stop;
  return call.reply(call.host().start_timer(
      call.u64(0), has_period != 0 ? std::optional(call.u64(2)) : std::nullopt));
}

std::uint32_t cancel_timer(ImportCall& call) {
  return call.must(call.host().cancel_timer(call.u64(0)));
}
std::uint32_t cancel_request(ImportCall& call) {
  return call.must(call.host().cancel_request(call.u64(0)));
}
std::uint32_t unwatch(ImportCall& call) { return call.must(call.host().unwatch(call.u64(0))); }

// --- Clocks, random numbers, the log.

std::uint32_t monotonic_now(ImportCall& call) {
  return call.result_u64(call.host().monotonic_now());
}
std::uint32_t wall_clock_now(ImportCall& call) {
  return call.result_u64(call.host().wall_clock_now());
}

std::uint32_t random(ImportCall& call) {
  const std::uint32_t length = call.u32(0);
  if (!call.result_area(1, 8, 4)) return stop;
  if (length > limits::random_bytes_max) {
    call.violate(
        fmt::format("{} bytes asked for; at most {} at a time", length, limits::random_bytes_max));
    return stop;
  }
  const auto at = call.guest().allocate(length, 1);
  if (!at) return stop;
  call.host().random({call.guest().memory().area(*at, length, 1), length});
  call.put<std::uint32_t>(0, *at);
  call.put<std::uint32_t>(4, length);
  return go_on;
}

std::uint32_t log(ImportCall& call) {
  std::uint32_t level = 0;
  std::string_view text;
  if (!call.discriminant(0, 5, level) || !call.text(1, text)) return stop;
  call.host().log(static_cast<LogLevel>(level), utf8_prefix(text, limits::log_line_bytes_max));
  return go_on;
}

}  // namespace

shim_host_function host_function(Import import) {
  static constexpr std::array<shim_host_function, abi::import_count> functions = {
      contract_import<Import::send, send>,
      contract_import<Import::send_with, send_with>,
      contract_import<Import::request, request>,
      contract_import<Import::request_with, request_with>,
      contract_import<Import::watch, watch>,
      contract_import<Import::stop, stop_child>,
      contract_import<Import::clone, clone>,
      contract_import<Import::label, label>,
      contract_import<Import::answer, answer>,
      contract_import<Import::fail, fail_request>,
      contract_import<Import::self, self>,
      contract_import<Import::sender, sender>,
      contract_import<Import::received, received>,
      contract_import<Import::message_id, message_id>,
      contract_import<Import::answer_owed, answer_owed>,
      contract_import<Import::time_left_ms, time_left_ms>,
      contract_import<Import::responder_for_later, responder_for_later>,
      contract_import<Import::find, find>,
      contract_import<Import::spawn, spawn>,
      contract_import<Import::children, children>,
      contract_import<Import::exit, exit>,
      contract_import<Import::publish, publish>,
      contract_import<Import::subscribe, subscribe>,
      contract_import<Import::unsubscribe, unsubscribe>,
      contract_import<Import::start_timer, start_timer>,
      contract_import<Import::cancel_timer, cancel_timer>,
      contract_import<Import::cancel_request, cancel_request>,
      contract_import<Import::unwatch, unwatch>,
      contract_import<Import::monotonic_now, monotonic_now>,
      contract_import<Import::wall_clock_now, wall_clock_now>,
      contract_import<Import::random, random>,
      contract_import<Import::log, log>,
      contract_import<Import::drop_address, drop_address>,
      contract_import<Import::drop_responder, drop_responder>,
  };
  return functions[static_cast<std::size_t>(import)];
}

}  // namespace troupe::wasmtime
