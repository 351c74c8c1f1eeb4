#include "troupe/actor.hpp"

#include <algorithm>

#include "model/pool.hpp"

namespace troupe {

void Outcome::GiveBack::operator()(std::uint8_t* bytes) const noexcept { Pool::release(bytes); }

Outcome::Large Outcome::copy(BytesView payload) {
  Large bytes(static_cast<std::uint8_t*>(Pool::allocate(payload.size())));
  std::ranges::copy(payload, bytes.get());
  return bytes;
}

// What an actor does not ask for never arrives; what arrives unasked is done with.

Outcome Actor::start(Turn& /*turn*/, BytesView /*config*/) { return {}; }

Outcome Actor::answered(Turn& /*turn*/, std::uint64_t /*request*/, const AnswerView& /*answer*/) {
  return {};
}

Outcome Actor::fired(Turn& /*turn*/, std::uint64_t /*timer*/) { return {}; }

Outcome Actor::event(Turn& /*turn*/, std::uint64_t /*subscription*/, std::string_view /*topic*/,
                     BytesView /*payload*/) {
  return {};
}

Outcome Actor::exited(Turn& /*turn*/, std::uint64_t /*watch*/, const Exit& /*exit*/) { return {}; }

void Actor::stop(Turn& /*turn*/, Duration /*budget*/) {}

Health Actor::health() { return {}; }

}  // namespace troupe
