#pragma once
// What a program does when its actors start, stop, are sent something, fail and start again.

#include <cstdint>
#include <functional>
#include <optional>
#include <string_view>

#include "troupe/address.hpp"
#include "troupe/bytes.hpp"
#include "troupe/outcome.hpp"
#include "troupe/result.hpp"

namespace troupe {

// Whose life it is. Good during the call.
struct HookedLife {
  std::string_view name = {};  // As in ActorStatus.
  Address address = {};
  std::string_view component = {};
  std::uint64_t life = 0;  // 1 is the first.
};

// What an actor is about to handle. Good during the call.
struct HookedMessage {
  enum class Kind : std::uint8_t { message, request, event };
  Kind kind = Kind::message;
  std::optional<Address> sender = {};  // None: from outside.
  std::string_view topic = {};         // Of an event.
  std::uint64_t id = 0;
  BytesView payload = {};
};

// Called for every actor of the node, those that actors spawn included; what is unset costs
// nothing.
//
// Thread:  the worker where the actor lives, on_message the thread that runs its handler. In order
//          for one actor, and several at once for several: what a hook shares it must guard. A hook
//          may call what Runtime offers but what waits.
// Bounds:  a hook that takes longer than a second is reported, by a line in the actor's log and an
//          event, and not called again in this node. Its worker does nothing else meanwhile.
// Errors:  an error, or an exception, is a line in the actor's log; before_start's ends the life.
struct Hooks {
  // A life is about to begin. An error: it does not, as crashed("before-start hook: ..."), and its
  // supervisor decides; nothing else is called for it.
  std::function<Result<void>(const HookedLife&)> before_start = {};
  // It is ready: its `start` has returned.
  std::function<Result<void>(const HookedLife&)> after_start = {};
  // It was asked to stop, and is about to be told. Not before other ends.
  std::function<Result<void>(const HookedLife&)> before_stop = {};
  // It has ended, however; also one that did not get ready.
  std::function<Result<void>(const HookedLife&, const Exit&)> after_stop = {};
  // Its handler is about to be called with a message, a request or an event.
  std::function<Result<void>(const HookedLife&, const HookedMessage&)> on_message = {};
  // A handler has returned this error; the life goes on.
  std::function<Result<void>(const HookedLife&, std::string_view)> on_error = {};
  // Another life follows one that ended like this; before_start is next.
  std::function<Result<void>(const HookedLife&, const Exit&)> on_restart = {};

  [[nodiscard]] bool any() const {
    return before_start || after_start || before_stop || after_stop || on_message || on_error ||
           on_restart;
  }
};

}  // namespace troupe
