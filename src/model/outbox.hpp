#pragma once
// The outbox: what a handler asked for, in the order of the calls. Kept when the handler returns,
// dropped when it crashes.

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "model/books.hpp"
#include "model/envelope.hpp"
#include "troupe/address.hpp"
#include "troupe/outcome.hpp"
#include "troupe/time.hpp"

namespace troupe {

namespace effect {
struct Deliver {  // A message, request, answer or failure.
  EnvelopePtr envelope;
};
struct Request {
  EnvelopePtr envelope;
  Duration timeout{};  // From the commit.
};
struct Publish {
  EnvelopePtr event;  // Receiver and number are filled in for each subscriber.
};
struct Watch {
  std::uint64_t number = 0;
  Address target;
};
struct Unwatch {
  std::uint64_t number = 0;
  Address target;
};
struct Subscribe {
  std::uint64_t number = 0;
  std::string filter;
};
struct Unsubscribe {
  std::uint64_t number = 0;
};
struct StartTimer {
  std::uint64_t number = 0;
  Duration delay{};
};
struct CancelTimer {
  AlarmKey alarm;
};
struct CancelRequest {
  std::uint64_t number = 0;
};
struct Spawn {
  Address address;
  std::string child_template;
  Bytes config;
};
struct StopChild {
  Address child;
  Duration budget{};
};
struct End {
  Exit exit;
};
}  // namespace effect

using Effect =
    std::variant<effect::Deliver, effect::Request, effect::Publish, effect::Watch, effect::Unwatch,
                 effect::Subscribe, effect::Unsubscribe, effect::StartTimer, effect::CancelTimer,
                 effect::CancelRequest, effect::Spawn, effect::StopChild, effect::End>;

// Thread: the one that runs the turn.
// Bounds: limits::outbox_effects_max effects and limits::outbox_bytes_max payload bytes a handler.
class Outbox {
 public:
  // Whether one more effect with this many payload bytes has room.
  [[nodiscard]] std::optional<Refusal> refusal(std::uint64_t payload_bytes) const;
  void add(Effect effect, std::uint64_t payload_bytes = 0);
  // For what may not be refused: cancelling. Bounded by what there is to cancel.
  void add_uncounted(Effect effect) { effects_.push_back(std::move(effect)); }
  [[nodiscard]] std::vector<Effect>& effects() { return effects_; }
  // Forgets all. Reservations in it must have been given back.
  void clear();

 private:
  std::vector<Effect> effects_;
  std::size_t counted_ = 0;
  std::uint64_t bytes_ = 0;
};

}  // namespace troupe
