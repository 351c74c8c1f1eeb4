#include "model/actor_turn.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <memory>
#include <utility>

#include "base/limits.hpp"
#include "base/mutation.hpp"
#include "base/names.hpp"
#include "base/topic_filter.hpp"

namespace troupe {

void LazyBooks::make() { books_ = std::make_unique<Books>(); }

namespace {

std::unique_ptr<Note> note_of(std::span<const Address> addresses) {
  if (addresses.empty()) return nullptr;
  return std::make_unique<AddressesNote>(addresses);
}

[[gnu::always_inline]] inline void fill(Envelope& envelope, BytesView payload,
                                        std::span<const Address> addresses) {
  if (addresses.empty()) [[likely]] {
    envelope.fill(payload);
  } else {
    envelope.fill(payload, note_of(addresses));
  }
}

}  // namespace

bool ActorTurn::is_in_hand(Responder responder) const {
  return in_hand_ != nullptr && in_hand_->kind == EnvelopeKind::request &&
         responder == Responder{in_hand_->sender, in_hand_->number};
}

void ActorTurn::roll_back() {
  while (const EnvelopePtr effect = outbox_.take()) {
    if (effect->kind == EnvelopeKind::spawn) {
      inputs_->unreserve(effect->receiver);
      Census::remove(actor_.books->census());
    }
    if (effect->kind != EnvelopeKind::answer && effect->kind != EnvelopeKind::failure) continue;
    // An answer to an earlier request is owed again.
    const Responder again{effect->receiver, effect->number};
    if (!is_in_hand(again)) books().owed.push_back(again);
  }
  outbox_.reset();
}

// Why a message or a request would be refused; both are checked alike.
[[gnu::always_inline]] inline std::optional<Refusal> ActorTurn::draft_refusal(
    Address to, std::size_t payload_bytes, const SendOptions& options, std::size_t addresses) {
  if (payload_bytes > actor_.payload_bytes) return Refusal::too_large;
  if (options.ttl_ms == 0U) return Refusal::invalid;
  if (addresses > limits::message_addresses_max) return Refusal::over_quota;
  if (const auto why = outbox_.refusal(payload_bytes)) return why;
  if (const auto why = inputs_->refusal(to, payload_bytes)) [[unlikely]] {
    inputs_->was_refused(to, *why);
    return why;
  }
  // It would wait for itself.
  if (to == actor_.self && inputs_->would_wait(to)) return Refusal::busy;
  return std::nullopt;
}

inline Instant ActorTurn::expiry(const SendOptions& options) {
  if (!options.ttl_ms) [[likely]]
    return never;
  return monotonic_now() + std::chrono::milliseconds(*options.ttl_ms);
}

std::unexpected<Refusal> ActorTurn::refuse(Refusal why) {
  actor_.books->lasting().was_refused(why);
  (*actor_.refused_here)[std::to_underlying(why)].fetch_add(1, std::memory_order_relaxed);
  return refused(why);
}

Accepted<void> ActorTurn::send(Address to, BytesView payload, const SendOptions& options,
                               std::span<const Address> addresses) {
  if (const auto why = draft_refusal(to, payload.size(), options, addresses.size())) {
    return refuse(*why);
  }
  EnvelopePtr message(new Envelope({.kind = EnvelopeKind::message,
                                    .priority = options.priority,
                                    .receiver = to,
                                    .sender = actor_.self,
                                    .deadline = expiry(options),
                                    .id = inputs_->next_message_id()}));
  fill(*message, payload, addresses);
  outbox_.add(std::move(message), payload.size());
  return {};
}

Accepted<std::uint64_t> ActorTurn::request(Address to, BytesView payload, Duration timeout,
                                           const SendOptions& options,
                                           std::span<const Address> addresses) {
  if (timeout <= Duration::zero() ||
      timeout > std::chrono::milliseconds(limits::request_timeout_ms_max)) {
    return refuse(Refusal::invalid);
  }
  if (MUTATED(grants_one_request_more, books().requests.size() >= actor_.terms->quotas.requests,
              books().requests.size() > actor_.terms->quotas.requests)) {
    return refuse(Refusal::over_quota);
  }
  if (const auto why = draft_refusal(to, payload.size(), options, addresses.size())) {
    return refuse(*why);
  }
  const std::uint64_t number = next_number();
  books().requests.add(number);
  EnvelopePtr asked(new Envelope({.kind = EnvelopeKind::request,
                                  .priority = options.priority,
                                  .receiver = to,
                                  .sender = actor_.self,
                                  .number = number,
                                  .deadline = expiry(options),
                                  .id = inputs_->next_message_id()}));
  fill(*asked, payload, addresses);
  outbox_.add_request(std::move(asked), timeout);
  return number;
}

EnvelopePtr ActorTurn::order(EnvelopeKind kind, Envelope::Seed what, std::unique_ptr<Note> note) {
  what.kind = kind;
  what.sender = actor_.self;
  return Envelope::make(what, {}, std::move(note));
}

Accepted<std::uint64_t> ActorTurn::watch(Address target) {
  if (books().watches.size() >= limits::watches_max) return refuse(Refusal::over_quota);
  if (const auto why = outbox_.refusal(0)) return refuse(*why);
  const std::uint64_t number = next_number();
  books().watches.add(number, target);
  outbox_.add(order(EnvelopeKind::watch, {.receiver = target, .number = number}));
  return number;
}

Accepted<void> ActorTurn::stop(Address child, Duration budget) {
  if (!books().children.contains(child)) return refuse(Refusal::denied);
  if (const auto why = outbox_.refusal(0)) return refuse(*why);
  outbox_.add(order(EnvelopeKind::stop_child, {.receiver = child, .deadline = {budget.count()}}));
  return {};
}

std::string ActorTurn::label(Address actor) { return inputs_->label(actor); }

EnvelopePtr ActorTurn::failure_for(Responder responder, Failure failure) const {
  return Envelope::make({.kind = EnvelopeKind::failure,
                         .receiver = responder.asker,
                         .sender = actor_.self,
                         .number = responder.request},
                        {}, std::make_unique<FailureNote>(std::move(failure)));
}

void ActorTurn::respond(Responder responder, EnvelopePtr envelope, std::uint64_t bytes) {
  std::erase(books().owed, responder);
  outbox_.add(std::move(envelope), bytes);
}

Accepted<void> ActorTurn::answer(Responder responder, BytesView payload,
                                 std::span<const Address> addresses) {
  if (const auto why = outbox_.refusal(payload.size())) return refuse(*why);
  respond(responder,
          Envelope::make({.kind = EnvelopeKind::answer,
                          .receiver = responder.asker,
                          .sender = actor_.self,
                          .number = responder.request,
                          .id = inputs_->next_message_id()},
                         payload, note_of(addresses)),
          payload.size());
  return {};
}

Accepted<void> ActorTurn::fail(Responder responder, std::string_view reason) {
  if (const auto why = outbox_.refusal(reason.size())) return refuse(*why);
  respond(responder,
          failure_for(responder, {.kind = Failure::Kind::failed, .text = std::string(reason)}),
          reason.size());
  return {};
}

Accepted<void> ActorTurn::drop(Responder responder) {
  if (const auto why = outbox_.refusal(0)) return refuse(*why);
  respond(responder, failure_for(responder, {.kind = Failure::Kind::dropped}), 0);
  return {};
}

void ActorTurn::give_answer(BytesView payload) {
  if (!owed_) return;
  owed_ = false;
  outbox_.add_uncounted(Envelope::make({.kind = EnvelopeKind::answer,
                                        .receiver = in_hand_->sender,
                                        .sender = actor_.self,
                                        .number = in_hand_->number,
                                        .id = inputs_->next_message_id()},
                                       payload));
}

void ActorTurn::settle_owed(std::optional<std::string_view> error) {
  owed_ = false;
  const Responder responder{in_hand_->sender, in_hand_->number};
  Failure failure{.kind = Failure::Kind::dropped};
  if (error) failure = {.kind = Failure::Kind::failed, .text = std::string(*error)};
  outbox_.add_uncounted(failure_for(responder, std::move(failure)));
}

std::optional<Address> ActorTurn::sender() {
  if (in_hand_ == nullptr || in_hand_->sender.is_nobody() || in_hand_->sender == outside) {
    return std::nullopt;
  }
  return in_hand_->sender;
}

std::span<const Address> ActorTurn::received() {
  if (in_hand_ == nullptr || received_taken_) return {};
  received_taken_ = true;
  const auto* note = in_hand_->note<AddressesNote>();
  return note != nullptr ? note->addresses() : std::span<const Address>{};
}

Instant ActorTurn::monotonic_now() {
  if (!knows_now_) now_ = inputs_->exact_now();
  knows_now_ = true;
  return now_;
}

std::optional<Duration> ActorTurn::time_left() {
  if (in_hand_ == nullptr || in_hand_->kind != EnvelopeKind::request) return std::nullopt;
  return std::max(Duration::zero(), in_hand_->deadline - monotonic_now());
}

std::optional<Responder> ActorTurn::responder_for_later() {
  if (!owed_) return std::nullopt;
  owed_ = false;
  const Responder responder{in_hand_->sender, in_hand_->number};
  books().owed.push_back(responder);
  return responder;
}

Accepted<Address> ActorTurn::find(std::string_view name) {
  const std::size_t slash = name.find('/');
  const bool has_app = slash != std::string_view::npos;
  const std::string_view actor = has_app ? name.substr(slash + 1) : name;
  if (!is_name(actor) || (has_app && !is_name(name.substr(0, slash)))) {
    return refuse(Refusal::invalid);
  }
  // Nothing is allocated for a look, nor is it filled before.
  // NOLINTNEXTLINE(cppcoreguidelines-pro-type-member-init)
  std::array<char, 2 * limits::name_bytes_max + 1> full;
  if (!has_app) {
    const std::string_view app = actor_.terms->app;
    CHECK(app.size() <= limits::name_bytes_max, "an app's name is a name");
    char* end = std::ranges::copy(app, full.begin()).out;
    *end++ = '/';
    end = std::ranges::copy(actor, end).out;
    name = {full.begin(), end};
  }
  const Accepted<Address> found = inputs_->find(name);
  if (!found) return refuse(found.error());
  return found;
}

Accepted<Address> ActorTurn::spawn(std::string_view child_template,
                                   std::optional<std::string_view> name, BytesView config) {
  const TemplateNumbers& templates = actor_.terms->template_numbers;
  const auto made_from = templates.find(child_template);
  if (made_from == templates.end()) return refuse(Refusal::denied);
  if (name && !is_name(*name)) return refuse(Refusal::invalid);
  if (config.size() > limits::config_bytes_max) return refuse(Refusal::too_large);
  if (books().children.count() + outbox_.spawns() >= actor_.terms->quotas.children) {
    return refuse(Refusal::over_quota);
  }
  if (const auto why = outbox_.refusal(config.size())) return refuse(*why);
  std::optional<std::string> full;
  if (name) full = std::string(actor_.terms->app).append("/").append(*name);
  if (!Census::try_add(actor_.books->census())) return refuse(Refusal::over_quota);
  const Accepted<Address> address = inputs_->reserve(std::move(full));
  if (!address) {
    Census::remove(actor_.books->census());
    return refuse(address.error());
  }
  outbox_.add_spawn(Envelope::make({.kind = EnvelopeKind::spawn,
                                    .receiver = *address,
                                    .sender = actor_.self,
                                    .number = made_from->second},
                                   config));
  return address;
}

void ActorTurn::exit(std::optional<std::string_view> error) {
  if (exiting_) return;  // The first word counts.
  exiting_ = true;
  // Most end well, which needs no note.
  outbox_.add_uncounted(
      order(EnvelopeKind::exit, {},
            error ? std::make_unique<ExitNote>(Exit::crashed(std::string(*error))) : nullptr));
}

Accepted<void> ActorTurn::publish(std::string_view topic, BytesView payload) {
  if (!is_topic(topic)) return refuse(Refusal::invalid);
  if (payload.size() > actor_.payload_bytes) return refuse(Refusal::too_large);
  if (const auto why = outbox_.refusal(payload.size())) return refuse(*why);
  bool subscribed_here = false;
  outbox_.for_each([&](const Envelope& effect) {
    if (effect.kind != EnvelopeKind::subscribe) return;
    subscribed_here = subscribed_here || matches({effect.note<TopicNote>()->topic}, topic);
  });
  if (!subscribed_here && !inputs_->has_subscriber(topic)) return refuse(Refusal::no_subscriber);
  // Receiver and number are filled in for each subscriber.
  outbox_.add(Envelope::make_event({.sender = actor_.self, .id = inputs_->next_message_id()}, topic,
                                   payload),
              payload.size());
  return {};
}

Accepted<std::uint64_t> ActorTurn::subscribe(std::string_view filter) {
  if (!is_filter(filter)) return refuse(Refusal::invalid);
  if (books().subscriptions.size() >= limits::subscriptions_max) {
    return refuse(Refusal::over_quota);
  }
  if (const auto why = outbox_.refusal(filter.size())) return refuse(*why);
  const std::uint64_t number = next_number();
  books().subscriptions.add(number);
  outbox_.add(order(EnvelopeKind::subscribe, {.number = number},
                    std::make_unique<TopicNote>(std::string(filter))),
              filter.size());
  return number;
}

Accepted<std::uint64_t> ActorTurn::start_timer(Duration delay, std::optional<Duration> period) {
  if (period && *period < std::chrono::milliseconds(1)) return refuse(Refusal::invalid);
  if (books().timers.size() >= actor_.terms->quotas.timers) return refuse(Refusal::over_quota);
  if (const auto why = outbox_.refusal(0)) return refuse(*why);
  const std::uint64_t number = next_number();
  books().timers.add(number, {.period_ns = period ? period->count() : 0});
  outbox_.add(order(EnvelopeKind::start_timer, {.number = number, .deadline = {delay.count()}}));
  return number;
}

// Cancelling works at once, in the books; what it must also undo elsewhere goes into the outbox
// uncounted, since there is no more of it than there was to cancel.

Accepted<void> ActorTurn::unsubscribe(std::uint64_t subscription) {
  if (books().subscriptions.erase(subscription)) {
    outbox_.add_uncounted(order(EnvelopeKind::unsubscribe, {.number = subscription}));
  }
  return {};
}

Accepted<void> ActorTurn::cancel_timer(std::uint64_t timer) {
  const Books::Timer* found = books().timers.find(timer);
  if (found == nullptr) return {};
  // Zero: not started yet; the commit then finds no such number in the books.
  if (found->alarm.generation != 0) {
    outbox_.add_uncounted(
        order(EnvelopeKind::cancel_timer, {.number = std::bit_cast<std::uint64_t>(found->alarm)}));
  }
  books().timers.erase(timer);
  return {};
}

Accepted<void> ActorTurn::cancel_request(std::uint64_t request) {
  Books::Request* found = books().requests.find(request);
  if (found == nullptr || found->settled) return {};
  found->settled = true;
  outbox_.add_uncounted(order(EnvelopeKind::cancel_request, {.number = request}));
  return {};
}

Accepted<void> ActorTurn::unwatch(std::uint64_t watch) {
  const Address* found = books().watches.find(watch);
  if (found == nullptr) return {};
  outbox_.add_uncounted(order(EnvelopeKind::unwatch, {.receiver = *found, .number = watch}));
  books().watches.erase(watch);
  return {};
}

void ActorTurn::log(LogLevel level, std::string_view text) {
  log_.write(actor_.self, level, text.substr(0, limits::log_line_bytes_max));
}

}  // namespace troupe
