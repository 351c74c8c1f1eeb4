#include "bench/rows/guests.hpp"

#include <algorithm>
#include <array>

#include "base/check.hpp"

#define TROUPE_GUESTS(each)                                                                       \
  each(asker) each(bindings_echo) each(bindings_player) each(brittle) each(compute) each(counter) \
      each(crash) each(drain) each(echo) each(echo_64k) each(flooder) each(grinder) each(head)    \
          each(looper) each(nursery) each(parked) each(player) each(publisher) each(ring)         \
              each(skynet) each(subscriber)

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
  extern "C" const std::uint8_t troupe_guest_##name[], troupe_guest_end_##name[];

TROUPE_GUESTS(TROUPE_EMBED)

namespace troupe::bench {
namespace {

struct Embedded {
  std::string_view name;
  const std::uint8_t* begin;
  const std::uint8_t* end;
};

#define TROUPE_EMBEDDED(name) Embedded{#name, troupe_guest_##name, troupe_guest_end_##name},

constexpr std::array embedded{TROUPE_GUESTS(TROUPE_EMBEDDED)};

}  // namespace

BytesView guest(std::string_view name) {
  const auto* const found = std::ranges::find(embedded, name, &Embedded::name);
  CHECK(found != embedded.end(), "there is a guest of that name");
  return {found->begin, found->end};
}

}  // namespace troupe::bench
