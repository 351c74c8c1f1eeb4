#pragma once
// The functions a guest may call: its actor's Turn, behind its grants.

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/engine.hpp"
#include "engine/host_calls.hpp"
#include "grant/grant.hpp"
#include "model/actor_turn.hpp"

namespace troupe {

// What a guest was given.
struct GuestRights {
  const GrantSet* grants = nullptr;
  const GuestInterfaces* interfaces = nullptr;  // Exported, and not switched off.
};

// Refusals of its own: `denied` for a name, topic or template that is not granted; `unsupported`
// for what would arrive at an interface that the guest does not have. All else is the Turn's.
//
// Thread: the one that runs the guest.
class GuestHost final : public HostCalls {
 public:
  // What to do with a guest that has run for longer than its share.
  // Thread: the one that runs the guest.
  class Overruns {
   public:
    Overruns() = default;
    Overruns(const Overruns&) = delete;
    Overruns& operator=(const Overruns&) = delete;
    virtual ~Overruns() = default;

    virtual Overrun overran() = 0;
  };

  GuestHost(ActorTurn& turn, GuestRights rights, Overruns& overruns)
      : HostCalls(&turn), turn_(turn), rights_(rights), overruns_(overruns) {}

  Overrun overran() override { return overruns_.overran(); }

  void returned(BytesView answer) override { turn_.give_answer(answer); }
  std::unexpected<Refusal> refuse(Refusal why) override { return turn_.refuse(why); }

  Accepted<void> send(Address to, BytesView payload, const SendOptions& options,
                      std::span<const Address> addresses) override;
  Accepted<std::uint64_t> request(Address to, BytesView payload, std::uint32_t timeout_ms,
                                  const SendOptions& options,
                                  std::span<const Address> addresses) override;
  Accepted<std::uint64_t> watch(Address target) override;
  Accepted<void> stop(Address child, std::uint32_t budget_ms) override;
  std::string label(Address actor) override { return turn_.label(actor); }
  Accepted<void> answer(Responder responder, BytesView payload,
                        std::span<const Address> addresses) override;
  Accepted<void> fail(Responder responder, std::string_view reason) override;
  Accepted<void> drop(Responder responder) override { return turn_.drop(responder); }
  Address self() override { return turn_.self(); }
  std::optional<Address> sender() override { return turn_.sender(); }
  std::span<const Address> received() override { return turn_.received(); }
  std::uint64_t message_id() override { return turn_.message_id(); }
  bool answer_owed() override { return turn_.answer_owed(); }
  std::optional<std::uint32_t> time_left_ms() override;
  std::optional<Responder> responder_for_later() override { return turn_.responder_for_later(); }
  Accepted<Address> find(std::string_view name) override;
  Accepted<Address> spawn(std::string_view child_template, std::optional<std::string_view> name,
                          BytesView config) override;
  std::vector<Address> children() override { return turn_.children(); }
  void exit(std::optional<std::string_view> error) override { turn_.exit(error); }
  Accepted<void> publish(std::string_view topic, BytesView payload) override;
  Accepted<std::uint64_t> subscribe(std::string_view filter) override;
  Accepted<void> unsubscribe(std::uint64_t number) override { return turn_.unsubscribe(number); }
  Accepted<std::uint64_t> start_timer(std::uint64_t delay_ms,
                                      std::optional<std::uint64_t> period_ms) override;
  Accepted<void> cancel_timer(std::uint64_t number) override { return turn_.cancel_timer(number); }
  Accepted<void> cancel_request(std::uint64_t number) override {
    return turn_.cancel_request(number);
  }
  Accepted<void> unwatch(std::uint64_t number) override { return turn_.unwatch(number); }
  std::uint64_t monotonic_now() override;
  std::uint64_t wall_clock_now() override { return turn_.wall_clock_ms(); }
  void random(std::span<std::uint8_t> out) override { turn_.random(out); }
  void log(LogLevel level, std::string_view text) override { turn_.log(level, text); }

 private:
  ActorTurn& turn_;
  GuestRights rights_;
  Overruns& overruns_;
};

}  // namespace troupe
