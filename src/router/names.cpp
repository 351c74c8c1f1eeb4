#include "router/names.hpp"

#include <new>

#include "base/check.hpp"

namespace troupe {

void ActorName::Free::operator()(ActorName* name) const noexcept {
  name->~ActorName();
  ::operator delete(name);
}

ActorName::Owner ActorName::make(std::string_view text, Address address) {
  CHECK(text.size() <= bytes_max, "names of actors are short");
  void* const memory = ::operator new(sizeof(ActorName) + text.size());
  Owner name(new (memory) ActorName(address, static_cast<std::uint8_t>(text.size())));
  std::memcpy(static_cast<char*>(memory) + sizeof(ActorName), text.data(), text.size());
  return name;
}

template class BasicNames<NamesPolicy>;

}  // namespace troupe
