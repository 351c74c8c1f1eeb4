#include "host/guest_host.hpp"

#include <algorithm>

namespace troupe {
namespace {

// A guest's milliseconds as a span; what is too long to count is as long as can be counted.
Duration from_ms(std::uint64_t ms) {
  constexpr std::uint64_t most = std::uint64_t{INT64_MAX} / 4 / 1'000'000;
  return std::chrono::milliseconds(static_cast<std::int64_t>(std::min(ms, most)));
}

// A guest's clock is coarse, so that it is no tool for timing its neighbours.
constexpr std::int64_t clock_grain_ns = 1'000'000;

}  // namespace

Accepted<void> GuestHost::send(Address to, BytesView payload, const SendOptions& options,
                               std::span<const Address> addresses) {
  return turn_.send(to, payload, options, addresses);
}

Accepted<std::uint64_t> GuestHost::request(Address to, BytesView payload, std::uint32_t timeout_ms,
                                           const SendOptions& options,
                                           std::span<const Address> addresses) {
  if (!rights_.interfaces->answers) return turn_.refuse(Refusal::unsupported);
  return turn_.request(to, payload, from_ms(timeout_ms), options, addresses);
}

Accepted<std::uint64_t> GuestHost::watch(Address target) {
  if (!rights_.interfaces->exits) return turn_.refuse(Refusal::unsupported);
  return turn_.watch(target);
}

Accepted<void> GuestHost::stop(Address child, std::uint32_t budget_ms) {
  return turn_.stop(child, from_ms(budget_ms));
}

Accepted<void> GuestHost::answer(Responder responder, BytesView payload,
                                 std::span<const Address> addresses) {
  return turn_.answer(responder, payload, addresses);
}

Accepted<void> GuestHost::fail(Responder responder, std::string_view reason) {
  return turn_.fail(responder, reason);
}

std::optional<std::uint32_t> GuestHost::time_left_ms() {
  const auto left = turn_.time_left();
  if (!left) return std::nullopt;
  const auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(*left).count();
  return static_cast<std::uint32_t>(std::min<std::int64_t>(ms, UINT32_MAX));
}

Accepted<Address> GuestHost::find(std::string_view name) {
  if (!rights_.grants->may_find(name)) return turn_.refuse(Refusal::denied);
  return turn_.find(name);
}

Accepted<Address> GuestHost::spawn(std::string_view child_template,
                                   std::optional<std::string_view> name, BytesView config) {
  if (!rights_.grants->may_spawn(child_template)) return turn_.refuse(Refusal::denied);
  return turn_.spawn(child_template, name, config);
}

Accepted<void> GuestHost::publish(std::string_view topic, BytesView payload) {
  if (!rights_.grants->may_publish(topic)) return turn_.refuse(Refusal::denied);
  return turn_.publish(topic, payload);
}

Accepted<std::uint64_t> GuestHost::subscribe(std::string_view filter) {
  if (!rights_.interfaces->events) return turn_.refuse(Refusal::unsupported);
  if (!rights_.grants->may_subscribe(filter)) return turn_.refuse(Refusal::denied);
  return turn_.subscribe(filter);
}

Accepted<std::uint64_t> GuestHost::start_timer(std::uint64_t delay_ms,
                                               std::optional<std::uint64_t> period_ms) {
  if (!rights_.interfaces->timers) return turn_.refuse(Refusal::unsupported);
  return turn_.start_timer(from_ms(delay_ms),
                           period_ms ? std::optional(from_ms(*period_ms)) : std::nullopt);
}

std::uint64_t GuestHost::monotonic_now() {
  const std::int64_t now = turn_.monotonic_now().ns;
  return static_cast<std::uint64_t>(now - now % clock_grain_ns);
}

}  // namespace troupe
