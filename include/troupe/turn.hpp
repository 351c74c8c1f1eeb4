#pragma once
// What an actor may ask of the runtime while it handles a message: the functions of the contract
// (wit/actor.wit, interface host) for actors written in C++.

#include <concepts>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "troupe/address.hpp"
#include "troupe/bytes.hpp"
#include "troupe/outcome.hpp"
#include "troupe/state.hpp"
#include "troupe/time.hpp"

namespace troupe {

struct SendOptions {
  Priority priority = Priority::normal;
  // Unhandled after this long, the message becomes a dead letter. None: never. Milliseconds, 1 ..
  std::optional<std::uint32_t> ttl_ms = std::nullopt;
};

// The duty to answer one request, once. Who drops it unanswered leaves the asker with `dropped`.
struct Responder {
  Address asker;
  std::uint64_t request = 0;

  friend constexpr bool operator==(const Responder&, const Responder&) = default;
};

// Thread:  only the thread that runs the handler it was given to, only until the handler returns.
// Effects: everything that returns Accepted happens when the handler returns, in the order of the
//          calls; if the handler crashes it never happened. The rest works at once.
// Bounds:  limits::outbox_effects_max effects and limits::outbox_bytes_max bytes per handler, then
//          `over_quota` or `too_large`.
// Numbers: requests, timers, watches and subscriptions share one sequence per actor, below 2^53,
//          never reused over restarts.
class Turn {
 public:
  Turn() = default;
  Turn(const Turn&) = delete;
  Turn& operator=(const Turn&) = delete;

  // Queues a message; at most 16 addresses travel with it.
  virtual Accepted<void> send(Address to, BytesView payload, const SendOptions& options = {},
                              std::span<const Address> addresses = {}) = 0;
  // Asks; the answer arrives at Actor::answered under the number returned.
  virtual Accepted<std::uint64_t> request(Address to, BytesView payload, Duration timeout,
                                          const SendOptions& options = {},
                                          std::span<const Address> addresses = {}) = 0;
  // Tells Actor::exited once, when the present life of `target` ends.
  virtual Accepted<std::uint64_t> watch(Address target) = 0;
  // Asks a child of this actor to stop; `denied` for any other actor.
  virtual Accepted<void> stop(Address child, Duration budget) = 0;
  // Name or id, for people and logs.
  virtual std::string label(Address actor) = 0;

  // Both take over `responder`. Over-quota when the outbox is full; the duty then still stands.
  virtual Accepted<void> answer(Responder responder, BytesView payload,
                                std::span<const Address> addresses = {}) = 0;
  virtual Accepted<void> fail(Responder responder, std::string_view reason) = 0;
  // Lets go of the duty: the asker learns `dropped`.
  virtual Accepted<void> drop(Responder responder) = 0;

  virtual Address self() = 0;
  // None for a message from outside.
  virtual std::optional<Address> sender() = 0;
  // The addresses that came with the message, as long as its handler runs; taken once.
  virtual std::span<const Address> received() = 0;
  virtual std::uint64_t message_id() = 0;
  virtual bool answer_owed() = 0;
  virtual std::optional<Duration> time_left() = 0;
  // Takes over the answer, to give it later; what the handler returns is then not an answer.
  virtual std::optional<Responder> responder_for_later() = 0;

  // `actor` of the own app, or `app/actor`.
  virtual Accepted<Address> find(std::string_view name) = 0;

  // Starts a child from a template of the manifest. Its address is good at once.
  virtual Accepted<Address> spawn(std::string_view child_template,
                                  std::optional<std::string_view> name, BytesView config) = 0;
  virtual std::vector<Address> children() = 0;
  // Ends this actor after the handler returns: none is a normal exit, text a crash.
  virtual void exit(std::optional<std::string_view> error) = 0;

  virtual Accepted<void> publish(std::string_view topic, BytesView payload) = 0;
  virtual Accepted<std::uint64_t> subscribe(std::string_view filter) = 0;
  virtual Accepted<std::uint64_t> start_timer(Duration delay, std::optional<Duration> period) = 0;

  // Over-quota when the outbox is full.
  virtual Accepted<void> unsubscribe(std::uint64_t subscription) = 0;
  virtual Accepted<void> cancel_timer(std::uint64_t timer) = 0;
  virtual Accepted<void> cancel_request(std::uint64_t request) = 0;
  virtual Accepted<void> unwatch(std::uint64_t watch) = 0;

  // Constant while a message is handled.
  virtual Instant monotonic_now() = 0;
  // Milliseconds since 1970-01-01 UTC.
  virtual std::uint64_t wall_clock_ms() = 0;
  virtual void random(std::span<std::uint8_t> out) = 0;
  // Leaves at once, also from a handler that crashes afterwards.
  virtual void log(LogLevel level, std::string_view text) = 0;

  // This actor's state: the one it was spawned with (SpawnOptions::state), else T{}, made by the
  // first call. It is there until the actor is gone, over all its lives, and what is done to it is
  // done, also by a handler that crashes afterwards. Null: it is of another type, or there is none
  // and T can't be made of nothing.
  template <typename T>
  State<T>* state() {
    AnyState& kept = kept_state();
    if constexpr (std::default_initializable<T>) {
      if (kept.is_empty()) kept = make_state<T>();
    }
    return kept.as<T>();
  }

 protected:
  ~Turn() = default;

 private:
  virtual AnyState& kept_state() = 0;
};

}  // namespace troupe
