#include "bench/rows/guests.hpp"

#include <algorithm>
#include <array>

#include "base/check.hpp"

// The assembler copies the file; CMake names the folder and rebuilds this file when a guest
// changes.
#define TROUPE_EMBED(name)                    \
  asm(".pushsection .rodata\n"                \
      ".global troupe_guest_" #name           \
      "\n"                                    \
      "troupe_guest_" #name                   \
      ":\n"                                   \
      ".incbin \"" TROUPE_GUEST_DIR "/" #name \
      ".wasm\"\n"                             \
      ".global troupe_guest_end_" #name       \
      "\n"                                    \
      "troupe_guest_end_" #name               \
      ":\n"                                   \
      ".byte 0\n"                             \
      ".popsection\n");                       \
  extern "C" const std::uint8_t troupe_guest_##name[], troupe_guest_end_##name[]

TROUPE_EMBED(asker);
TROUPE_EMBED(bindings_echo);
TROUPE_EMBED(compute);
TROUPE_EMBED(counter);
TROUPE_EMBED(crash);
TROUPE_EMBED(drain);
TROUPE_EMBED(echo);
TROUPE_EMBED(echo_64k);
TROUPE_EMBED(flooder);
TROUPE_EMBED(player);
TROUPE_EMBED(ring);

namespace troupe::bench {
namespace {

struct Embedded {
  std::string_view name;
  const std::uint8_t* begin;
  const std::uint8_t* end;
};

#define TROUPE_EMBEDDED(name) \
  Embedded { #name, troupe_guest_##name, troupe_guest_end_##name }

constexpr std::array embedded = {
    TROUPE_EMBEDDED(asker),   TROUPE_EMBEDDED(bindings_echo), TROUPE_EMBEDDED(compute),
    TROUPE_EMBEDDED(counter), TROUPE_EMBEDDED(crash),         TROUPE_EMBEDDED(drain),
    TROUPE_EMBEDDED(echo),    TROUPE_EMBEDDED(echo_64k),      TROUPE_EMBEDDED(flooder),
    TROUPE_EMBEDDED(player),  TROUPE_EMBEDDED(ring)};

}  // namespace

BytesView guest(std::string_view name) {
  const auto* const found = std::ranges::find(embedded, name, &Embedded::name);
  CHECK(found != embedded.end(), "there is a guest of that name");
  return {found->begin, found->end};
}

}  // namespace troupe::bench
