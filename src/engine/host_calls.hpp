#pragma once
// What the engine calls when a guest calls an import: the contract's `host` interface with every
// argument lifted. `host/` implements it over a Turn and the actor's grants.
//
// By the time a function here runs, the engine has checked the guest's phase (what is allowed
// during start, save, realloc), every range, discriminant and UTF-8 text, and has turned handles
// into addresses. Views point into the guest's memory and are good until the function returns.

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "troupe/turn.hpp"

namespace troupe {

// Thread: the one that runs the guest; never called after the guest's call has returned.
// Errors: a refusal reaches the guest as `err`. Where the contract's function has no refusal, a
//         refusal here ends the guest: exceeded("effects").
class HostCalls {
 public:
  // `turn`: for guests written in C++ (engine/native.hpp), which are handed the Turn itself.
  explicit HostCalls(Turn* turn = nullptr) : turn_(turn) {}
  HostCalls(const HostCalls&) = delete;
  HostCalls& operator=(const HostCalls&) = delete;

  // The value of a handler, given back before `cabi_post_` runs: the answer to the request in hand.
  virtual void returned(BytesView answer) = 0;
  // REQUIRES: it was given one. Not virtual: each message to an actor in C++ comes by here.
  [[nodiscard]] Turn& turn() const { return *turn_; }
  // The guest has run for longer than its share of a turn; asked again at each tick. What it takes
  // counts towards the guest's deadline, unless it has waited for others.
  enum class Overrun : std::uint8_t { go_on, waited, end };  // waited: goes on, after that.
  virtual Overrun overran() { return Overrun::go_on; }

  // What the engine refuses by itself; for who counts refusals.
  virtual std::unexpected<Refusal> refuse(Refusal why) { return refused(why); }

  virtual Accepted<void> send(Address to, BytesView payload, const SendOptions& options,
                              std::span<const Address> addresses) = 0;
  virtual Accepted<std::uint64_t> request(Address to, BytesView payload, std::uint32_t timeout_ms,
                                          const SendOptions& options,
                                          std::span<const Address> addresses) = 0;
  virtual Accepted<std::uint64_t> watch(Address target) = 0;
  virtual Accepted<void> stop(Address child, std::uint32_t budget_ms) = 0;
  virtual std::string label(Address actor) = 0;

  virtual Accepted<void> answer(Responder responder, BytesView payload,
                                std::span<const Address> addresses) = 0;
  virtual Accepted<void> fail(Responder responder, std::string_view reason) = 0;
  virtual Accepted<void> drop(Responder responder) = 0;

  virtual Address self() = 0;
  virtual std::optional<Address> sender() = 0;
  virtual std::span<const Address> received() = 0;
  virtual std::uint64_t message_id() = 0;
  virtual bool answer_owed() = 0;
  virtual std::optional<std::uint32_t> time_left_ms() = 0;
  virtual std::optional<Responder> responder_for_later() = 0;

  virtual Accepted<Address> find(std::string_view name) = 0;
  virtual Accepted<Address> spawn(std::string_view child_template,
                                  std::optional<std::string_view> name, BytesView config) = 0;
  virtual std::vector<Address> children() = 0;
  virtual void exit(std::optional<std::string_view> error) = 0;

  virtual Accepted<void> publish(std::string_view topic, BytesView payload) = 0;
  virtual Accepted<std::uint64_t> subscribe(std::string_view filter) = 0;
  virtual Accepted<void> unsubscribe(std::uint64_t subscription) = 0;
  virtual Accepted<std::uint64_t> start_timer(std::uint64_t delay_ms,
                                              std::optional<std::uint64_t> period_ms) = 0;
  virtual Accepted<void> cancel_timer(std::uint64_t timer) = 0;
  virtual Accepted<void> cancel_request(std::uint64_t request) = 0;
  virtual Accepted<void> unwatch(std::uint64_t watch) = 0;

  virtual std::uint64_t monotonic_now() = 0;   // Nanoseconds since the node started.
  virtual std::uint64_t wall_clock_now() = 0;  // Milliseconds since 1970-01-01 UTC.
  virtual void random(std::span<std::uint8_t> out) = 0;
  virtual void log(LogLevel level, std::string_view text) = 0;

 protected:
  ~HostCalls() = default;

 private:
  Turn* turn_;
};

}  // namespace troupe
