#pragma once
// The turn of one actor: the Turn that handlers see, with its outbox.

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "model/books.hpp"
#include "model/envelope.hpp"
#include "model/lasting.hpp"
#include "model/outbox.hpp"
#include "model/turn_inputs.hpp"
#include "troupe/turn.hpp"

namespace troupe {

// Of an actor's templates, by their names.
using TemplateNumbers = std::map<std::string, std::uint32_t, std::less<>>;

// What holds for all actors that are made alike.
struct ActorTerms {
  std::string app;  // For names without one.
  Quotas quotas;
  TemplateNumbers template_numbers;  // Of those that they may spawn from.
};

// Who takes the turn. What it points to outlives the turn.
struct TurnActor {
  Address self;
  LazyBooks* books = nullptr;
  const ActorTerms* terms = nullptr;
  std::uint64_t payload_bytes = 0;        // The quota of the terms.
  RefusalCounts* refused_here = nullptr;  // Of any actor of its worker.
};

// Thread:  the one that runs the handler.
// Owns:    the outbox, from begin() to commit or roll_back(). The envelope in hand is borrowed.
// Bounds:  the outbox's, and the actor's quotas.
class ActorTurn final : public Turn {
 public:
  ActorTurn(TurnInputs& inputs, LogSink& log) : inputs_(&inputs), log_(log) {}

  // From here on it learns from these.
  void learn_from(TurnInputs& inputs) { inputs_ = &inputs; }

  // Whose handlers run from here on.
  void take_over(const TurnActor& actor) { actor_ = actor; }
  // Begins one handler of it; `in_hand` is the message it handles, null for start and the like.
  void begin(const Envelope* in_hand) {
    in_hand_ = in_hand;
    knows_now_ = false;
    owed_ = in_hand != nullptr && in_hand->kind == EnvelopeKind::request;
    received_taken_ = false;
    exiting_ = false;
  }
  // What the handler asked for. The caller carries it out and clears it.
  [[nodiscard]] Outbox& outbox() { return outbox_; }
  // Undoes everything the handler asked for.
  void roll_back();
  // The handler's value. Ignored unless an answer is owed.
  void give_answer(BytesView payload);
  // Settles what is still owed when the handler has returned: `dropped`, or `failed` with a text.
  void settle(std::optional<std::string_view> error) {
    if (owed_) settle_owed(error);
  }
  // Whether an answer to the message in hand is owed, and nobody has taken it over.
  [[nodiscard]] bool owes() const { return owed_; }

  Accepted<void> send(Address to, BytesView payload, const SendOptions& options,
                      std::span<const Address> addresses) override;
  Accepted<std::uint64_t> request(Address to, BytesView payload, Duration timeout,
                                  const SendOptions& options,
                                  std::span<const Address> addresses) override;
  Accepted<std::uint64_t> watch(Address target) override;
  Accepted<void> stop(Address child, Duration budget) override;
  std::string label(Address actor) override;
  Accepted<void> answer(Responder responder, BytesView payload,
                        std::span<const Address> addresses) override;
  Accepted<void> fail(Responder responder, std::string_view reason) override;
  Accepted<void> drop(Responder responder) override;
  Address self() override { return actor_.self; }
  std::optional<Address> sender() override;
  std::span<const Address> received() override;
  std::uint64_t message_id() override { return in_hand_ != nullptr ? in_hand_->id : 0; }
  bool answer_owed() override { return owed_; }
  std::optional<Duration> time_left() override;
  std::optional<Responder> responder_for_later() override;
  Accepted<Address> find(std::string_view name) override;
  Accepted<Address> spawn(std::string_view child_template, std::optional<std::string_view> name,
                          BytesView config) override;
  std::vector<Address> children() override { return books().children.addresses(); }
  void exit(std::optional<std::string_view> error) override;
  Accepted<void> publish(std::string_view topic, BytesView payload) override;
  Accepted<std::uint64_t> subscribe(std::string_view filter) override;
  Accepted<std::uint64_t> start_timer(Duration delay, std::optional<Duration> period) override;
  Accepted<void> unsubscribe(std::uint64_t subscription) override;
  Accepted<void> cancel_timer(std::uint64_t timer) override;
  Accepted<void> cancel_request(std::uint64_t request) override;
  Accepted<void> unwatch(std::uint64_t watch) override;
  Instant monotonic_now() override;
  std::uint64_t wall_clock_ms() override { return inputs_->wall_ms(); }
  void random(std::span<std::uint8_t> out) override { inputs_->random(out); }
  void log(LogLevel level, std::string_view text) override;
  // For what its guest may not do either: says so, and counts it.
  [[nodiscard]] std::unexpected<Refusal> refuse(Refusal why);
  AnyState& kept_state() override { return actor_.books->lasting().state(); }

 private:
  [[nodiscard]] std::optional<Refusal> draft_refusal(Address to, std::size_t payload_bytes,
                                                     const SendOptions& options,
                                                     std::size_t addresses);
  [[nodiscard]] Instant expiry(const SendOptions& options);
  [[nodiscard]] Books& books() { return actor_.books->made(); }
  [[nodiscard]] bool is_in_hand(Responder responder) const;
  [[nodiscard]] std::uint64_t next_number() { return actor_.books->next_number(); }
  // What this actor's worker is to do, or to pass on.
  [[nodiscard]] EnvelopePtr order(EnvelopeKind kind, Envelope::Seed what,
                                  std::unique_ptr<Note> note = nullptr);
  void settle_owed(std::optional<std::string_view> error);
  void respond(Responder responder, EnvelopePtr envelope, std::uint64_t bytes);
  [[nodiscard]] EnvelopePtr failure_for(Responder responder, Failure failure) const;

  TurnInputs* inputs_;
  LogSink& log_;
  TurnActor actor_;
  const Envelope* in_hand_ = nullptr;
  Outbox outbox_;
  Instant now_;  // Once somebody has asked.
  bool knows_now_ = false;
  bool owed_ = false;
  bool received_taken_ = false;
  bool exiting_ = false;
};

}  // namespace troupe
